"""The classroom: one page with the model in it, for a lesson without a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..analysis.verdicts import digits_shown
from ..engine.sources import model_version
from ..reports.headline_words import amount
from ..reports.packaged_headline import packaged_headline
from ..reports.words import percent
from ..running.provenance import made_by
from .bundle import one_page, one_script
from .chronicle import words_as_data
from .codes import coded_worlds, codes_as_data, mapping, together
from .engine import PageEngine

__all__ = ["CASES", "SETTINGS", "classroom_page", "headline_for_students"]

# What every conflict of the classroom has: ten years, and as many communities as one can see.
SETTINGS = {"run.months": 120, "society.communities": 60}

# Two invented conflicts of Hills and Coast, chosen so that effects of either sign can be seen, which the page says; codes
# not given stand at their middle.
CASES: dict[str, dict[str, dict[str, int]]] = {
    "tour": {
        "codes": {
            "hurting_stalemate": 3,
            "power_asymmetry": 1,
            "indivisibility": 3,
            "mediation": 0,
            "track2": 4,
            "secrecy": 3,
        }
    },
    "loud": {"codes": {"hurting_stalemate": 1, "spoilers": 4, "secrecy": 0, "indivisibility": 4, "track2": 4}},
}
COMMAND = "multitrack classroom"


def classroom_page(engine: PageEngine, settings: Mapping[str, Any] = SETTINGS) -> str:
    """The page as HTML; `settings` are those of all its conflicts. The same model gives the same text."""
    data = classroom_data(engine, settings)
    return one_page("classroom.html.j2", one_script("start"), ("style.css",), data, title="Peace on several tracks")


def classroom_data(engine: PageEngine, settings: Mapping[str, Any] = SETTINGS) -> dict[str, Any]:
    """All that the page knows: the engine, the worlds of each number of parties, the codebook, the invented conflicts."""
    worlds = coded_worlds(settings)
    first = next(iter(worlds.values()))
    shared = [key for key in first if all(world[key] == first[key] for world in worlds.values())]
    return {
        "model": model_version(),
        "made": made_by(COMMAND, model_version()),
        "engine": engine.packed,
        "calls": engine.calls,
        "worker": one_script("worker"),
        "shared": {key: first[key] for key in shared},
        "worlds": {n: {key: world[key] for key in world if key not in shared} for n, world in worlds.items()},
        "mapping": {n: mapping(n, world, settings) for n, world in worlds.items()},
        "together": {n: together(n, world, settings) for n, world in worlds.items()},
        "codes": codes_as_data(),
        "chronicle": words_as_data(),
        "cases": CASES,
        "headline": headline_for_students(packaged_headline()),
    }


def headline_for_students(held: Mapping[str, Any]) -> list[str]:
    """What private talks do on the whole, with all that nobody measured varied: for the last screen of the tour."""
    found = held["population"]
    one = found["outcomes"]["agreed"]
    value, low, high = (100 * one[key] for key in ("effect", "low", "high"))
    digits = digits_shown(value, low, high)
    shares = {name: share for name, share in one["shares"].items() if share is not None}
    unmeasured = sum(share for name, share in shares.items() if name != "chance")
    told = [
        f"This was about Hills and Coast. Over {found['conflicts']:,} conflicts as different as real ones, with and without "
        f"private talks, numbers that nobody measured were varied too: {found['sets']} sets of them, and {found['variants']} forms "
        f"of the rules. With private talks, {amount(value, 'agreed', digits)} of every 100 conflicts reached an agreement within "
        f"{found['months'] // 12} years.",
        f"With every doubt in it: between {amount(low, 'agreed', digits)} and {amount(high, 'agreed', digits)} (95% interval). "
        + (
            "So the model alone cannot say whether private talks help on the whole."
            if low <= 0 <= high
            else f"So in the model private talks {'add' if value > 0 else 'cost'} agreements on the whole; how many hangs on "
            "numbers that nobody measured."
        ),
    ]
    if shares and unmeasured >= 0.5:
        told.append(
            f"Of that doubt, {percent(unmeasured)} comes from numbers and rules that nobody measured, the rest from chance: more "
            "runs would hardly make it smaller."
        )
    if held["model"] != model_version():
        told.append("The model has changed since: its numbers may differ now.")
    return told
