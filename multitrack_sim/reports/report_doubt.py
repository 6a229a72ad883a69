"""The report on doubt: what Track II does over all plausible assumptions, from the headline that comes with the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ..analysis.verdicts import digits_shown
from ..engine.sources import model_version
from .headline_words import CALLED_PARTS, TOPICS, turned_told
from .packaged_headline import POPULATION, headline_of, packaged_headline
from .report_facts import Facts
from .report_markup import number, own, say
from .words import capital

__all__ = ["EveryDoubt", "every_doubt"]

UNITS = {
    "agreed": ("more of every 100 {runs} reach an agreement", "fewer of every 100 {runs} reach an agreement"),
    "months_under_accord": ("more months", "fewer months"),
    "violence_total": ("more", "less"),
}


@dataclass(frozen=True)
class EveryDoubt:
    """`line` for the first screen; a heading, what the numbers are, a row per outcome, and what turns a sign."""

    line: Markup
    heading: Markup
    about: Markup
    rows: list[dict[str, Markup]]
    turned: Markup


def every_doubt(facts: Facts) -> EveryDoubt:
    """The packaged headline of this very case, or else of the reference population."""
    held = packaged_headline()
    name, found = headline_of(facts.scenario, held)
    where = "the reference population of armed conflicts" if name == POPULATION else "this case"
    rows = [_row(name, outcome, found) for outcome in found["outcomes"]]
    first = rows[0]
    line = say(
        "With Track II, in {where}: {effect} within {months} months (95% interval with every doubt: {ends}).",
        where=where, effect=first["effect"], ends=first["ends"], months=number(found["months"], f"headline:{name}:months"),
    )  # fmt: skip
    whose = (
        Markup("Nothing of the kind was computed for this scenario: these are numbers of {where}.").format(where=where)
        if name == POPULATION
        else Markup("They are numbers of this very case.")
    )
    n = {
        key: number(found[key], f"headline:{name}:{key}")
        for key in ("pairs", "sets", "variants", "months", "conflicts")
    }
    about = say(
        "This is no result of the runs above; it comes with the program. {pairs} pairs of runs with and without Track II, over "
        "{months} months, take turns with {sets} sets of parameters against which the record does not speak, and with {variants} "
        "variants of the rules. {whose} Intervals hold chance, parameters and the form of the rules together.{earlier}",
        whose=whose, earlier=_earlier(held), **n,
    )  # fmt: skip
    heading = say("What Track II does over all plausible assumptions, in {where}", where=where)
    return EveryDoubt(line, heading, about, rows, own(turned_told(found["outcomes"])))


def _earlier(held: Mapping[str, Any]) -> str:
    """Whether the model has changed since."""
    return "" if held["model"] == model_version() else " The model has changed since: its numbers may differ now."


def _row(name: str, outcome: str, found: Mapping[str, Any]) -> dict[str, Markup]:
    one = found["outcomes"][outcome]
    relative = outcome == "violence_total"
    base = one["without"] if relative else 1.0
    values = {key: one[key] / base if base else 0.0 for key in ("effect", "low", "high")}
    times = 1.0 if outcome == "months_under_accord" else 100.0
    digits = digits_shown(*(times * value for value in values.values()))
    of = f"headline:{name}:{outcome}"

    def shown(key: str, sign: str) -> Markup:
        part = f"{of}:{key}/without" if relative else f"{of}:{key}"
        return number(values[key], part, digits, times, sign, "%" if relative else "")

    runs = "conflicts" if found["conflicts"] > 1 else "runs"
    more, fewer = (unit.format(runs=runs) for unit in UNITS[outcome])
    unit = more if values["effect"] >= 0 else fewer
    shares = {part: one["shares"][part] for part in CALLED_PARTS if one["shares"][part] is not None}
    return {
        "topic": Markup(capital(TOPICS[outcome])),
        "effect": say("{n} {unit}", n=shown("effect", "size"), unit=own(unit)),
        "ends": say("{low} to {high}", low=shown("low", "both"), high=shown("high", "both")),
        **{part: number(share, f"{of}:shares:{part}", 0, 100, mark="%") for part, share in shares.items()},
        **{part: Markup("none") for part in CALLED_PARTS if part not in shares},
    }
