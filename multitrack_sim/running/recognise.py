"""Whose a folder is that has a sweep in it, or a part of one: what is ours in it, what is not, what was only begun."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import Problem, StoreError, printable
from .files import ADVICE, MANIFEST, PARTIAL, SET_ASIDE, look_into, opened_file
from .sweep_manifest import AGAIN, POINTS

__all__ = ["MONTHS", "RUNS", "SCENARIO", "check_inputs", "check_nothing_else", "files_of", "hash_of", "only_begun"]

RUNS, MONTHS = "runs", "series"  # the two kinds of files, and the folders they lie in
SCENARIO = "scenario.toml"


def check_nothing_else(path: Path, held: Mapping[str, Any]) -> None:
    """Refuse what is not of this sweep, and what has the name of something of it and is none (a link, a folder)."""
    found, folders = look_into(path), {RUNS, MONTHS, SET_ASIDE}
    strange = sorted(set(found) - {MANIFEST, SCENARIO, POINTS, *folders, *files_of(held)})
    for name, entry in sorted(found.items()):
        right = entry.is_dir if name in folders else entry.is_file
        strange += [name] if name not in strange and not right(follow_symlinks=False) else []
    if strange:
        names = ", ".join(printable(name) for name in strange[:3]) + (", ..." if strange[3:] else "")
        told = f"holds this run and also what is not of it ({names})"
        raise StoreError(Problem(printable(path, 300), told, hint=ADVICE))


def only_begun(path: Path, scenario: str) -> bool:
    """Whether there is nothing in a folder but what a sweep of this scenario (its text) makes before its manifest."""
    found = look_into(path)
    for name, entry in found.items():
        if name in (RUNS, MONTHS):
            if not entry.is_dir(follow_symlinks=False) or _holds_files(path / name):
                return False
        elif name not in (SCENARIO, POINTS) or not entry.is_file(follow_symlinks=False) or SCENARIO not in found:
            return False
    return SCENARIO not in found or hash_of(path / SCENARIO) == hashlib.sha256(scenario.encode()).hexdigest()


def _holds_files(folder: Path) -> bool:
    """Whether there is more in a folder than what is half-written."""
    return any(not name.startswith(PARTIAL) for name in os.listdir(folder))


def files_of(held: Mapping[str, Any]) -> dict[str, Any]:
    """The files made from the runs that a manifest names."""
    files = held.get("files")
    return files if isinstance(files, dict) else {}


def check_inputs(held: Mapping[str, Any], folder: Path) -> None:
    """StoreError where a file of what was run is not the one that the manifest speaks of."""
    inputs = held.get("inputs")
    for name, digest in inputs.items() if isinstance(inputs, dict) else ():
        if name in (SCENARIO, POINTS) and hash_of(folder / name) != digest:
            found = f"its {name} is not what was written" if (folder / name).exists() else f"has no {name}"
            raise StoreError(Problem(printable(folder, 300), found, hint=AGAIN))


def hash_of(path: Path) -> str:
    """The hash of a file's content; empty where it cannot be read."""
    try:
        with opened_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
