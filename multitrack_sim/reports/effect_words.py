"""Rows of `Comparison.effects` as words: the same on a page and in a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..analysis.comparison import INTERVENTIONS
from ..analysis.summary import MAIN_OUTCOMES
from .words import plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "SHOWN",
    "Change",
    "main_effects",
    "shown_difference",
    "shown_end",
    "shown_estimate",
    "shown_interval",
    "told_apart",
    "told_changes",
    "verdict",
]

# Of the statistics of an effect, those that people are shown first, and what they are; files hold the others too.
SHOWN = {
    "share": "share of runs",
    "restricted mean months": "mean months over all runs",
    "mean": "mean",
}
LEVEL = 0.05  # of p after correction, below which a difference is more than chance among so many outcomes
LONGEST = 200  # letters of what was changed


class Change(NamedTuple):
    """One thing that an arm changes, in words."""

    what: str
    to: str


def told_changes(changes: Mapping[str, Any]) -> list[Change]:
    """What an arm changes, line by line.

    >>> told_changes({"track_two.budget": 0.0, "interventions": [{"month": 6, "set": "cbm.budget", "to": 2.0}]})
    [Change(what='track_two.budget', to='0'), Change(what='in month 6', to='set cbm.budget, to 2')]
    """
    lines = [Change(plain(name, LONGEST), _value(value)) for name, value in changes.items() if name != INTERVENTIONS]
    for one in changes.get(INTERVENTIONS, ()):
        said = ", ".join(f"{key} {_value(value)}" for key, value in one.items() if value is not None and key != "month")
        lines.append(Change(f"in month {_value(one.get('month', ''))}", said))
    return lines


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else plain(value, LONGEST)


def main_effects(effects: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The effects of one arm that people look at first, in the order in which a process lives."""
    order = {name: at for at, name in enumerate(MAIN_OUTCOMES)}
    shown = effects[(effects["arm"] == arm) & effects["outcome"].isin(list(order)) & effects["statistic"].isin(SHOWN)]
    return shown.sort_values("outcome", key=lambda names: names.map(order), kind="stable")


def shown_estimate(row: Mapping[str, Any], which: str) -> str:
    """An estimate of an arm as people read it: shares in percent, as exact as their difference."""
    value = row[which]
    if math.isnan(value):
        return "unknown"
    if row["statistic"] == "share":
        return f"{100 * value:.1f}%"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def shown_difference(row: Mapping[str, Any]) -> str:
    """A difference as people read it: of shares in percentage points.

    >>> shown_difference({"statistic": "share", "difference": -0.05})
    '-5.0 points'
    """
    points = " points" if row["statistic"] == "share" and not math.isnan(row["difference"]) else ""
    return shown_end(row, "difference") + points


def shown_interval(row: Mapping[str, Any]) -> str:
    """Its interval; empty where there is none."""
    if math.isnan(row["low"]) or math.isnan(row["high"]):
        return ""
    return f"{shown_end(row, 'low')} to {shown_end(row, 'high')}"


def shown_end(row: Mapping[str, Any], which: str) -> str:
    """A difference or an end of its interval: with its sign, and no more digits than its interval lets one read.

    >>> row = {"statistic": "mean", "low": -3.14159, "difference": 0.01234, "high": 1234.5}
    >>> [shown_end(row, which) for which in ("low", "difference", "high")]
    ['-3', '+0', '+1,234']
    >>> shown_end({"statistic": "share", "difference": 0.05123, "low": -0.01, "high": 0.11}, "difference")
    '+5.1'
    """
    scale = 100 if row["statistic"] == "share" else 1
    value = scale * row[which]
    if math.isnan(value):
        return "unknown"
    return f"{value:+,.{_digits(row, scale)}f}" if value else "0"


def _digits(row: Mapping[str, Any], scale: float) -> int:
    """Digits after the point: two that count of the interval's width, at least one below 100."""
    width = scale * (row.get("high", math.nan) - row.get("low", math.nan))
    if math.isnan(width) or width <= 0:
        width = abs(scale * row["difference"])
    if math.isnan(width) or width == 0:
        return 1
    return 0 if width >= 100 else max(1, min(4, 1 - math.floor(math.log10(width))))


def verdict(row: Mapping[str, Any]) -> str:
    """What an interval lets one say, to end a sentence."""
    said = told_apart(row)
    if said == "unknown":
        return "on too few runs to say more"
    if said == "same in every pair":
        return "the same in every pair of runs"
    if said == "cannot tell":
        return "which so many runs cannot tell from nothing"
    chance = "more than chance between runs explains"
    return (
        f"{chance}, though among so many outcomes compared it may be chance" if said.startswith("perhaps") else chance
    )


def told_apart(row: Mapping[str, Any]) -> str:
    """In a word or two, whether the arms can be told apart; "perhaps" where correcting for many outcomes undoes it."""
    if not row["pairs"] or math.isnan(row["low"]) or math.isnan(row["high"]):
        return "unknown"
    if row["low"] > 0 or row["high"] < 0:
        said = "more" if row["difference"] > 0 else "less"
        return said if row["p_corrected"] < LEVEL else f"perhaps {said}"
    return "cannot tell" if row["only_arm"] or row["only_baseline"] else "same in every pair"
