"""The folder of a sweep: a manifest, the points, and runs in Parquet files that come one by one.

A file of runs bears the hash of its content in its name (`runs-000012.0.4f2a....parquet`: chunk, turn, hash) and takes its
name only when it is on the disk. So the listing of the folder says what is done, whenever and however the sweep was ended.
A file that does not have its hash, or does not hold the very runs that its name says, is set aside.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.sources import model_version
from ..errors import Problem, StoreError, printable
from .chunk_check import KEYS, MONTH_KEYS, months_fault, runs_fault, signature, signature_fault, signed_by
from .files import (
    ADVICE,
    MANIFEST,
    PARTIAL,
    alone,
    disk,
    look_into,
    may_write,
    opened_file,
    put,
    real_folder,
    set_aside,
)
from .parquet import PARQUET_PROBLEMS, run_schema, series_schema, why_unread, write_into
from .plan import SweepPlan
from .provenance import machine, now
from .recognise import MONTHS, RUNS, SCENARIO, check_nothing_else, files_of, hash_of, only_begun
from .sweep_manifest import AGAIN, FORMAT, POINTS, about_sweep, difference, manifest_of, plain_value, seal_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MONTHS", "RUNS", "SCENARIO", "Kept", "Misfit", "SweepStore", "failures_in", "kept_of"]

_NAME = re.compile(r"(runs|series)-([0-9]{6,12})\.([0-9]{1,9})\.([0-9a-f]{32})\.parquet")


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


def kept_of(name: str) -> Kept | None:
    """The file of this name; None where no file of ours is called so."""
    match = _NAME.fullmatch(name)
    kept = Kept(match[1], int(match[2]), int(match[3]), match[4]) if match else None
    return kept if kept is not None and kept.name == name else None


class Misfit(StoreError):
    """A file is not what its name says; the message says why."""


class SweepStore:
    """The folder of one sweep. One program writes in it at a time, which `opened` sees to.

    `identity` is the one that its files bear: the plan's, unless another version of the model made them. With `strict`, a
    folder that holds anything besides this sweep and what was made from it is refused.
    """

    def __init__(
        self, path: Path | str, plan: SweepPlan, command: str = "", held: Mapping[str, Any] | None = None,
        strict: bool = False,
    ):  # fmt: skip
        self.path, self.plan, self.command, self.strict = Path(path), plan, command, strict
        self.shown = printable(self.path, 300)
        self.called = "run" if strict else "sweep"
        self.schema = run_schema(plan.varied, plan.arm_names)
        self.series_schema = series_schema(plan.arm_names)
        self.identity = held["identity"] if held else plan.identity
        self.format = held["format"] if held else FORMAT
        self.inputs: dict[str, str] = {}  # the hashes of what was run: the scenario, the points
        self.months: dict[int, Kept] = {}  # as `done` found them
        self.read_only = False
        self.started = now()
        self.files: dict[str, Any] = {}  # what was made from the runs, and stands beside them

    # --- opening

    @contextlib.contextmanager
    def opened(self, say: Callable[[str], None]) -> Iterator[None]:
        """Make the folder or recognise it, for this program alone. StoreError where it holds anything else.

        Then `plan` is cut into chunks as the files in the folder are. A folder that cannot be written is only read.
        """
        with disk(self.shown):
            held = self._recognised() if look_into(self.path) else None
            self.read_only = self.path.exists() and not may_write(self.path)
            if self.read_only and held is None:
                raise StoreError(Problem(self.shown, "cannot be written: no permission", hint="choose another folder"))
            self.path.mkdir(parents=True, exist_ok=True)
        if self.read_only:
            self._cut(held)
            yield
            return
        with alone(self.path, self.shown):
            with disk(self.shown):
                self._enter(say)
            yield

    def _enter(self, say: Callable[[str], None]) -> None:
        """All that stands in the folder beside the runs, made or made anew where it is missing or damaged."""
        held = self._recognised() if look_into(self.path) else None
        self._cut(held)
        self._go_on_from(held)
        for kind in (RUNS, MONTHS) if self.plan.series else (RUNS,):
            real_folder(self.path / kind)
        self._sweep_partial()
        inputs = held.get("inputs") if held else None
        self._keep_input(SCENARIO, inputs, say, lambda path: path.write_text(self.plan.scenario.to_toml(), "utf-8"))
        self._keep_input(POINTS, inputs, say, lambda path: write_into(path, self._write_points))
        if held is None:
            if os.path.lexists(self.path / MANIFEST):
                self._aside(MANIFEST, "cannot be used", say)
            elif any(self.listed().values()):
                say(f"{self.shown}: {MANIFEST} is missing; it is made anew from the files of runs")
            self.write_manifest({"complete": False, "done": 0, "failed": 0})

    def _recognised(self) -> dict[str, Any] | None:
        """The manifest, of this very sweep; None where it can be made anew, because runs of this sweep are there."""
        held, why = manifest_of(self.path)
        if held is not None:
            if held["identity"] != self.identity:
                found = f"holds another {self.called} ({difference(held, self._about())})"
                raise StoreError(Problem(self.shown, found, hint=ADVICE))
            if self.strict:
                check_nothing_else(self.path, held)
            return held
        if self._cuts() or only_begun(self.path, self.plan.scenario.to_toml()):
            return None
        there = sorted(look_into(self.path))
        some = ", ".join(printable(name) for name in there[:3]) + (", ..." if len(there) > 3 else "")
        others = " of this command" if any(self.listed().values()) else ""
        ours = "no run of ours" if self.strict else "no sweep"
        told = f"is not empty and holds {ours}{others} ({some})"
        raise StoreError(Problem(self.shown, told if MANIFEST not in there else f"{told}: {why}", hint=ADVICE))

    def _go_on_from(self, held: Mapping[str, Any] | None) -> None:
        """Keep what an earlier manifest says that is not of the runs: when they were begun, what was made from them."""
        if held is not None:
            self.files = files_of(held)
            self.started = held["started"] if isinstance(held.get("started"), str) else self.started

    def _cuts(self) -> Counter[int]:
        """How many runs a chunk has, as the files say that bear this sweep's identity."""
        said = (self._signature(kept) for files in self.listed().values() for kept in files)
        lengths = (one.get("chunk_runs") for one in said if one.get("identity") == self.identity)
        return Counter(length for length in lengths if type(length) is int and length > 0)

    def _signature(self, kept: Kept) -> dict[str, Any]:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            with opened_file(self.path / kept.kind / kept.name) as file:
                return signed_by(parquet.read_schema(file).metadata)
        except (*PARQUET_PROBLEMS, pa.ArrowException):
            return {}

    def _cut(self, held: Mapping[str, Any] | None) -> None:
        """Cut the plan as most of the files are, or as the manifest says; a sweep keeps the format it began with."""
        cuts = self._cuts()
        if cuts:
            self.plan = self.plan.cut_by(cuts.most_common(1)[0][0])
        elif held is not None:
            self.plan = self.plan.cut_by(held["chunk_runs"])
        self.format = held["format"] if held is not None else FORMAT

    def _keep_input(self, name: str, said: Any, say: Callable[[str], None], fill: Callable[[Path], Any]) -> None:
        """Have a file of what was run in the folder: as it is, where it has its hash, or else made anew."""
        digest = said.get(name) if isinstance(said, dict) else None
        there = os.path.lexists(self.path / name)
        if there and (self.format == 1 or digest and hash_of(self.path / name) == digest):
            self.inputs |= {name: digest} if digest else {}
            return
        if there:
            self._aside(name, "is not what was written", say)
        self.inputs[name] = put(self.path, fill, lambda _: name)

    def _write_points(self, file: BufferedWriter) -> None:
        self.plan.design.table().to_parquet(file, index=False)

    def _aside(self, name: str, why: str, say: Callable[[str], None]) -> None:
        target = set_aside(self.path, self.path / name)
        say(f"{self.shown}: {name} {why}; it is made anew, and the old one kept as {target.parent.name}/{target.name}")

    def _about(self) -> dict[str, Any]:
        return about_sweep(self.plan, self.identity, model_version(), self.format, self.inputs)

    def write_manifest(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Say what the folder holds; the manifest."""
        times = {"started": self.started, "written": now()}
        about = {
            **self._about(),
            "command": self.command,
            **times,
            "state": dict(state),
            "files": self.files,
            **machine(),
        }
        about = json.loads(json.dumps(about, default=plain_value))
        text = json.dumps({**about, "seal": seal_of(about)}, indent=1) + "\n"
        if not self.read_only:
            with disk(self.shown):
                put(self.path, lambda path: path.write_text(text, "utf-8"), lambda _: MANIFEST)
        written: dict[str, Any] = json.loads(text)
        return written

    # --- files

    def write_table(self, kind: str, chunk: int, turn: int, table: pa.Table) -> Kept:
        """Write a chunk's file. It is there, whole and under its hash, or not at all."""
        from pyarrow import parquet

        signed = table.replace_schema_metadata(signature(self.identity, self.plan, chunk, len(table)))
        with disk(self.shown):
            digest = put(
                self.path / kind,
                lambda path: write_into(path, lambda file: parquet.write_table(signed, file)),
                lambda digest: Kept(kind, chunk, turn, digest[:32]).name,
            )
        return Kept(kind, chunk, turn, digest[:32])

    def listed(self, kind: str = RUNS) -> dict[int, list[Kept]]:
        """The files of a kind by chunk, latest turn first; nothing is opened."""
        found: dict[int, list[Kept]] = {}
        folder = self.path / kind
        try:
            names = os.listdir(folder) if os.path.isdir(folder) else []
        except OSError as problem:
            raise StoreError(Problem(printable(folder, 300), f"cannot be read: {problem.strerror}")) from None
        for kept in map(kept_of, names):
            if kept is not None and kept.kind == kind:
                found.setdefault(kept.chunk, []).append(kept)
        return {chunk: sorted(files, key=lambda one: (-one.turn, one.hash)) for chunk, files in sorted(found.items())}

    def checked(self, kept: Kept, columns: list[str] | None = None, failed: np.ndarray | None = None) -> pa.Table:
        """Columns of a file (default: what says which runs they are), once it is sure that it holds what its name says.

        Of a file of months, `failed` says which of its chunk's runs have none. `Misfit` says what is wrong.
        """
        import pyarrow as pa
        from pyarrow import parquet

        wanted = columns or []
        keys = MONTH_KEYS if kept.kind == MONTHS else (*KEYS, *(v.name for v in self.plan.varied), "failure")
        try:
            with opened_file(self.path / kept.kind / kept.name) as file:
                if hashlib.file_digest(file, "sha256").hexdigest()[:32] != kept.hash:
                    raise Misfit("it is damaged (its content does not have its hash)")
                file.seek(0)
                held = parquet.ParquetFile(file)
                if fault := self._outer_fault(kept, held.schema_arrow, held.metadata.num_rows):
                    raise Misfit(fault)
                table = held.read(columns=list(dict.fromkeys([*keys, *wanted])))
        except (*PARQUET_PROBLEMS, pa.ArrowException) as problem:
            raise Misfit(f"it cannot be read: {why_unread(problem)}") from None
        if kept.kind == RUNS:
            fault = runs_fault(self.plan, kept.chunk, table)
        else:
            none = np.zeros(self.plan.length(kept.chunk), bool)
            fault = months_fault(self.plan, kept.chunk, table, none if failed is None else failed)
        if fault:
            raise Misfit(fault)
        return table.select(wanted or list(keys))

    def _outer_fault(self, kept: Kept, schema: pa.Schema, rows: int) -> str:
        """What is wrong with a file before its rows are looked at: its chunk, columns, signature."""
        if not self.plan.has_chunk(kept.chunk):
            return "the sweep has no such chunk"
        due = self.schema if kept.kind == RUNS else self.series_schema
        if not schema.equals(due):
            differ = [name for name in due.names if schema.names.count(name) != 1] or [
                name for name in schema.names if name not in due.names or schema.field(name) != due.field(name)
            ]
            return f"its columns are not those of this sweep ({', '.join(map(printable, differ[:3])) or 'their order'})"
        if self.format == 1:
            return ""
        return signature_fault(schema.metadata, self.identity, self.plan, kept.chunk, rows)

    def first_fitting(
        self, files: list[Kept], columns: list[str] | None = None, failed: np.ndarray | None = None
    ) -> tuple[Kept, pa.Table]:
        """The latest of a chunk's files that holds what its name says, and its columns. `Misfit`: none does."""
        why: Misfit | None = None
        for kept in files:
            try:
                return kept, self.checked(kept, columns, failed)
            except Misfit as fault:
                why = why or fault
        raise why or Misfit("it is not there")

    def done(self, say: Callable[[str], None]) -> dict[int, Kept]:
        """The chunks that are there and hold what their names say. The others are said and set aside, to be run again."""
        failed: dict[int, np.ndarray] = {}
        with disk(self.shown):
            runs = self._fitting(RUNS, failed, say)
            self.months = self._fitting(MONTHS, failed, say) if self.plan.series else {}
        good = {}
        for chunk, kept in runs.items():
            if self.plan.series and chunk not in self.months:
                say(f"{self.shown}: the months of chunk {chunk} are missing; it is run again")
                self._out_of_the_way(kept)
            else:
                good[chunk] = kept
        return good

    def _fitting(self, kind: str, failed: dict[int, np.ndarray], say: Callable[[str], None]) -> dict[int, Kept]:
        """The file of each chunk that fits; of runs, `failed` is filled in, which months need."""
        good: dict[int, Kept] = {}
        for chunk, files in self.listed(kind).items():
            if kind == MONTHS and chunk not in failed:
                continue  # its runs are run again, and its months with them
            for kept in files:
                if chunk in good:
                    self._drop_former(kept, good[chunk])
                    continue
                try:
                    table = self.checked(kept, failed=failed.get(chunk))
                except Misfit as fault:
                    say(
                        f"{self.shown}: {kept.name} is not what its name says: {fault}; it is set aside, it is run again"
                    )
                    self._out_of_the_way(kept)
                else:
                    good[chunk] = kept
                    if kind == RUNS:
                        failed[chunk] = failures_in(table)
        return good

    def _drop_former(self, kept: Kept, good: Kept) -> None:
        """Remove a file of an earlier turn, which the good one has in it; a twin of the same turn is set aside."""
        if kept.turn < good.turn and not self.read_only:
            self.remove(kept)
        elif kept.turn == good.turn:
            self._out_of_the_way(kept)

    def _out_of_the_way(self, kept: Kept) -> None:
        if not self.read_only:
            with disk(self.shown):
                set_aside(self.path, self.path / kept.kind / kept.name)

    def remove(self, kept: Kept) -> None:
        """Remove a file that nobody needs any more."""
        with disk(self.shown):
            (self.path / kept.kind / kept.name).unlink(missing_ok=True)

    def read(self, kept: Kept, columns: list[str] | None = None) -> pa.Table:
        """A file that was checked or written just now, as a table. StoreError where it cannot be read."""
        import pyarrow as pa
        from pyarrow import parquet

        try:
            with opened_file(self.path / kept.kind / kept.name) as file:
                return parquet.ParquetFile(file).read(columns=columns)
        except (*PARQUET_PROBLEMS, pa.ArrowException) as problem:
            found = f"{kept.name} cannot be read: {why_unread(problem)}"
            raise StoreError(Problem(self.shown, found, hint=AGAIN)) from None

    def _sweep_partial(self) -> None:
        """Remove what a killed program left half-written: nobody else is at work here."""
        for folder in (self.path, self.path / RUNS, self.path / MONTHS):
            for path in folder.glob(f"{PARTIAL}*"):
                path.unlink(missing_ok=True)


def failures_in(table: pa.Table) -> np.ndarray:
    """Which of a table's runs failed."""
    import pyarrow.compute as pc

    return np.asarray(pc.is_valid(table["failure"]).to_numpy())
