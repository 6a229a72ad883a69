"""A folder of results: what was run, what came out, and how to repeat it.

A folder belongs to one run. Files are written under hidden temporary names and take their places together at the end,
so that a reader finds all of a run or nothing of it. A folder that holds anything else is refused and left as it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Problem, StoreError, printable
from .files import (
    ADVICE,
    MANIFEST,
    PARTIAL,
    look_into,
    made_by_us,
    may_write,
    partial,
    read_json,
    seal_folder,
    sealed,
    undisturbed,
)
from .plan import Plan
from .provenance import _shell, machine

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunFolder"]

_LEFT_BEHIND = 3600  # seconds after which a partial file can only be left over from a run that was killed


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
        self.started = now()

    @property
    def _shown(self) -> str:
        return printable(self.path, 300)

    def check(self) -> None:
        """Refuse, without touching anything, a folder that is not empty and not this plan's, or cannot be written."""
        try:
            found = look_into(self.path)
            if found:
                self._check_found(found)
            if self.path.exists() and not may_write(self.path):
                raise StoreError(Problem(self._shown, "cannot be written: no permission", hint="choose another folder"))
        except OSError as problem:
            raise StoreError(Problem(self._shown, f"cannot be used: {problem.strerror or problem}")) from None

    def _check_found(self, found: dict[str, os.DirEntry[str]]) -> None:
        """Refuse what is not this run, and this run with anything beside it that is not of it."""
        held = self._read_manifest() if MANIFEST in found else None
        if held is None:
            some = ", ".join(printable(name) for name in sorted(found)[:3]) + (", ..." if len(found) > 3 else "")
            raise StoreError(Problem(self._shown, f"is not empty and holds no run of ours ({some})", hint=ADVICE))
        if held.get("identity") != self.plan.identity:
            raise StoreError(Problem(self._shown, f"holds another run ({self._difference(held)})", hint=ADVICE))
        strange = sorted(set(found) - {MANIFEST} - set(held.get("files", {})))
        strange += sorted(
            name for name, entry in found.items() if name not in strange and not entry.is_file(follow_symlinks=False)
        )
        if strange:
            names = ", ".join(printable(name) for name in strange[:3])
            raise StoreError(Problem(self._shown, f"holds this run and also what is not of it ({names})", hint=ADVICE))

    def _read_manifest(self) -> dict[str, Any] | None:
        try:
            held = read_json(self.path / MANIFEST)
        except (OSError, ValueError):
            return None
        return held if made_by_us(held) and isinstance(held.get("files"), dict) else None

    def _difference(self, held: dict[str, Any]) -> str:
        """In a few words, what the run in the folder has that ours has not."""
        if held.get("seed") != self.plan.seed:
            return f"seed {printable(held.get('seed'), 30)}, not {self.plan.seed}"
        if held.get("runs") != self.plan.runs:
            return f"{printable(held.get('runs'), 30)} runs, not {self.plan.runs}"
        if held.get("model_version") != self.plan.model_version:
            return "made by another version of the model"
        return "another scenario or other settings"

    @contextlib.contextmanager
    def staged(
        self, tables: dict[str, pd.DataFrame] | None = None, adding: bool = False
    ) -> Iterator[Callable[[str], Path]]:
        """Give the hidden path under which to write the file called ...; on leaving, all files take their places.

        The manifest is added, and `tables` (arm name -> table of runs) are counted in it. With `adding`, the files that
        the folder's manifest names stay and are named again: so tables come first, and pictures of them later. Whatever
        is raised inside, the folder is as it was before. Problems with the disk are raised as `StoreError`.
        """
        made = [p for p in (self.path, *self.path.parents) if not p.exists()]
        waiting: dict[str, Path] = {}

        def stage(name: str) -> Path:
            if not name or Path(name).name != name or name.startswith("."):
                raise StoreError(f"{printable(name)} is no plain file name")
            if name.lower() in (other.lower() for other in waiting):  # one file on some systems
                raise StoreError(f"{printable(name)} would be written twice")
            waiting[name] = partial(self.path, f"-{name}")
            return waiting[name]

        try:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                yield stage
                files = {name: sealed(path) for name, path in waiting.items()}
                new = tuple(files)
                former = (self._read_manifest() or {"files": {}})["files"]
                files = {**former, **files} if adding else files
                about = self._manifest(files, tables or {})
                stage(MANIFEST).write_text(json.dumps(about, indent=2, allow_nan=False) + "\n", "utf-8")
                sealed(waiting[MANIFEST])
                self.check()  # somebody may have come since
                with undisturbed():
                    for name in (*new, MANIFEST):
                        os.replace(waiting.pop(name), self.path / name)
                    self._sweep(set(former) - set(files))
                    seal_folder(self.path)
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
            if entry.name.startswith(PARTIAL):
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
            "run_seeds": "run k of an arm, counted from 0, has the seed mt.run_seed(seed, k); "
            "it stands in the column `seed` and repeats the run in PeaceProcess(scenario, seed=...)",
            "model_version": plan.model_version,
            "started": self.started,
            "finished": now(),
            **machine(),
            "arms": arms,
            "files": files,
        }


def now() -> str:
    """The time, as manifests say it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
