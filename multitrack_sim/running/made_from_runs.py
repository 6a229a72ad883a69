"""What is made from the runs in a folder: tables, figures, pages, beside the runs and named in the folder's manifest.

Files are written under hidden names and take their places together, so that a reader finds all of them or none. A file that
stands in the way of one of ours and is not ours is set aside, never lost.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import Problem, StoreError, printable
from .files import MANIFEST, alone, partial, put, seal_folder, sealed, set_aside, undisturbed
from .sweep_manifest import read_manifest

__all__ = ["MadeFromRuns"]

Place = Callable[[str], Path]


class MadeFromRuns:
    """Files beside the runs of a folder, whose manifest is there already: write inside `with made.staged() as place`."""

    def __init__(self, path: Path | str):
        self.path = Path(path)

    @property
    def _shown(self) -> str:
        return printable(self.path, 300)

    @contextlib.contextmanager
    def staged(self, adding: bool = False) -> Iterator[Place]:
        """Give the hidden path under which to write the file called ...; on leaving, all files take their places.

        The manifest names them, with sizes and hashes, before they do: so whenever we are killed, it is known which are
        ours. With `adding`, the files that it named before stay; without, those that are not written anew go. Whatever is
        raised inside, the folder is as it was before. Problems with the disk are raised as `StoreError`.
        """
        waiting: dict[str, Path] = {}

        def place(name: str) -> Path:
            if not name or Path(name).name != name or name.startswith(".") or name == MANIFEST:
                raise StoreError(f"{printable(name)} is no plain file name")
            if name.lower() in (other.lower() for other in waiting):  # one file on some systems
                raise StoreError(f"{printable(name)} would be written twice")
            waiting[name] = partial(self.path, f"-{name}")
            return waiting[name]

        try:
            try:
                yield place
                files = {name: sealed(path) for name, path in waiting.items()}
                with alone(self.path, self._shown), undisturbed():
                    self._take_places(waiting, files, adding)
            except OSError as problem:
                raise StoreError(Problem(self._shown, f"cannot be written: {problem.strerror or problem}")) from problem
        finally:
            for path in waiting.values():
                with contextlib.suppress(OSError):
                    path.unlink()

    def _take_places(self, waiting: dict[str, Path], files: Mapping[str, Any], adding: bool) -> None:
        about = read_manifest(self.path)
        former = about.get("files") or {}
        for name in files:
            if name not in former and os.path.lexists(self.path / name):
                set_aside(self.path, self.path / name)
        about["files"] = {**former, **files} if adding else dict(files)
        text = json.dumps(about, indent=1, allow_nan=False) + "\n"
        put(self.path, lambda path: path.write_text(text, "utf-8"), lambda _: MANIFEST)
        for name in files:
            os.replace(waiting.pop(name), self.path / name)
        for name in set(former) - set(about["files"]):
            with contextlib.suppress(OSError):
                (self.path / name).unlink()
        seal_folder(self.path)
