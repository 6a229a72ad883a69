"""A folder with one answer: its files, and a manifest that says what was asked; all of them or none."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import Problem, StoreError, printable
from .files import ADVICE, MANIFEST, alone, disk, look_into, made_by_us, partial, put, read_json, seal_folder, sealed
from .files import undisturbed as undisturbed_by_signals
from .provenance import machine, now

__all__ = ["check_answer_folder", "fill_answer_folder"]


def check_answer_folder(path: Path | str, asked: Mapping[str, Any]) -> None:
    """Refuse, before any work is done for it, a folder that holds anything but the answer to this very question.

    >>> import tempfile
    >>> check_answer_folder(Path(tempfile.mkdtemp()) / "new", {"what": "validation"})
    """
    path = Path(path)
    shown = printable(path, 300)
    try:
        held = look_into(path)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise StoreError(Problem(shown, f"cannot be looked into: {printable(why, 200)}")) from None
    if not held:
        return
    if MANIFEST in held:
        with contextlib.suppress(OSError, ValueError):
            manifest = read_json(path / MANIFEST)
            if made_by_us(manifest) and manifest.get("asked") == json.loads(json.dumps(dict(asked))):
                return
            if made_by_us(manifest) and isinstance(manifest.get("asked"), dict):
                found = "holds the answer to another question (other options, files or model); nothing is written"
                raise StoreError(Problem(shown, found, hint=ADVICE))
    raise StoreError(Problem(shown, "holds something else; nothing is written", hint=ADVICE))


def fill_answer_folder(
    path: Path | str, files: Mapping[str, bytes | str], asked: Mapping[str, Any], command: str
) -> None:
    """Write the files and their manifest: under hidden names first, so that a reader finds whole files only."""
    path = Path(path)
    shown = printable(path, 300)
    check_answer_folder(path, asked)
    waiting: dict[str, Path] = {}
    with disk(shown):
        path.mkdir(parents=True, exist_ok=True)
        try:
            for name, content in files.items():
                waiting[name] = partial(path, f"-{name}")
                waiting[name].write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
            about = {
                "made_by": "multitrack_sim", "asked": dict(asked), "command": command, "made": now(), **machine(),
                "files": {name: sealed(file) for name, file in waiting.items()},
            }  # fmt: skip
            text = json.dumps(about, indent=1, allow_nan=False) + "\n"
            with alone(path, shown), undisturbed_by_signals():
                for name in files:
                    os.replace(waiting.pop(name), path / name)
                put(path, lambda file: file.write_text(text, "utf-8"), lambda _: MANIFEST)
                seal_folder(path)
        finally:
            for file in waiting.values():
                with contextlib.suppress(OSError):
                    file.unlink()
