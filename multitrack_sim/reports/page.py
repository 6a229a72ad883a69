"""The report of a comparison: one self-contained HTML file that needs no network, for a telephone, a projector and paper.

Its numbers are those of `Comparison.effects` and of the tables of runs; each stands in a `<data value="...">` with all its
digits, so that the page can be read back. Names come from files and are escaped.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..analysis.precision import pairs_needed
from ..analysis.run_tables import MAIN_OUTCOMES
from ..analysis.told import PHRASES
from ..analysis.verdicts import ANSWERS, digits_shown, verdict_of
from ..schema.parameters import PARAMETERS
from .report_answer import answers, by_size, headline, how_sure, opening, plain_text, question
from .report_doubt import every_doubt
from .report_facts import TOLD, Facts
from .report_figures import Drawn, dots_figure, effect_figure, kinds_figure, when_figure
from .report_limits import GLOSSARY, coded, first_limits, limits
from .report_markup import number, own, say
from .report_months import months_of, phases_figure, violence_figure
from .report_policy import NOTHING_TO_TRY, TryIt, policy
from .report_ranking import kinds_heading, kinds_table, ranking, ranking_heading
from .report_reasons import depends, paths_told, pull_told
from .report_stories import Story, stories_told
from .report_timing import violence_heading, violence_told, when_heading, when_told
from .sentences import SHOWN, Change, main_effects, rarely_agreed_in, shown_end, shown_estimate, told_changes
from .words import capital, plain

if TYPE_CHECKING:
    from ..analysis.assumptions import Assumptions
    from ..analysis.comparison import Comparison
    from ..analysis.paths import Paths
    from ..running.ensemble import Ensemble

__all__ = ["NOTHING_MORE", "More", "comparison_page", "handout_page"]

MOST_DRAWN = 8  # arms whose months are drawn: more would make the page heavy, and the tables hold them all
MOST_CHANGES = 6  # told of a variant
MOST_DOTS = 3  # variants with a picture of a hundred conflicts
ENDED = {
    "none": "conflict never ended",
    "agreement": "conflict first ended by an agreement",
    "ceasefire": "conflict first ended by a ceasefire",
    "victory": "conflict first ended by a victory",
    "low activity": "conflict first ended because the fighting faded out",
}
FEWEST_SETTLING = 20  # pairs
TOLERATED = 0.01  # half the width of an interval that a share is wished to have


@dataclass(frozen=True)
class More:
    """What a report may have beside the comparison, where it was asked for."""

    paths: Paths | None = None
    assumptions: Assumptions | None = None
    stories: Sequence[Story] = ()
    try_it: TryIt = NOTHING_TO_TRY
    folder: str = "FOLDER"  # how a reader names the folder of the runs


NOTHING_MORE = More()


def comparison_page(
    comparison: Comparison,
    drawn: Mapping[str, Ensemble],
    about: Mapping[str, str],
    command: str = "",
    more: More = NOTHING_MORE,
) -> str:
    """The report as HTML. `drawn` are the arms with their months where they were kept, the baseline first; `about` is what
    it comes from, in words; `command` makes it again.

    The same arguments give the same text.
    """
    facts = Facts(comparison)
    style = _style("report.css")
    return _templates().get_template("comparison.html.j2").render(
        **_first_screen(facts, more),
        style=Markup(style), styles=[Markup(text) for text in more.try_it.styles], policy=policy(style, more.try_it),
        scripts=[Markup(text) for text in more.try_it.scripts], try_data=more.try_it.data, try_note=more.try_it.note,
        arms=_arms(facts, more.try_it),
        runs=facts.runs(),
        ranking=ranking(facts), horizon=number(facts.horizon, "run:months"), ranking_heading=ranking_heading(facts),
        ranked_figures=[effect_figure(facts, "agreed", "ranked-agreed", "Runs with an agreement", "percentage points")],
        kinds=kinds_table(facts), kinds_heading=kinds_heading(facts), kinds_figure=kinds_figure(facts), held=facts.held(),
        dots=[dots_figure(facts, arm, f"dots-{at}") for at, arm in enumerate(by_size(facts)[:MOST_DOTS])],
        when_heading=when_heading(facts), when_told=when_told(facts), when_figure=when_figure(facts),
        violence_heading=violence_heading(facts), violence_told=violence_told(facts), violence=_violence(facts, drawn),
        phases=_phases(facts, drawn), undrawn=_undrawn(drawn),
        paths=paths_told(more.paths) if more.paths else None,
        stories=stories_told(facts, more.stories),
        pull=pull_told(facts, more.assumptions) if more.assumptions and len(more.assumptions.table) else None,
        folder=own(plain(more.folder, 200)),
        doubt=every_doubt(facts), coded=coded(facts), limits=limits(facts), enough=_enough(facts),
        groups=_groups(facts),
        glossary=GLOSSARY,
        about={name: plain(text, 500) for name, text in about.items()},
        command=plain(command, 10_000),
    )  # fmt: skip


def handout_page(comparison: Comparison, about: Mapping[str, str], more: More = NOTHING_MORE) -> str:
    """One page to print and hand out: question, answer, picture, what it hangs on, how sure, where it comes from."""
    facts = Facts(comparison)
    style = _style("report.css") + _style("handout.css")
    first = _first_screen(facts, more)
    origin = [f"{name}: {about[name]}" for name in ("Scenario", "Seed", "Model version") if name in about]
    return _templates().get_template("handout.html.j2").render(
        **first, style=Markup(style), styles=[], scripts=[], try_data="", policy=policy(style),
        dots=[dots_figure(facts, by_size(facts)[0], "dots-0")],
        origin=own(plain("; ".join(origin), 300)),
    )  # fmt: skip


def _first_screen(facts: Facts, more: More) -> dict[str, Any]:
    """What both pages begin with."""
    title = headline(facts)
    untold = len(facts.variants) - len(told := answers(facts))
    return {
        "title": title,
        "title_in_words": plain_text(title),
        "question": question(facts),
        "rare": rarely_agreed_in(facts.comparison),
        "opening": opening(facts),
        "answers": told,
        "untold": number(untold, "run:untold") if untold else "",
        "picture_of_months": effect_figure(
            facts, "months_under_accord", "first", "Change in months under an agreement", "months under an agreement"
        ),
        "depends": depends(facts, more.assumptions),
        "sure": how_sure(facts, first_limits(facts)),
    }


@cache
def _templates() -> Environment:
    """Every value is escaped; a name that no value was given for is an error."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _style(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text("utf-8")


# --- what the templates need
def _arms(facts: Facts, try_it: TryIt) -> list[dict[str, Any]]:
    """Every arm, what was changed in it, line by line, what its difference estimates, and what lets a reader try it."""
    estimand = facts.comparison.estimand
    changes = {name: told_changes(facts.comparison.changes[name]) for name in facts.arms}
    return [
        {
            "at": at,
            "name": facts.name(name) if at else Markup("baseline"),
            "changes": [_change(facts, change) for change in changes[name][:MOST_CHANGES]],
            "unnamed": number(left, f"changes:{at}") if (left := len(changes[name]) - MOST_CHANGES) > 0 else "",
            "estimand": own(plain(estimand(name), 2000)) if at else "",
            "try_it": try_it.below.get(name, ""),
        }
        for at, name in enumerate(facts.arms)
    ]


def _change(facts: Facts, change: Change) -> tuple[Markup, Markup, Markup | str]:
    """One thing that a variant changes: its code, what it becomes, and what it is in plain words."""
    told: Markup | str = ""
    if change.what in PARAMETERS:
        value = facts.scenario.value(change.what)
        told = own(capital(PARAMETERS[change.what].meaning.partition(";")[0]) + _before(value))
    elif found := re.fullmatch(r"(\w+)\.'(.+)'\.(\w+)", change.what):
        rows = {str(row["name"]): row for row in facts.scenario.rows.get(found[1], ())}
        told = own(plain(f"{capital(found[3])} of {found[2]}", 200) + _before(rows.get(found[2], {}).get(found[3])))
    return own(change.what), own(change.to), told


def _before(value: Any) -> str:
    """What the baseline has, where that is a number."""
    return f" (baseline {value:g})" if isinstance(value, int | float) else ""


def _violence(facts: Facts, drawn: Mapping[str, Ensemble]) -> list[Drawn]:
    found = effect_figure(
        facts,
        "violence_total",
        "violence-total",
        "Violence over the run",
        "level of violence × months",
        "lower",
        "higher",
    )
    by_month = violence_figure(facts, drawn)
    return [found, by_month] if by_month else [found]


def _phases(facts: Facts, drawn: Mapping[str, Ensemble]) -> list[Drawn]:
    some = list(drawn.values())[:MOST_DRAWN]
    return [phases_figure(facts, one, at) for at, one in enumerate(some) if months_of(one, "phase") is not None]


def _undrawn(drawn: Mapping[str, Ensemble]) -> Markup | str:
    left = sum(1 for one in drawn.values() if months_of(one, "phase") is not None) - MOST_DRAWN
    return number(left, "run:undrawn") if left > 0 else ""


def _enough(facts: Facts) -> Markup | str:
    """How many pairs it would take to narrow the interval of agreements to a point either side."""
    if facts.pairs < FEWEST_SETTLING:
        return ""
    base = facts.comparison.table()
    needed = [
        pairs_needed(base, facts.comparison.table(arm), "agreed", TOLERATED, horizon=facts.horizon)
        for arm in facts.variants
    ]
    return say(
        "This report has {runs} pairs of runs. To know the difference in agreements to within one point either side would take "
        "{n}. More runs narrow random variation only, never the doubt about the model.",
        runs=facts.runs(), n=number(max(needed), "run:needed"),
    )  # fmt: skip


def _groups(facts: Facts) -> list[dict[str, Any]]:
    """The effects, outcome by outcome, every variant a row: text for people, and values with all their digits."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for arm in facts.variants:
        for row in main_effects(facts.effects, arm).to_dict("records"):
            key = row["outcome"], row["value"]
            held = f"{int(facts.scenario.value('accord.durable_months')):,} months"
            meaning = row["meaning"].replace("accord.durable_months", held)
            unit = "percentage points" if row["statistic"] == "share" else row["unit"]
            looks = TOLD.get(row["outcome"])
            label = looks.label if looks else ENDED.get(row["value"], "how the conflict first ended")
            label = PHRASES[row["outcome"]].topic if looks and looks.more == "later" else label
            meaning = meaning.replace("both arms", "both runs")
            about = {"outcome": row["outcome"], "value": row["value"], "statistic": SHOWN[row["statistic"]],
                     "label": label, "unit": unit, "meaning": meaning, "rows": []}  # fmt: skip
            groups.setdefault(key, about)["rows"].append(_row(row, facts))
    order = {name: at for at, name in enumerate(MAIN_OUTCOMES)}
    return sorted(groups.values(), key=lambda group: order[group["outcome"]])


def _row(row: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """One variant's effect on one outcome."""
    cells = {name: shown_estimate(row, name) for name in ("baseline_estimate", "arm_estimate")}
    if row["statistic"] != "share":  # as many digits as the difference, so that the two give it
        digits = max([digits_shown(*(float(row[name]) for name in ("difference", "low", "high")))]
                     + [len(text.partition(".")[2]) for text in cells.values()])  # fmt: skip
        cells = {
            name: f"{float(row[name]):,.{digits}f}" if row["difference"] and not math.isnan(row[name]) else cells[name]
            for name in cells
        }
    cells |= {name: shown_end(row, name) for name in ("difference", "low", "high")}
    return {
        "arm": facts.name(row["arm"]),
        "key": facts.arms.index(row["arm"]),
        "cells": {name: {"text": text, "value": _exact(row[name])} for name, text in cells.items()},
        "has_interval": not (math.isnan(row["low"]) or math.isnan(row["high"])),
        "answer": ANSWERS[verdict_of(row)],
        "left_out": f"{int(row['left_out']):,}" if row["left_out"] else "",
    }


def _exact(value: float) -> str:
    """All digits of a number, as JSON and Python read them; empty where it is missing."""
    return "" if math.isnan(value) else json.dumps(float(value))
