"""The work itself, wherever it is done: a piece of a chunk goes in, outcomes and failures come out.

Nothing here knows of files, threads or clusters. A run that fails is told, the others of its piece are not lost.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..designs.changes import changed
from ..engine.sources import model_version
from ..errors import MultitrackError
from ..scenario.layout import Layout, lay_out
from ..schema.outcomes import OUTCOME_ROW, SERIES_ROW
from ..schema.world import World
from .ensemble import run_rows
from .plan import Piece, Segment

__all__ = ["Answer", "run_piece"]

MOST_KEPT = 4_000_000  # cells of worlds that a thread keeps for its next piece
LONGEST_TRACEBACK = 4000  # characters

_kept = threading.local()


@dataclass
class Answer:
    """What a piece gave: a row per run, and for those that failed what went wrong (place in the piece -> record)."""

    outcomes: np.ndarray
    series: np.ndarray | None
    failures: dict[int, dict[str, str]] = field(default_factory=dict)
    seconds: float = 0.0


def run_piece(piece: Piece) -> Answer:
    """Run a piece. MultitrackError where the worker has another version of the model."""
    if piece.model != model_version():
        raise MultitrackError(
            f"a worker has another version of the model ({model_version()}, not {piece.model}); "
            "install the same version everywhere"
        )
    began = time.perf_counter()
    answer = Answer(np.zeros(len(piece.seeds), OUTCOME_ROW), None)
    monthly: dict[int, np.ndarray] = {}
    for segment in piece.segments:
        _run_segment(piece, segment, answer, monthly)
    if piece.series:
        months = max((len(rows) for rows in monthly.values()), default=0)
        answer.series = np.zeros((len(piece.seeds), months), SERIES_ROW)
        for at, rows in monthly.items():
            answer.series[at, : len(rows)] = rows
            for name in SERIES_ROW.names or ():
                answer.series[at, len(rows) :][name] = np.nan
    answer.seconds = time.perf_counter() - began
    return answer


def _run_segment(piece: Piece, segment: Segment, answer: Answer, monthly: dict[int, np.ndarray]) -> None:
    stage = "making the scenario"
    try:
        layout, world = _world(piece, segment)
        stage = "running"
        part = slice(segment.start, segment.stop)
        outcomes, series = run_rows(layout, piece.seeds[part], segment.vary, series=piece.series, world=world)
        answer.outcomes[part] = outcomes
        if piece.series:
            monthly.update(zip(range(segment.start, segment.stop), series))
    except Exception as problem:
        if segment.stop - segment.start == 1 or stage != "running":
            told = _record(stage, problem)
            answer.failures |= dict.fromkeys(range(segment.start, segment.stop), told)
            return
        for at in range(segment.start, segment.stop):  # which of them is it?
            one = {name: values[at - segment.start : at - segment.start + 1] for name, values in segment.vary.items()}
            _run_segment(piece, Segment(at, at + 1, segment.settings, one), answer, monthly)


def _record(stage: str, problem: BaseException) -> dict[str, str]:
    text = "".join(traceback.format_exception(problem))
    error = f"{type(problem).__name__}: {problem}"
    return {"stage": stage, "error": error[:LONGEST_TRACEBACK], "traceback": text[-LONGEST_TRACEBACK:]}


def _world(piece: Piece, segment: Segment) -> tuple[Layout, World]:
    """The layout of a segment's scenario and a world of this thread's own to run in, kept for the next piece."""
    kept: OrderedDict[Any, tuple[Layout, World]] = _kept.__dict__.setdefault("worlds", OrderedDict())
    key = (piece.sweep, segment.settings)
    if key not in kept:
        layout = lay_out(changed(piece.base, dict(segment.settings)))
        kept[key] = layout, layout.new_world()
        while len(kept) > 1 and sum(2 * len(world.words) for _, world in kept.values()) > MOST_KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
