"""Matplotlib for a command: imported as if nobody had settings for it.

A matplotlibrc that cannot be read, or a backend in the environment that does not exist, makes the import itself fail.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["load_matplotlib"]


def load_matplotlib() -> None:
    """Import matplotlib without the reader's settings, and let it report errors only.

    It looks for a matplotlibrc in the working folder first, so it is imported from the folder of its own one. For a
    command that runs alone: other threads would see the working folder change. Where matplotlib is there already,
    nothing is done.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a font cache being built is no news to our reader
    found = None if "matplotlib" in sys.modules else importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        return
    with _without_variable("MPLBACKEND"), _in_folder(Path(found.origin).parent / "mpl-data"):
        import matplotlib  # noqa: F401


@contextlib.contextmanager
def _without_variable(name: str) -> Iterator[None]:
    value = os.environ.pop(name, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[name] = value


@contextlib.contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    """Work in `folder` for a while, unless the way back, or the folder, is closed to us."""
    here = None
    with contextlib.suppress(OSError):
        here = os.getcwd()
        os.chdir(here)  # it would also be refused on the way back
        os.chdir(folder)
    try:
        yield
    finally:
        if here is not None:
            os.chdir(here)
