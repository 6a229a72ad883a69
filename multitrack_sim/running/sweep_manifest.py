"""The manifest of a sweep: what it says, read and checked value by value, and what to do where it is missing or damaged."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..designs.changes import settings_of
from ..designs.design import HELD, INTERVENTIONS, Design
from ..errors import Problem, StoreError, printable
from ..scenario.codebook import Coded
from ..scenario.plausible import OPTION
from .files import MANIFEST, made_by_us, read_json
from .parquet import read_table
from .plan import SweepPlan

__all__ = [
    "AGAIN",
    "FORMAT",
    "MISSING",
    "POINTS",
    "about_sweep",
    "design_of",
    "difference",
    "manifest_of",
    "plain_value",
    "read_manifest",
]

FORMAT = 2  # 1: files of runs do not yet say of which sweep and chunk they are
AGAIN = "run the same command again: what is missing or damaged is made again"
POINTS = "points.parquet"

_LARGEST = 2**63 - 1


def _whole(low: int) -> tuple[str, Callable[[Any], bool]]:
    allowed = f"a whole number from {low}"
    return allowed, lambda value: type(value) is int and low <= value <= _LARGEST


def _settings(value: Any) -> bool:
    plain = (int, float, str)
    return isinstance(value, dict) and all(isinstance(one, plain) and one == one for one in value.values())


def _changes(value: Any) -> bool:
    """Settings, and what an arm may have beside them."""
    if not isinstance(value, dict) or not _settings(settings_of(value)):
        return False
    rows, held = value.get(INTERVENTIONS, []), value.get(HELD, {})
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows) and isinstance(held, dict)


_TEXT = "a text", lambda value: isinstance(value, str)
_FLAG = "true or false", lambda value: isinstance(value, bool)
_TABLE = "a table", lambda value: isinstance(value, dict)
_NAMES = "a list of names", lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value)

# every value that opening a sweep hangs on: where it stands, and what it may be
SHAPE: dict[tuple[str, ...], tuple[str, Callable[[Any], bool]]] = {
    ("identity",): _TEXT,
    ("model",): _TEXT,
    ("chunk_runs",): _whole(1),
    ("sweep",): _TABLE,
    ("sweep", "design"): _TEXT,
    ("sweep", "points"): _whole(1),
    ("sweep", "arms"): (
        "a table of settings for each arm",
        lambda value: isinstance(value, dict) and bool(value) and all(map(_changes, value.values())),
    ),
    ("sweep", "runs"): _whole(1),
    ("sweep", "seed"): _whole(0),
    ("sweep", "series"): _FLAG,
    ("sweep", "options"): _TABLE,
    ("sweep", "columns"): _NAMES,
    ("sweep", "codes"): ("a table of numbers, or null", lambda value: value is None or _settings(value)),
    ("sweep", "codes_title"): ("a text, or null", lambda value: value is None or isinstance(value, str)),
    ("sweep", "codes_settings"): ("a table of settings, or null", lambda value: value is None or _settings(value)),
    ("sweep", "rounds"): (
        "two whole numbers from 1",
        lambda value: isinstance(value, list) and len(value) == 2 and all(map(_whole(1)[1], value)),
    ),
    ("state",): _TABLE,
    ("state", "complete"): _FLAG,
    ("state", "done"): _whole(0),
    ("state", "failed"): _whole(0),
}

MISSING = f"has no {MANIFEST}"


def seal_of(held: Mapping[str, Any]) -> str:
    """The hash of what never changes in a manifest, so that it is seen when somebody changed it."""
    said = [held["identity"], held["model"], held["format"], held["chunk_runs"], held["inputs"], held["sweep"]]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def manifest_of(folder: Path) -> tuple[dict[str, Any] | None, str]:
    """The manifest of a sweep, or None and why there is none that could be used (missing, damaged, not ours).

    StoreError where it is sound and is not that of a sweep which this version knows.
    """
    try:
        held = read_json(folder / MANIFEST)
    except FileNotFoundError:
        return None, MISSING
    except (OSError, ValueError) as why:
        return None, f"its {MANIFEST} cannot be used: {why}"
    if not made_by_us(held):
        return None, f"its {MANIFEST} is not one of multitrack_sim"
    if "sweep" not in held and isinstance(held.get("files"), dict):
        raise StoreError(Problem(printable(folder, 300), "holds a run, no sweep", hint="mt.read_outcomes reads runs"))
    form = held.get("format")
    if type(form) is int and form > FORMAT:
        hint = "open it with the version of multitrack_sim that made it"
        raise StoreError(Problem(printable(folder, 300), f"its {MANIFEST} has format {form}", f"1 to {FORMAT}", hint))
    return _checked(held)


def _checked(held: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    shape = {("format",): _whole(1), **SHAPE}
    for path, (allowed, fits) in shape.items():
        value: Any = held
        for key in path:
            value = value.get(key, _MISSING)
            if value is _MISSING:
                return None, f"its {MANIFEST} cannot be used: {'.'.join(path)} is missing"
        if not fits(value):
            return None, f"its {MANIFEST} cannot be used: {'.'.join(path)} is {printable(value, 40)}, not {allowed}"
    if held["format"] > 1 and ("inputs" not in held or held.get("seal") != seal_of(held)):
        return None, f"its {MANIFEST} was changed: it does not have its hash"
    return held, ""


_MISSING = object()


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """The manifest of a sweep; StoreError where the folder holds none, with what to do."""
    folder = Path(folder)
    shown = printable(folder, 300)
    held, why = manifest_of(folder)
    if held is not None:
        return held
    if why != MISSING or any((folder / "runs").glob("runs-*.parquet")):
        hint = "run the same command again: it makes the manifest anew from the files"
        raise StoreError(Problem(shown, why, hint=hint))
    found = "holds no sweep" if os.path.isdir(folder) else "holds no sweep: there is no such folder"
    raise StoreError(Problem(shown, found, hint="multitrack sweep ... --out makes one"))


def design_of(manifest: Mapping[str, Any], folder: Path) -> Design:
    """The design of a sweep, as it was given."""
    said = manifest["sweep"]
    columns: dict[str, tuple[Any, ...]] = {}
    if said["columns"]:
        points = read_table(folder / POINTS, said["columns"], AGAIN).to_pandas()
        columns = {name: tuple(points[name].tolist()) for name in said["columns"]}
    return Design(said["design"], columns, said["arms"], said["runs"], said["options"])


def difference(held: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """In a few words, what the sweep in the folder has that ours has not."""
    if held.get("model") != ours["model"]:
        had, has = printable(held.get("model"), 30), ours["model"]
        return f"made by another version of the model ({had}, not {has})"
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
    if said.get("options", {}).get(OPTION) != ours["sweep"]["options"].get(OPTION):
        return "other plausible sets of parameters or variants"
    return "another scenario, other points or other settings"


def about_sweep(plan: SweepPlan, identity: str, model: str, form: int, inputs: Mapping[str, str]) -> dict[str, Any]:
    """What a manifest says of a sweep, whatever its state; `inputs` are the hashes of the files of what was run."""
    base = plan.base
    return {
        "made_by": "multitrack_sim",
        "format": form,
        "identity": identity,
        "inputs": dict(inputs),
        "model": model,
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


def plain_value(value: Any) -> Any:
    """A value that JSON does not know, as one that it does."""
    return value.item() if isinstance(value, np.generic) else str(value)
