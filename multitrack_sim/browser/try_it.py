""" "Try it" in the report of a comparison: below each variant its levers, and the model that runs when one is moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ..analysis.assumptions import worth_varying
from ..engine.random import run_seed
from ..errors import MultitrackError
from ..reports.report_facts import Facts
from ..reports.report_policy import TryIt
from ..reports.report_reasons import changed_settings
from .bundle import PAGE, embeddable, filled, one_script, packed_data
from .engine import PageEngine
from .levers import MOST_LEVERS, Lever, levers_of
from .world import page_world, variant_world

if TYPE_CHECKING:
    from ..analysis.assumptions import Assumptions

__all__ = ["MOST_PAIRS", "not_to_try", "to_try"]

MOST_ASSUMPTIONS = 4
MOST_PAIRS = 500  # run at once; a reader may go on to as many as the report has
MORE_PAIRS = 1000
OUTCOMES = {"months_under_accord": "Months under an agreement", "agreed": "Runs with an agreement"}
_ALLOWED = {"script-src": ("'wasm-unsafe-eval'",), "worker-src": ("blob:",)}
_SENTENCE = "Its levers cannot be moved here: {}."


def to_try(facts: Facts, engine: PageEngine, assumptions: Assumptions | None = None) -> TryIt:
    """What the report of a comparison holds for "Try it". `assumptions` are those that were varied for it, if any were."""
    if not _on_seeds_of_its_own(facts):
        return not_to_try("its runs are not the first of one seed, which a page could make again")
    world = page_world(facts.scenario)
    known = frozenset(one["name"] for one in world["settings"])
    asked = _assumptions(facts, assumptions)
    variants: list[Any] = [None]
    levers: list[Any] = [None]
    below: dict[str, Markup] = {}
    for at, arm in enumerate(facts.variants, 1):
        try:
            made = _variant(facts, arm)
        except MultitrackError as problem:
            variants.append(None)
            levers.append(None)
            below[arm] = Markup('<p class="quiet">{}</p>').format(_SENTENCE.format(problem))
            continue
        changes, variant = facts.comparison.changes[arm], facts.comparison.arms[arm]
        found = levers_of(facts.scenario, variant, changes, asked, made["own"], known)
        own, both = ([lever for lever in found if lever.both == kind] for kind in (False, True))
        shown = own[:MOST_LEVERS] + both
        variants.append(made)
        levers.append({"levers": [_changed_by(lever) for lever in shown], "interval": _interval(facts, arm)})
        below[arm] = Markup(filled("try_it.html.j2", **_shown(facts, arm, at, shown), left=len(own) > MOST_LEVERS))
    data = {
        "engine": engine.packed,
        "calls": engine.calls,
        "worker": one_script("worker"),
        "world": world,
        "seed": facts.comparison.seed,
        "steps": sorted({_first(facts), facts.pairs, MOST_PAIRS, MORE_PAIRS}),
        "variants": variants,
        "levers": levers,
    }
    script = embeddable("script", one_script("try_it"))
    style = embeddable("style", (PAGE / "try_it.css").read_text("utf-8"))
    return TryIt(below, (script,), (style,), _ALLOWED, packed_data(data))


def _on_seeds_of_its_own(facts: Facts) -> bool:
    """Whether the runs are those that a page makes of this seed: some points of a sweep have others."""
    seeds = facts.comparison.table()["seed"].to_numpy()
    return all(int(seeds[run]) == run_seed(facts.comparison.seed, run) for run in range(len(seeds)))


def _variant(facts: Facts, arm: str) -> dict[str, Any]:
    """What the page must know of a variant; MultitrackError where it cannot run it beside the baseline."""
    variant = facts.comparison.arms[arm]
    if variant.value("run.months") != facts.scenario.value("run.months"):
        raise MultitrackError("its runs are longer or shorter than those of the baseline")
    return variant_world(facts.scenario, variant)


def not_to_try(why: str) -> TryIt:
    """What a report says that was written without the model in it."""
    return TryIt(note=f"This report was written without the model in it, so no lever can be moved here: {why}.")


def _assumptions(facts: Facts, found: Assumptions | None) -> list[str]:
    """What the report says the answer depends on: the assumptions of most pull, or those that would be varied first."""
    if found is not None and len(found.table):
        return [str(name) for name in found.table["setting"][:MOST_ASSUMPTIONS]]
    return [one.name for one in worth_varying(changed_settings(facts), MOST_ASSUMPTIONS)]


def _first(facts: Facts) -> int:
    """Pairs that run at once: as many as the report has, so that levers left alone give its numbers; not too many."""
    return min(facts.pairs, MOST_PAIRS)


def _changed_by(lever: Lever) -> dict[str, Any]:
    return {"settings": lever.settings, "both": lever.both, "rows": lever.rows, "part": lever.part}


def _interval(facts: Facts, arm: str) -> dict[str, Any]:
    """The report's effect on months under an agreement, to be drawn beside the reader's."""
    row = facts.row(arm, "months_under_accord")
    values = [float(row[name]) for name in ("difference", "low", "high")]
    told = facts.n(row, "difference", "both") + facts.ends(row)
    return {"values": [value if math.isfinite(value) else None for value in values], "told": told.striptags()}


def _shown(facts: Facts, arm: str, at: int, levers: list[Lever]) -> Mapping[str, Any]:
    """What the template needs to know of a variant."""
    shown = [_lever(lever, at, place) for place, lever in enumerate(levers)]
    rows = [(name, label, facts.row(arm, name)) for name, label in OUTCOMES.items()]
    return {
        "at": at,
        "runs": _first(facts),
        "all": facts.pairs,
        "pairs": facts.runs(),
        "groups": [
            ("What this variant changes", [one for one, lever in zip(shown, levers) if not lever.both]),
            (
                "What the answer depends on, changed in both",
                [one for one, lever in zip(shown, levers) if lever.both],
            ),
        ],
        "rows": [
            {
                "outcome": name,
                "label": label,
                "baseline": facts.level(row, "baseline_estimate"),
                "arm": facts.level(row, "arm_estimate"),
                "difference": facts.n(row, "difference", "both"),
                "ends": facts.ends(row),
            }
            for name, label, row in rows
        ],
    }


def _lever(lever: Lever, at: int, place: int) -> dict[str, Any]:
    """A lever as the template writes it."""
    return {
        "id": f"try-{at}-{place}",
        "at": place,
        "label": lever.label,
        "note": lever.note,
        "code": lever.code,
        "unit": lever.unit,
        "start": _exact(lever.start),
        "told": f"{lever.start:g}".replace("-", "\N{MINUS SIGN}"),
        "low": _exact(lever.low),
        "high": _exact(lever.high),
        "step": _exact(lever.step),
        "options": [(str(value), word) for value, word in enumerate(lever.options)],
    }


def _exact(value: float) -> str:
    """A number as an input takes it."""
    return repr(int(value)) if float(value).is_integer() else repr(float(value))
