"""One page about a comparison: self-contained HTML that needs no network and no script, for a telephone and for paper.

Its numbers are those of `Comparison.effects`; each stands in a `<data value="...">` with all its digits, so that a page
can be read back. Names come from files and are escaped by the templates.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..analysis.run_tables import MAIN_OUTCOMES, months_told
from ..analysis.verdicts import ANSWERS, verdict_in_words, verdict_of
from ..designs.arms import BASELINE
from .page_figures import (
    agreements_figure,
    difference_figure,
    inline_svg,
    ledger,
    ledger_figure,
    phases_figure,
    settling_figure,
)
from .sentences import (
    ASKED,
    NO_FORECAST,
    SHOWN,
    main_effects,
    rarely_agreed_in,
    shown_difference,
    shown_end,
    shown_estimate,
    shown_interval,
    told_changes,
)
from .style import LEDGER_LOOKS
from .words import plain

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.comparison import Comparison
    from ..running.ensemble import Ensemble

__all__ = ["answer", "comparison_page", "question"]

MOST_DRAWN = 8  # arms whose phases are drawn: more would make the page heavy, and the tables hold them all
FEWEST_SETTLING = 20  # pairs
LONGEST = 200  # letters of a name


def comparison_page(
    comparison: Comparison, drawn: Mapping[str, Ensemble], about: Mapping[str, str], command: str = ""
) -> str:
    """The page as HTML. `drawn` are the arms with their months (as `compare(..., series=True)` keeps them), the baseline
    first; `about` is what it comes from, in words; `command` makes it again.

    The same arguments give the same text. Raises ValueError where `drawn` has no months.
    """
    effects = comparison.effects()
    arms = _arms(comparison)
    title = plain(comparison.scenario.title, LONGEST)
    return _templates().get_template("comparison.html.j2").render(
        title=title,
        question=question(comparison),
        answers=[{"arm": arm["name"], "text": answer(comparison, effects, arm["key"])} for arm in arms[1:]],
        estimands=[{"arm": arm["name"], "text": plain(comparison.estimand(arm["key"]), 2000)} for arm in arms[1:]],
        arms=arms,
        runs=f"{comparison.pairs:,}",
        rare=rarely_agreed_in(comparison),
        horizon=months_told(comparison.horizon),
        differences=_differences(effects),
        groups=_groups(effects, arms[1:]),
        phases=_phases(comparison, drawn),
        undrawn=max(0, len(drawn) - MOST_DRAWN),
        agreements=_figure("agreements", "Agreements over time", *agreements_figure(drawn, comparison.scenario)),
        ledger=_figure("ledger", "Where trust came from", *ledger_figure(drawn)),
        ledger_table=_ledger_table(drawn),
        settling=_settling(comparison),
        caveat=NO_FORECAST,
        about={name: plain(text, 500) for name, text in about.items()},
        command=plain(command, 10_000),
    )  # fmt: skip


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


def _settling(comparison: Comparison) -> dict[str, Any] | None:
    """The figure of how effects settle; of a handful of pairs nothing can be said."""
    if comparison.pairs < FEWEST_SETTLING:
        return None
    return _figure("settling", "How the effects settle", *settling_figure(comparison))


# --- what is said
def question(comparison: Comparison) -> str:
    """What was asked, in a sentence."""
    others = [_quoted(name) for name in list(comparison.arms)[1:]]
    listed = " or ".join([", ".join(others[:-1]), others[-1]]) if len(others) > 1 else others[0]
    return f"What would come out differently, within {months_told(comparison.horizon)}, with {listed}?"


def answer(comparison: Comparison, effects: pd.DataFrame, arm: str) -> str:
    """What an arm changes, a sentence each with its interval: agreements, months under one, violence."""
    rows = effects[(effects["arm"] == arm) & effects["statistic"].isin(SHOWN)]
    agreed, under, violence = (rows[rows["outcome"] == name].iloc[0] for name in ASKED)
    base = BASELINE if comparison.baseline == BASELINE else f"with {_quoted(comparison.baseline)}"
    return (
        f"With {_quoted(arm)}, a partial or comprehensive agreement is reached within {months_told(comparison.horizon)} in "
        f"{shown_estimate(agreed, 'arm_estimate')} of the runs, against {shown_estimate(agreed, 'baseline_estimate')} {base}: "
        f"a difference of {_with_interval(agreed)}, {verdict_in_words(verdict_of(agreed))}. Months under an agreement, each "
        f"weighted by the share of the conflict that it settles, differ by {_with_interval(under)}, "
        f"{verdict_in_words(verdict_of(under))}. Violence, summed over the run, differs by {_with_interval(violence)}, "
        f"{verdict_in_words(verdict_of(violence))}."
    )


def _quoted(name: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{plain(name)}\N{RIGHT DOUBLE QUOTATION MARK}"


def _with_interval(row: Any) -> str:
    ends = shown_interval(row)
    return shown_difference(row) + (f" (95% interval {ends})" if ends else "")


# --- what the templates need
def _arms(comparison: Comparison) -> list[dict[str, Any]]:
    """Every arm, and what was changed in it, line by line."""
    return [
        {"at": at, "key": name, "name": plain(name), "changes": told_changes(comparison.changes[name])}
        for at, name in enumerate(comparison.arms)
    ]


def _groups(effects: pd.DataFrame, arms: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The effects, outcome by outcome, every arm a row: text for people, and values with all their digits."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for arm in arms:
        for row in main_effects(effects, arm["key"]).to_dict("records"):
            key = row["outcome"], row["value"]
            unit = "percentage points" if row["statistic"] == "share" else row["unit"]
            about = {"outcome": row["outcome"], "value": row["value"], "statistic": SHOWN[row["statistic"]],
                     "unit": unit, "meaning": row["meaning"], "rows": []}  # fmt: skip
            groups.setdefault(key, about)["rows"].append(_row(row, arm))
    order = {name: at for at, name in enumerate(MAIN_OUTCOMES)}
    return sorted(groups.values(), key=lambda group: order[group["outcome"]])


def _row(row: Mapping[str, Any], arm: Mapping[str, Any]) -> dict[str, Any]:
    """One arm's effect on one outcome."""
    cells = {name: shown_estimate(row, name) for name in ("baseline_estimate", "arm_estimate")}
    cells |= {name: shown_end(row, name) for name in ("difference", "low", "high")}
    return {
        "arm": arm["name"],
        "key": arm["at"],
        "cells": {name: {"text": text, "value": _exact(row[name])} for name, text in cells.items()},
        "has_interval": not (math.isnan(row["low"]) or math.isnan(row["high"])),
        "answer": ANSWERS[verdict_of(row)],
        "left_out": f"{int(row['left_out']):,}" if row["left_out"] else "",
    }


def _exact(value: float) -> str:
    """All digits of a number, as JSON and Python read them; empty where it is missing."""
    return "" if math.isnan(value) else json.dumps(float(value))


def _figure(name: str, title: str, figure: Any, told: str) -> dict[str, Any]:
    return {"svg": Markup(inline_svg(figure, name, title, told)), "told": told}


def _differences(effects: pd.DataFrame) -> list[dict[str, Any]]:
    """Figures for the eye: agreements, months under one and violence, every arm minus the baseline."""
    made = []
    wanted = [("agreed", "Agreement reached", "percentage points", 100.0),
              ("months_under_accord", "Months under an agreement", "months, weighted by reach", 1.0),
              ("violence_total", "Violence", "level of violence x months", 1.0)]  # fmt: skip
    for name, title, unit, scale in wanted:
        found = effects[(effects["outcome"] == name) & effects["statistic"].isin(SHOWN)]
        figure = difference_figure(found.to_dict("records"), f"{title}: difference", unit, scale)
        made.append(_figure(f"difference-{name.replace('_', '-')}", title, *figure))
    return made


def _phases(comparison: Comparison, drawn: Mapping[str, Ensemble]) -> list[dict[str, Any]]:
    made = []
    for at, (name, ensemble) in enumerate(list(drawn.items())[:MOST_DRAWN]):
        figure = phases_figure(ensemble, comparison.scenario, name)
        made.append(_figure(f"phases-{at}", f"Phases: {plain(name)}", *figure))
    return made


def _ledger_table(drawn: Mapping[str, Ensemble]) -> dict[str, Any]:
    parts = {name: ledger(ensemble) for name, ensemble in drawn.items()}
    rows = [
        {"source": looks[0], "values": [f"{part[source]:+.2f}" for part in parts.values()]}
        for source, looks in LEDGER_LOOKS.items()
    ]
    rows.append({"source": "all together", "values": [f"{sum(part.values()):+.2f}" for part in parts.values()]})
    return {"arms": [plain(name) for name in parts], "rows": rows}
