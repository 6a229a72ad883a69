"""The report on when agreements come, and on violence: headings that say what one sees, and a few sentences."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from .report_answer import by_size
from .report_facts import Facts
from .report_figures import signed_by
from .report_markup import and_list, number, say, sentence

__all__ = ["violence_heading", "violence_told", "when_heading", "when_told"]

EARLY = 60  # months
MOST_TOLD = 4  # variants


def when_heading(facts: Facts) -> Markup:
    """By when half of the baseline's runs have signed; or that they do not."""
    months = np.sort(facts.comparison.table()["months_to_substantive"].to_numpy(float))
    middle = months[(len(months) - 1) // 2]
    later = [arm for arm in by_size(facts) if facts.is_clear(arm, "months_to_substantive")]
    if np.isnan(middle):
        first = Markup("Fewer than half of baseline runs sign an agreement")
    else:
        first = say(
            "Half of baseline runs have signed an agreement by month {n}",
            n=number(float(middle), "half:0:months_to_substantive"),
        )
    if not later:
        return first + "; no variant clearly moves that date"
    groups = {
        word: [
            facts.with_name(arm) for arm in later if (facts.row(arm, "months_to_substantive")["difference"] > 0) == up
        ]
        for word, up in (("later", True), ("sooner", False))
    }
    told = [
        say("{word} {names}", word=word, names=and_list(names[:3], "or")) for word, names in groups.items() if names
    ]
    return first + say("; it comes {told}", told=and_list(told))


def when_told(facts: Facts) -> list[Markup]:
    """How many sign early, and how much later or sooner agreements come on average."""
    told = []
    if facts.horizon > EARLY:
        found = []
        for at, arm in enumerate(facts.arms[: 1 + MOST_TOLD]):
            share = float(signed_by(facts, arm)[EARLY])
            found.append(
                say("{n} {name}", n=number(share, f"signed:{at}:{EARLY}", 1, 100, mark="%"), name=facts.with_name(arm))
            )
        told.append(
            say(
                "Within five years of the start, {found} have signed a partial or comprehensive agreement.",
                found=and_list(found),
            )
        )
    for arm in by_size(facts)[:MOST_TOLD]:
        row = facts.row(arm, "months_to_substantive")
        direction = "later" if row["difference"] > 0 else "sooner"
        if facts.tells(arm, "months_to_substantive"):
            said = "{name}, agreement comes {n} months {direction} on average{between}, runs without one counted as {months}."
        else:
            said = "{name}, no clear difference in when agreement comes: {both} months on average{between}."
        told.append(
            sentence(
                say(
                    said,
                    name=facts.with_name(arm),
                    n=facts.n(row, "difference"),
                    both=facts.n(row, "difference", "both"),
                    direction=direction,
                    between=facts.between(row, note=facts.doubt(arm, "months_to_substantive")),
                    months=number(facts.horizon, "run:months"),
                )
            )
        )
    return told


def violence_heading(facts: Facts) -> Markup:
    """Whether any variant clearly changes violence."""
    clear = [arm for arm in facts.variants if facts.is_clear(arm, "violence_total")]
    if not clear:
        return Markup("No variant clearly changes violence")
    clear.sort(key=lambda arm: -abs(facts.row(arm, "violence_total")["difference"]))
    groups = {
        word: [facts.with_name(arm) for arm in clear if (facts.row(arm, "violence_total")["difference"] > 0) == up]
        for word, up in (("more", True), ("less", False))
    }
    told = [
        say("{word} violence {names}", word=word, names=and_list(names[:3], "or"))
        for word, names in groups.items()
        if names
    ]
    return sentence(Markup("; ").join(told))


def violence_told(facts: Facts) -> list[Markup]:
    """Violence and attacks, a sentence for each variant."""
    told = []
    for arm in by_size(facts)[:MOST_TOLD]:
        parts = []
        for outcome, what in (("violence_total", "violence over the run"), ("attacks", "attacks by armed factions")):
            row = facts.row(arm, outcome)
            word = {"violence_total": ("higher", "lower"), "attacks": ("more", "fewer")}[outcome][row["difference"] < 0]
            n, level = facts.n(row, "difference"), facts.level(row, "baseline_estimate")
            if facts.tells(arm, outcome):
                said = "{what}: {n} {word}{between}, against {level} in the baseline"
            elif not row["only_arm"] + row["only_baseline"]:
                said = "{what}: the same in every pair of runs ({level})"
            else:
                said = "{what}: no clear difference, {both}{between}, against {level} in the baseline"
            both = facts.n(row, "difference", "both")
            between = facts.between(row, note=facts.doubt(arm, outcome))
            parts.append(say(said, what=what, n=n, both=both, word=word, between=between, level=level))
        told.append(
            say("{name}. {parts}.", name=sentence(facts.with_name(arm)), parts=sentence(Markup("; ").join(parts)))
        )
    return told
