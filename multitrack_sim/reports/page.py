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

from ..analysis.summary import MAIN_OUTCOMES
from .figures import LEDGER_LOOKS
from .page_figures import accords_figure, difference_figure, inline_svg, ledger, ledger_figure, phases_figure
from .words import percent, plain

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.comparison import Comparison
    from ..ensemble import Ensemble

__all__ = ["answer", "comparison_page", "question", "shown_difference", "shown_estimate", "verdict"]

MOST_DRAWN = 8  # arms whose phases are drawn: more would make the page heavy, and the tables hold them all
SHOWN = ("share", "restricted mean months", "mean")  # of the statistics of an effect; the files hold the others too
STATISTICS = {
    "share": "share of runs",
    "restricted mean months": "mean months over all runs",
    "mean": "mean",
}
LONGEST = 200  # letters of a name
NO_FORECAST = (
    "This is no forecast, and no evidence of what happened in a real conflict. It shows what follows from stated "
    "assumptions: most of the model's numbers have been tested by no data, and a scenario is written by people who know "
    "how its conflict ended. The intervals (95%) cover chance between runs, which more runs make small; they do not "
    "cover doubt about the rules and the numbers. Of many outcomes compared, some differ by chance alone."
)


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
        estimand=[plain(comparison.estimand(arm["key"]), 2000) for arm in arms[1:]],
        arms=arms,
        runs=f"{comparison.pairs:,}",
        differences=_differences(effects),
        tables=[_table(effects, arm) for arm in arms[1:]],
        phases=_phases(comparison, drawn),
        undrawn=max(0, len(drawn) - MOST_DRAWN),
        accords=_figure("accords", "Accords over time", *accords_figure(drawn, comparison.scenario)),
        ledger=_figure("ledger", "Where trust came from", *ledger_figure(drawn)),
        ledger_table=_ledger_table(drawn),
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


# --- what is said


def question(comparison: Comparison) -> str:
    """What was asked, in a sentence."""
    others = [_quoted(name) for name in list(comparison.arms)[1:]]
    listed = " or ".join([", ".join(others[:-1]), others[-1]]) if len(others) > 1 else others[0]
    return f"{plain(comparison.scenario.title, LONGEST)}: what would come out differently with {listed}?"


def answer(comparison: Comparison, effects: pd.DataFrame, arm: str) -> str:
    """What an arm changes, in two sentences with intervals: accords, and months at peace."""
    rows = effects[(effects["arm"] == arm) & effects["statistic"].isin(SHOWN)]
    accord, peace = (rows[rows["outcome"] == name].iloc[0] for name in ("agreed", "months_at_peace"))
    base = plain(comparison.baseline)
    return (
        f"With {_quoted(arm)}, an accord is signed and ratified in {percent(accord['arm_estimate'])} of the runs, "
        f"against {percent(accord['baseline_estimate'])} {base}: a difference of {_with_interval(accord)}, "
        f"{verdict(accord)}. Months at peace differ by {_with_interval(peace)}, {verdict(peace)}."
    )


def _quoted(name: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{plain(name)}\N{RIGHT DOUBLE QUOTATION MARK}"


def verdict(row: Any) -> str:
    """What an interval lets one say.

    >>> verdict({"low": -3.0, "high": -1.0})
    'more than chance between runs explains'
    """
    if row["low"] > 0 or row["high"] < 0:
        return "more than chance between runs explains"
    if not row.get("only_arm", 1) and not row.get("only_baseline", 1):
        return "the same in every pair of runs"
    return "which so many runs cannot tell from nothing"


def _with_interval(row: Any) -> str:
    ends = _shown_interval(row)
    return shown_difference(row) + (f" (95% interval {ends})" if ends else "")


def _is_share(row: Any) -> bool:
    return row["statistic"] == "share"


def shown_estimate(row: Any, which: str) -> str:
    """An estimate of an arm as people read it: shares in percent."""
    value = row[which]
    return percent(value) if _is_share(row) else "unknown" if math.isnan(value) else _number(value)


def shown_difference(row: Any) -> str:
    """A difference as people read it: of shares in percentage points."""
    value = row["difference"]
    if math.isnan(value):
        return "unknown"
    return f"{_signed(100 * value)} points" if _is_share(row) else _signed(value)


def _shown_interval(row: Any) -> str:
    if math.isnan(row["low"]) or math.isnan(row["high"]):
        return ""
    scale = 100 if _is_share(row) else 1
    return f"{_signed(scale * row['low'])} to {_signed(scale * row['high'])}"


def _signed(value: float) -> str:
    """With its sign, and no more digits than say something.

    >>> _signed(-3.14159), _signed(0.01234), _signed(0.0)
    ('-3.1', '+0.012', '0')
    """
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2 if abs(value) >= 0.1 else 3
    text = f"{value:+,.{digits}f}"
    return text if any(c in "123456789" for c in text) else "0"


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


# --- what the templates need


def _arms(comparison: Comparison) -> list[dict[str, Any]]:
    """Every arm, and what was changed in it, line by line."""
    return [
        {"key": name, "name": plain(name), "changes": _changes(comparison.changes.get(name, {}))}
        for name in comparison.arms
    ]


def _changes(changes: Mapping[str, Any]) -> list[dict[str, str]]:
    lines = [
        {"what": plain(name), "to": plain(_value(value), LONGEST)}
        for name, value in changes.items()
        if name != "interventions"
    ]
    for one in changes.get("interventions", ()):
        said = ", ".join(f"{key} {_value(value)}" for key, value in one.items() if value is not None and key != "month")
        lines.append({"what": f"in month {plain(one.get('month', ''))}", "to": plain(said, LONGEST)})
    return lines


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _main(effects: pd.DataFrame) -> pd.DataFrame:
    """The main outcomes in their order, every arm after the other."""
    order = {name: at for at, name in enumerate(MAIN_OUTCOMES)}
    shown = effects[effects["outcome"].isin(list(order)) & effects["statistic"].isin(SHOWN)]
    return shown.assign(_place=shown["outcome"].map(order)).sort_values("_place", kind="stable").drop(columns="_place")


def _table(effects: pd.DataFrame, arm: Mapping[str, Any]) -> dict[str, Any]:
    """The effects of one arm, row by row: text for people, and the value with all its digits."""
    rows = []
    for row in _main(effects[effects["arm"] == arm["key"]]).to_dict("records"):
        cells = {
            "baseline_estimate": shown_estimate(row, "baseline_estimate"),
            "arm_estimate": shown_estimate(row, "arm_estimate"),
            "difference": shown_difference(row),
        }
        rows.append(
            {
                "outcome": row["outcome"],
                "value": row["value"],
                "meaning": row["meaning"],
                "statistic": STATISTICS[row["statistic"]],
                "unit": "" if row["statistic"] == "share" or row["unit"] == "months" else row["unit"],
                "cells": {name: {"text": text, "value": _digits(row[name])} for name, text in cells.items()},
                "low": {"text": _end(row, "low"), "value": _digits(row["low"])},
                "high": {"text": _end(row, "high"), "value": _digits(row["high"])},
                "verdict": _short_verdict(row),
                "left_out": f"{int(row['left_out']):,}" if row["left_out"] else "",
            }
        )
    return {"arm": arm["name"], "rows": rows}


def _end(row: Any, which: str) -> str:
    value = row[which]
    return "unknown" if math.isnan(value) else _signed((100 if _is_share(row) else 1) * value)


def _short_verdict(row: Any) -> str:
    """In a word or two, whether the arms can be told apart; "perhaps" where correcting for many outcomes undoes it."""
    if row["low"] > 0 or row["high"] < 0:
        said = "more" if row["difference"] > 0 else "less"
        return said if row["p_corrected"] < 0.05 else f"perhaps {said}"
    if math.isnan(row["low"]):
        return "unknown"
    return "same in every pair" if not row["only_arm"] and not row["only_baseline"] else "cannot tell"


def _digits(value: float) -> str:
    """All digits of a number, as JSON and Python read them; empty where it is missing."""
    return "" if math.isnan(value) else json.dumps(float(value))


def _figure(name: str, title: str, figure: Any, told: str) -> dict[str, Any]:
    return {"svg": Markup(inline_svg(figure, name, title, told)), "told": told}


def _differences(effects: pd.DataFrame) -> list[dict[str, Any]]:
    """Two figures for the eye: accords and months at peace, every arm less the baseline."""
    made = []
    wanted = [("agreed", "Accord signed and ratified", "percentage points", 100.0),
              ("months_at_peace", "Months at peace", "months", 1.0)]  # fmt: skip
    for name, title, unit, scale in wanted:
        found = effects[(effects["outcome"] == name) & effects["statistic"].isin(SHOWN)]
        rows: Sequence[Any] = found.to_dict("records")
        figure = difference_figure(rows, f"{title}: difference", unit, scale)
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
