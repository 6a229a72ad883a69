"""The folder of a sweep: a manifest, the points, and runs in Parquet files that come one by one.

A file of runs bears the hash of its content in its name (`runs-000012.0.4f2a....parquet`: chunk, turn, hash) and takes its
name only when it is on the disk. So the listing of the folder says what is done, whenever and however the sweep was ended,
and a file that was damaged later no longer fits its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..designs.design import Design
from ..errors import Problem, StoreError, printable
from ..scenario.codebook import Coded
from ..schema.outcomes import OUTCOMES, SERIES
from .files import _OF_THE_SYSTEM, _PARTIAL, LOCK, MANIFEST, _alone, _disk, _seal_folder, _sealed
from .parquet import _words, run_schema, series_schema
from .plan import SweepPlan, model_version
from .provenance import _now, machine

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Kept", "SweepStore", "read_manifest"]

RUNS, MONTHS = "runs", "series"  # the two kinds of files, and the folders they lie in
FORMAT = 1
_NAME = re.compile(r"(runs|series)-(\d{6,})\.(\d+)\.([0-9a-f]{32})\.parquet")
ADVICE = "choose another folder, or delete this one if nothing in it is needed"


@dataclass(frozen=True)
class Kept:
    """One file of runs (or of their months) in the folder: which chunk, which turn of it, and what hash it should have."""

    kind: str
    chunk: int
    turn: int
    hash: str

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.chunk:06d}.{self.turn}.{self.hash}.parquet"


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """The manifest of a sweep; StoreError where the folder holds none."""
    shown = printable(Path(folder), 300)
    try:
        held = json.loads((Path(folder) / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        held = None
    if not isinstance(held, dict) or held.get("made_by") != "multitrack_sim" or "sweep" not in held:
        raise StoreError(Problem(shown, "holds no sweep", hint="multitrack sweep ... --out makes one"))
    return held


class SweepStore:
    """The folder of one sweep. One program writes in it at a time, which `opened` sees to."""

    def __init__(self, path: Path | str, plan: SweepPlan, command: str = ""):
        self.path, self.plan, self.command = Path(path), plan, command
        self.shown = printable(self.path, 300)
        self.schema = run_schema(plan.varied, plan.arm_names)
        self.series_schema = series_schema(plan.arm_names)

    # --- opening

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Make the folder or recognise it, for this program alone. StoreError where it holds anything else.

        Then `plan` is cut into chunks as the files in the folder are.
        """
        with _disk(self.shown):
            self._check()
            self.path.mkdir(parents=True, exist_ok=True)
        with _alone(self.path, self.shown):
            with _disk(self.shown):
                self._recognise()
                for kind in (RUNS, MONTHS) if self.plan.series else (RUNS,):
                    (self.path / kind).mkdir(exist_ok=True)
                self._sweep_partial()
            yield

    def _check(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise StoreError(Problem(self.shown, "is not a folder", hint="choose another name"))
        if not self.path.exists():
            if self.path.is_symlink():
                raise StoreError(Problem(self.shown, "is a link that leads nowhere", hint="choose another folder"))
            return
        passed = (_PARTIAL, LOCK)
        found = sorted(
            e.name for e in os.scandir(self.path) if not e.name.startswith(passed) and e.name not in _OF_THE_SYSTEM
        )
        if found and MANIFEST not in found:
            some = ", ".join(printable(name) for name in found[:3]) + (", ..." if len(found) > 3 else "")
            raise StoreError(Problem(self.shown, f"is not empty and holds no sweep ({some})", hint=ADVICE))

    def _recognise(self) -> None:
        if not (self.path / MANIFEST).exists():
            self.write_manifest({"complete": False, "done": 0, "failed": 0})
        held = read_manifest(self.path)
        if held.get("identity") != self.plan.identity:
            raise StoreError(Problem(self.shown, f"holds another sweep ({self._difference(held)})", hint=ADVICE))
        self.plan = self.plan.cut_by(held["chunk_runs"])  # as its files are
        if not (self.path / "scenario.toml").exists():
            self._write("scenario.toml", lambda path: path.write_text(self.plan.scenario.to_toml(), "utf-8"))
        if not (self.path / "points.parquet").exists():
            self._write("points.parquet", lambda path: self.plan.design.table().to_parquet(path, index=False))

    def _difference(self, held: Mapping[str, Any]) -> str:
        """In a few words, what the sweep in the folder has that ours has not."""
        ours = self._about()
        if held.get("model") != ours["model"]:
            had, has = printable(held.get("model"), 30), ours["model"]
            return f"made by another version of the model: its fingerprint was {had}, now it is {has}"
        said = held.get("sweep", {})
        for name, words in (
            ("seed", "seed {}"),
            ("series", "series {}"),
            ("design", "design {}"),
            ("runs", "{} runs of each point"),
            ("rounds", "rounds {}"),
        ):
            if said.get(name) != ours["sweep"][name]:
                return f"{words.format(printable(said.get(name), 60))}, not {ours['sweep'][name]}"
        return "another scenario, other points or other settings"

    def _about(self) -> dict[str, Any]:
        plan = self.plan
        base = plan.base
        return {
            "made_by": "multitrack_sim",
            "format": FORMAT,
            "identity": plan.identity,
            "model": model_version(),
            "chunk_runs": plan.chunk_runs,
            "sweep": {
                "design": plan.design.kind,
                "points": len(plan.points),
                "arms": {name: dict(settings) for name, settings in plan.design.arms.items()},
                "runs": plan.design.runs,
                "seed": plan.seed,
                "series": plan.series,
                "varied": [v.name for v in plan.varied],
                "options": dict(plan.design.options),
                "columns": list(plan.design.columns),
                "title": plan.scenario.title,
                "codes": {k: v for k, v in base.codes.items() if v == v} if isinstance(base, Coded) else None,
                "codes_title": base.title if isinstance(base, Coded) else None,
                "codes_settings": dict(base.settings) if isinstance(base, Coded) else None,
                "rounds": [plan.round_runs, plan.rounds],
            },
            "run_seeds": "run k of every point and arm has the seed mt.run_seed(seed, k), in the column `seed`",
        }

    def write_manifest(self, state: Mapping[str, Any]) -> None:
        """Say what the folder holds."""
        about = {**self._about(), "command": self.command, "written": _now(), "state": dict(state), **machine()}
        text = json.dumps(about, indent=1, default=str) + "\n"
        self._write(MANIFEST, lambda path: path.write_text(text, "utf-8"))

    # --- files

    def _write(self, name: str, fill: Callable[[Path], Any], folder: str = "") -> None:
        """A file under a hidden name, on the disk, then in its place."""
        place = self.path / folder
        waiting = place / f"{_PARTIAL}{secrets.token_hex(6)}"
        try:
            with _disk(self.shown):
                fill(waiting)
                _sealed(waiting)
                os.replace(waiting, place / name)
                _seal_folder(place)
        finally:
            with contextlib.suppress(OSError):
                waiting.unlink()

    def write_table(self, kind: str, chunk: int, turn: int, table: pa.Table) -> Kept:
        """Write a chunk's file. It is there, whole and under its hash, or not at all."""
        from pyarrow import parquet

        place = self.path / kind
        waiting = place / f"{_PARTIAL}{secrets.token_hex(6)}"
        try:
            with _disk(self.shown):
                parquet.write_table(table, waiting)
                kept = Kept(kind, chunk, turn, _sealed(waiting)["sha256"][:32])
                os.replace(waiting, place / kept.name)
                _seal_folder(place)
        finally:
            with contextlib.suppress(OSError):
                waiting.unlink()
        return kept

    def listed(self, kind: str = RUNS) -> dict[int, list[Kept]]:
        """The files of a kind by chunk, latest turn first; nothing is opened."""
        found: dict[int, list[Kept]] = {}
        folder = self.path / kind
        for entry in os.scandir(folder) if folder.is_dir() else ():
            match = _NAME.fullmatch(entry.name)
            if match and match[1] == kind:
                kept = Kept(kind, int(match[2]), int(match[3]), match[4])
                found.setdefault(kept.chunk, []).append(kept)
        return {chunk: sorted(files, key=lambda one: -one.turn) for chunk, files in sorted(found.items())}

    def is_whole(self, kept: Kept) -> bool:
        """Whether a file still is what was written."""
        try:
            with open(self.path / kept.kind / kept.name, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()[:32] == kept.hash
        except OSError:
            return False

    def done(self, say: Callable[[str], None]) -> dict[int, Kept]:
        """The chunks that are there and whole. What is damaged is said and removed, so that it is run again."""
        with _disk(self.shown):
            months = self._whole(MONTHS, say) if self.plan.series else {}
            runs = self._whole(RUNS, say)
        good = {}
        for chunk, kept in runs.items():
            if self.plan.series and chunk not in months:
                say(f"{self.shown}: the months of chunk {chunk} are missing; it is run again")
                self.remove(kept)
            else:
                good[chunk] = kept
        return good

    def _whole(self, kind: str, say: Callable[[str], None]) -> dict[int, Kept]:
        good: dict[int, Kept] = {}
        for chunk, files in self.listed(kind).items():
            for kept in files:
                if chunk in good:  # an earlier turn that nobody needs
                    self.remove(kept)
                elif self.is_whole(kept):
                    good[chunk] = kept
                else:
                    say(f"{self.shown}: {kept.name} is damaged (its content does not have its hash); it is run again")
                    self.remove(kept)
        return good

    def remove(self, kept: Kept) -> None:
        with _disk(self.shown):
            (self.path / kept.kind / kept.name).unlink(missing_ok=True)

    def read(self, kept: Kept, columns: list[str] | None = None) -> pa.Table:
        """One file as a table in the declared schema. StoreError where it cannot be read."""
        import pyarrow as pa
        from pyarrow import parquet

        try:
            return parquet.ParquetFile(self.path / kept.kind / kept.name).read(columns=columns)
        except (OSError, pa.ArrowException) as problem:
            why = str(problem).splitlines()[0]
            hint = "run the same command again: what is damaged is run again"
            raise StoreError(Problem(self.shown, f"{kept.name} cannot be read: {why}", hint=hint)) from None

    def _sweep_partial(self) -> None:
        """Remove what a killed program left half-written: nobody else is at work here."""
        for folder in (self.path, self.path / RUNS, self.path / MONTHS):
            for path in folder.glob(f"{_PARTIAL}*"):
                path.unlink(missing_ok=True)

    # --- tables

    def run_table(
        self, numbers: np.ndarray, outcomes: np.ndarray, failures: Mapping[int, Mapping[str, str]]
    ) -> pa.Table:
        """The rows of these runs, in the declared schema. Of a failed run, all outcomes are null."""
        import pyarrow as pa

        plan = self.plan
        point, arm, run = plan.places(numbers)
        values = plan.values(point, arm)
        failed = np.zeros(len(numbers), bool)
        failed[list(failures)] = True
        columns = [pa.array(point), _words(arm, plan.arm_names)]
        for at, v in enumerate(plan.varied):
            columns.append(_words(values[:, at], v.words) if v.words else pa.array(values[:, at], from_pandas=True))
        columns += [pa.array(run), pa.array(plan.seeds(run))]
        for name, outcome in OUTCOMES.items():
            given = np.where(failed, np.nan, outcomes[name])
            columns.append(_words(given, outcome.values) if outcome.values else pa.array(given, from_pandas=True))
        told = (
            [json.dumps(failures[at]) if at in failures else None for at in range(len(numbers))] if failures else None
        )
        columns.append(pa.array(told, pa.string()) if told else pa.nulls(len(numbers), pa.string()))
        return pa.Table.from_arrays(columns, schema=self.schema)

    def series_table(self, numbers: np.ndarray, series: np.ndarray) -> pa.Table:
        """The months of these runs, one row each; a run that failed has none."""
        import pyarrow as pa

        point, arm, run = self.plan.places(numbers)
        at, month = np.nonzero(~np.isnan(series["phase"]))
        columns = [pa.array(point[at]), _words(arm[at], self.plan.arm_names), pa.array(run[at])]
        columns.append(pa.array(month.astype(np.int32)))
        for name, outcome in SERIES.items():
            given = series[name][at, month]
            columns.append(_words(given, outcome.values) if outcome.values else pa.array(given, from_pandas=True))
        return pa.Table.from_arrays(columns, schema=self.series_schema)


def design_of(manifest: Mapping[str, Any], folder: Path) -> Design:
    """The design of a sweep, as it was given."""
    import pandas as pd

    said = manifest["sweep"]
    columns: dict[str, tuple] = {}
    if said["columns"]:
        points = pd.read_parquet(folder / "points.parquet")
        columns = {name: tuple(points[name].tolist()) for name in said["columns"]}
    return Design(said["design"], columns, said["arms"], said["runs"], said["options"])
