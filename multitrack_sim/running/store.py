"""A folder of results: what was run, what came out, and how to repeat it.

A folder belongs to one run. Files are written under hidden temporary names and take their places together at the end,
so that a reader finds all of a run or nothing of it. A folder that holds anything else is refused and left as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import Problem, StoreError, printable
from ..outcome_table import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

__all__ = [
    "Arm",
    "Plan",
    "RunFolder",
    "machine",
    "provenance",
    "read_outcomes",
    "schema",
    "write_effects",
    "write_outcomes",
]

MANIFEST = "manifest.json"
_PARTIAL = ".multitrack-partial-"
_OF_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}  # appear by themselves where people look at pictures
_LEFT_BEHIND = 3600  # seconds after which a partial file can only be left over from a run that was killed


def schema() -> pyarrow.Schema:
    """The columns of `outcomes.parquet`: the seed, then every outcome as `OUTCOMES` declares it.

    Categories are strings from a dictionary, everything else is a float; a missing value is null. Unit, meaning and
    what missing means travel with each column.
    """
    import pyarrow as pa

    fields = [pa.field("seed", pa.int64(), nullable=False)]
    for name, outcome in OUTCOMES.items():
        kind = pa.dictionary(pa.int8(), pa.string()) if outcome.values else pa.float64()
        about = {"unit": outcome.unit, "meaning": outcome.meaning, "missing": outcome.missing}
        fields.append(pa.field(name, kind, metadata=about))
    return pa.schema(fields)


def write_outcomes(table: pd.DataFrame, path: Path) -> None:
    """Write a table of runs as Parquet, in the declared schema. Values that do not fit it are refused."""
    import pandas as pd
    import pyarrow as pa
    from pyarrow import parquet

    problems = [
        Problem(f"column {printable(str(c))}", "is not an outcome")
        for c in table.columns
        if c not in {"seed", *OUTCOMES}
    ]
    problems += [Problem(f"column {name}", "is missing") for name in ("seed", *OUTCOMES) if name not in table.columns]
    if problems:
        raise StoreError(problems)
    declared, columns = schema(), []
    for column in declared:
        values, outcome = table[column.name], OUTCOMES.get(column.name)
        try:
            if outcome is None:
                columns.append(pa.array(values.to_numpy(), column.type))
            elif outcome.values:
                unknown = sorted({str(v) for v in values.dropna().unique()} - set(outcome.values))
                if unknown:
                    problems.append(
                        Problem(
                            f"column {column.name}",
                            f"{printable(unknown[0])} is no value of it",
                            ", ".join(outcome.values),
                        )
                    )
                    continue
                codes = pd.Categorical(values, categories=outcome.values).codes
                indices = pa.array(codes, pa.int8(), mask=codes < 0)
                columns.append(pa.DictionaryArray.from_arrays(indices, pa.array(outcome.values)))
            else:
                columns.append(pa.array(pd.to_numeric(values).to_numpy(float), column.type, from_pandas=True))
        except (ValueError, TypeError, pa.ArrowException) as problem:
            problems.append(Problem(f"column {column.name}", str(problem).splitlines()[0]))
    if problems:
        raise StoreError(problems)
    parquet.write_table(pa.Table.from_arrays(columns, schema=declared), path)


def write_effects(effects: pd.DataFrame, table: Path, exact: Path) -> None:
    """Write effects as comma-separated values for people, with all digits, and as Parquet.

    In `table` a name that a spreadsheet would take for a formula gets a `'` before it; in `exact` names are as they are.
    """
    import pandas as pd

    words = [name for name in effects.columns if not pd.api.types.is_numeric_dtype(effects[name])]
    safe = effects.assign(**{name: effects[name].map(_no_formula) for name in words})
    safe.to_csv(table, index=False, lineterminator="\n", encoding="utf-8")
    effects.astype(dict.fromkeys(words, "string")).to_parquet(exact, index=False)


def _no_formula(text: Any) -> str:
    return f"'{text}" if str(text)[:1] in ("=", "+", "-", "@", "\t", "\r") else str(text)


def read_outcomes(path: Path | str) -> pd.DataFrame:
    """The table of runs in a Parquet file, or in the `outcomes.parquet` of a folder, as `simulate` gave it."""
    import pandas as pd
    import pyarrow as pa
    from pyarrow import parquet

    path = Path(path)
    path = path / "outcomes.parquet" if path.is_dir() else path
    try:
        table = parquet.read_table(path).to_pandas()
    except (OSError, pa.ArrowException) as problem:
        raise StoreError(Problem(printable(path, 300), f"cannot be read: {str(problem).splitlines()[0]}")) from None
    for name, outcome in OUTCOMES.items():
        if outcome.values and name in table:
            table[name] = pd.Categorical(table[name], categories=outcome.values)
    return table


@dataclass(frozen=True)
class Arm:
    """One scenario as it was run."""

    name: str
    title: str
    scenario: str  # its TOML text
    settings: dict[str, Any]
    source: str = ""  # the file it was read from


@dataclass(frozen=True)
class Plan:
    """What is to be run. Two plans with the same `identity` give the same results on one platform."""

    arms: Sequence[Arm]
    runs: int
    seed: int
    fingerprint: str
    command: Sequence[str] = field(default=(), compare=False)

    @property
    def identity(self) -> str:
        """A hash of all that decides the results.

        >>> arm = Arm("all", "A", "title = 'A'", {})
        >>> Plan([arm], 10, 1, "f").identity == Plan([arm], 11, 1, "f").identity
        False
        """
        content = [[(arm.name, arm.scenario) for arm in self.arms], self.runs, self.seed, self.fingerprint]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


class RunFolder:
    """The folder of one plan. `check` before running; then write inside `with folder.staged() as stage`.

    >>> import tempfile
    >>> folder = RunFolder(Path(tempfile.mkdtemp()) / "new", Plan([], 1, 1, "f"))
    >>> folder.check()
    >>> with folder.staged() as stage:
    ...     _ = stage("note.txt").write_text("hello")
    >>> sorted(path.name for path in folder.path.iterdir())
    ['manifest.json', 'note.txt']
    """

    def __init__(self, path: Path | str, plan: Plan):
        self.path = Path(path)
        self.plan = plan
        self.started = _now()

    @property
    def _shown(self) -> str:
        return printable(self.path, 300)

    def check(self) -> None:
        """Refuse, without touching anything, a folder that is not empty and not this plan's, or cannot be written."""
        advice = "choose another folder, or delete this one if nothing in it is needed"
        try:
            if not self.path.exists():
                if self.path.is_symlink():
                    raise StoreError(Problem(self._shown, "is a link that leads nowhere", hint="choose another folder"))
                self._check_parent()
                return
            if not self.path.is_dir():
                raise StoreError(Problem(self._shown, "is not a folder", hint="choose another name"))
            found = {entry.name: entry for entry in os.scandir(self.path) if not self._passed_over(entry.name)}
            if found:
                held = self._read_manifest() if MANIFEST in found else None
                if held is None:
                    some = ", ".join(printable(name) for name in sorted(found)[:3]) + (
                        ", ..." if len(found) > 3 else ""
                    )
                    raise StoreError(
                        Problem(self._shown, f"is not empty and holds no run of ours ({some})", hint=advice)
                    )
                if held.get("identity") != self.plan.identity:
                    raise StoreError(Problem(self._shown, f"holds another run ({self._difference(held)})", hint=advice))
                strange = sorted(set(found) - {MANIFEST} - set(held.get("files", {})))
                strange += sorted(
                    name
                    for name, entry in found.items()
                    if name not in strange and not entry.is_file(follow_symlinks=False)
                )
                if strange:
                    names = ", ".join(printable(name) for name in strange[:3])
                    raise StoreError(
                        Problem(self._shown, f"holds this run and also what is not of it ({names})", hint=advice)
                    )
            if not os.access(self.path, os.W_OK | os.X_OK):
                raise StoreError(Problem(self._shown, "cannot be written: no permission", hint="choose another folder"))
        except OSError as problem:
            raise StoreError(Problem(self._shown, f"cannot be used: {problem.strerror or problem}")) from None

    @staticmethod
    def _passed_over(name: str) -> bool:
        return name.startswith(_PARTIAL) or name in _OF_THE_SYSTEM

    def _check_parent(self) -> None:
        for parent in self.path.absolute().parents:
            if parent.exists():
                if not parent.is_dir():
                    raise StoreError(Problem(self._shown, f"cannot be made: {printable(parent, 300)} is not a folder"))
                if not os.access(parent, os.W_OK | os.X_OK):
                    raise StoreError(Problem(self._shown, f"cannot be made: no permission in {printable(parent, 300)}"))
                return

    def _read_manifest(self) -> dict[str, Any] | None:
        try:
            held = json.loads((self.path / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        ours = (
            isinstance(held, dict) and held.get("made_by") == "multitrack_sim" and isinstance(held.get("files"), dict)
        )
        return held if ours else None

    def _difference(self, held: dict[str, Any]) -> str:
        """In a few words, what the run in the folder has that ours has not."""
        if held.get("seed") != self.plan.seed:
            return f"seed {printable(held.get('seed'), 30)}, not {self.plan.seed}"
        if held.get("runs") != self.plan.runs:
            return f"{printable(held.get('runs'), 30)} runs, not {self.plan.runs}"
        if held.get("fingerprint") != self.plan.fingerprint:
            return "made by another version of the model"
        return "another scenario or other settings"

    @contextlib.contextmanager
    def staged(self, tables: dict[str, pd.DataFrame] | None = None) -> Iterator[Callable[[str], Path]]:
        """Give the hidden path under which to write the file called ...; on leaving, all files take their places.

        The manifest is added, and `tables` (arm name -> table of runs) are counted in it. Whatever is raised inside,
        the folder is as it was before. Problems with the disk are raised as `StoreError`.
        """
        made = [p for p in (self.path, *self.path.parents) if not p.exists()]
        token, waiting = secrets.token_hex(6), {}

        def stage(name: str) -> Path:
            if not name or Path(name).name != name or name.startswith("."):
                raise StoreError(f"{printable(name)} is no plain file name")
            waiting[name] = self.path / f"{_PARTIAL}{token}-{name}"
            return waiting[name]

        try:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                yield stage
                files = {name: _sealed(path) for name, path in waiting.items()}
                about = self._manifest(files, tables or {})
                stage(MANIFEST).write_text(json.dumps(about, indent=2, allow_nan=False) + "\n", "utf-8")
                _sealed(waiting[MANIFEST])
                self.check()  # somebody may have come since
                former = (self._read_manifest() or {"files": {}})["files"]
                with _undisturbed():
                    for name in (*files, MANIFEST):
                        os.replace(waiting.pop(name), self.path / name)
                    self._sweep(set(former) - set(files))
                    _seal_folder(self.path)
            except OSError as problem:
                raise StoreError(Problem(self._shown, f"cannot be written: {problem.strerror or problem}")) from problem
        except BaseException:
            for path in waiting.values():
                with contextlib.suppress(OSError):
                    path.unlink()
            for folder in made:  # deepest first; only those we made, and only while empty
                with contextlib.suppress(OSError):
                    folder.rmdir()
            raise

    def _sweep(self, former: set[str]) -> None:
        """Remove files of an earlier writing of this run that it no longer has, and what killed runs left long ago."""
        for entry in list(os.scandir(self.path)):
            if entry.name.startswith(_PARTIAL):
                gone = time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFT_BEHIND
            else:
                gone = entry.name in former
            if gone:
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)

    def _manifest(self, files: dict[str, dict[str, Any]], tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
        plan = self.plan
        arms = [
            {
                "name": arm.name, "title": arm.title, "file": arm.source, "settings": arm.settings,
                "scenario": arm.scenario,
                "runs_done": len(tables[arm.name]) if arm.name in tables else None,
            }
            for arm in plan.arms
        ]  # fmt: skip
        return {
            "made_by": "multitrack_sim",
            "format": 1,
            "identity": plan.identity,
            "command": (subprocess.list2cmdline if os.name == "nt" else _shell)(plan.command),
            "seed": plan.seed,
            "runs": plan.runs,
            "run_seeds": "run k of an arm, counted from 0, has the seed multitrack_sim.chance.run_seed(seed, k); "
            "it stands in the column `seed` and repeats the run in PeaceProcess(scenario, seed=...)",
            "fingerprint": plan.fingerprint,
            "started": self.started,
            "finished": _now(),
            **machine(),
            "arms": arms,
            "files": files,
        }


def provenance(plan: Plan, started: str) -> tuple[dict[str, str], str]:
    """What a page says about where its numbers come from, in words, and the command that makes them again."""
    about = machine()
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    told = {
        "Scenario": ", ".join(dict.fromkeys(Path(arm.source).name for arm in plan.arms)),  # not whose computer it was
        "Runs of each arm": f"{plan.runs:,}",
        "Seed": str(plan.seed),
        "Model": f"fingerprint {plan.fingerprint}",
        "This comparison": f"identity {plan.identity}: the same means the same numbers",
        "Versions": versions,
        "Machine": f"{about['platform']}, {about['processor_kind']}, {about['libm']}",
        "Made": started,
    }
    return told, (subprocess.list2cmdline if os.name == "nt" else _shell)(plan.command)


def machine() -> dict[str, Any]:
    """What decides the last bits of a number: versions, processor, mathematical library, operating system."""
    versions = {"python": platform.python_version(), "multitrack_sim": __version__}
    for name in ("numpy", "numba", "llvmlite", "mesa", "pandas", "pyarrow", "matplotlib"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    from llvmlite import binding

    features = [name for name, there in sorted(dict(binding.get_host_cpu_features()).items()) if there]
    return {
        "versions": versions,
        "platform": platform.platform(),
        "libm": " ".join(part for part in platform.libc_ver() if part)
        or f"of {platform.system()} {platform.release()}",
        "processor": _processor_model(),
        "processor_kind": binding.get_host_cpu_name(),
        "processor_features": features,
        "cores": os.cpu_count(),
    }


def _processor_model() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    return platform.processor() or platform.machine()


def _shell(command: Sequence[str]) -> str:
    import shlex

    return shlex.join(command)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _sealed(path: Path) -> dict[str, Any]:
    """Force a finished file onto the disk; its size and hash."""
    with open(path, "rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return {"bytes": file.seek(0, os.SEEK_END), "sha256": digest}


def _seal_folder(path: Path) -> None:
    if os.name != "nt":  # Windows cannot sync a folder
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no Ctrl+C in between while files take their places: then it is too late to stop, and all is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
