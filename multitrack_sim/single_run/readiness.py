"""What makes a party ready to talk: every part found by taking it out and letting the party read the text again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..model import PeaceProcess
from ..schema.categories import Phase
from .event_log import row_name

__all__ = ["LESS_MOTIVATION", "LESS_OPTIMISM", "parts_of_readiness"]

BEFORE_TALKS = ("fighting", "pretalks", "dormant")  # when the text is the compromise to be expected
LESS_MOTIVATION = ("burden", "pressure", "mobilisation")  # columns of governments that push towards an end
FULL_TRUST = 40.0  # log-odds


def parts_of_readiness(bench: PeaceProcess) -> list[dict[str, Any]]:
    """What each part adds, found by taking it out and letting the talks phase read the text again."""
    before = bench.snapshot()
    base = _read_again(bench, before)
    optimism = {part: _read_again(bench, before, change)["optimism"] for part, change in LESS_OPTIMISM.items()}
    push = {part: _push_without(bench, before, part) for part in ("", *LESS_MOTIVATION)}
    bench.restore(before)
    rows = []
    for i, me in enumerate(bench.tables.governments):
        if me["required"] and me["active"]:
            whole = push[""][i]
            rows.append(
                {
                    "party": row_name(bench, "governments", i),
                    **{name: float(base[name][i]) for name in ("readiness", "motivation", "optimism")},
                    **{part: (whole - push[part][i]) / whole if whole > 0 else 0.0 for part in push if part},
                    **{part: float(base["optimism"][i] - without[i]) for part, without in optimism.items()},
                }
            )
    return rows


def _without_belief(tables: Any) -> None:
    tables.dyads["trust"] = FULL_TRUST


def _without_guarantee(tables: Any) -> None:
    tables.organisations["guarantee"] = 0.0
    tables.parameters["conflict_internal_guarantee"] = 0.0


def _without_options(tables: Any) -> None:
    tables.stakes["known_official"] = tables.stakes["known_unofficial"] = 0.0
    tables.parameters["track_one_anticipation"] = 0.0


def _without_misperception(tables: Any) -> None:
    tables.dyads["misperception"] = 0.0


LESS_OPTIMISM: dict[str, Callable[[Any], None]] = {
    "belief": _without_belief,
    "guarantee": _without_guarantee,
    "options": _without_options,
    "misperception": _without_misperception,
}


def _read_again(bench: PeaceProcess, words: np.ndarray, change: Callable[[Any], None] | None = None) -> np.ndarray:
    """How ready governments are if one thing is changed: the talks phase, so that it reads the text and does no more."""
    bench.restore(words)
    tables = bench.tables
    at_the_table = tables.process["channel"][0] or Phase.words()[int(tables.process["phase"][0])] not in BEFORE_TALKS
    tables.process["phase"] = Phase.DURABLE if at_the_table else Phase.FIGHTING  # nobody bargains in either
    tables.parameters["track_one_pretalks"] = 0.0
    if change is not None:
        change(tables)
    bench.pass_phase("track_one")
    return tables.governments[["readiness", "motivation", "optimism"]].copy()


def _push_without(bench: PeaceProcess, words: np.ndarray, part: str) -> list[float]:
    """The push behind each government's motivation, 1 - exp(-push), without a part of it."""
    bench.restore(words)
    if part:
        bench.tables.governments[part] = 0.0
    for government in bench.handles["governments"]:
        government.want_out(bench.world.parameters[0])  # type: ignore[attr-defined]
    return [-math.log(max(1e-300, 1.0 - motivation)) for motivation in bench.tables.governments["motivation"]]
