"""Dose and timing: what more money does, when a start still helps, and what is left after a stop.

Functions that end in `_arms` build arms for `mt.compare`; the others read the comparison. All differences are paired on
seeds, and all arms stand over all runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import MultitrackError, printable
from ..schema.outcomes import OUTCOMES, SERIES
from .effects import holm, main_effect, paired_values
from .intervals import level
from .paired import paired_mean
from .run_tables import chosen_outcomes, largest, share_like
from .verdicts import CLEAR, excludes, verdict

if TYPE_CHECKING:
    from .comparison import Comparison

__all__ = ["decay", "dose_arms", "dose_response", "start_arms", "stop_arms", "timing", "useful_starts"]

MONEY = "track_two.budget"
DOSES = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
NEVER = "never"
Arms = dict[str, dict[str, Any]]


def dose_arms(doses: Sequence[float] = DOSES, setting: str = MONEY) -> Arms:
    """An arm for every dose: what the scenario says, times so much.

    >>> dose_arms([0, 2])
    {'track_two.budget 0': {'track_two.budget': 0.0}, 'track_two.budget 2': {'track_two.budget': 2.0}}
    """
    return {f"{setting} {dose:g}": {setting: float(dose)} for dose in doses}


def start_arms(months: Sequence[int], setting: str = MONEY, value: float = 1.0) -> Arms:
    """No money until month m, then `value`, for every m; and an arm in which it never comes.

    >>> start_arms([24])["from month 24"]
    {'track_two.budget': 0.0, 'interventions': [{'month': 24, 'set': 'track_two.budget', 'to': 1.0}]}
    """
    arms: Arms = {NEVER: {setting: 0.0}}
    for month in months:
        start = [{"month": int(month), "set": setting, "to": float(value)}]
        arms[f"from month {int(month)}"] = {setting: 0.0, "interventions": start}
    return arms


def stop_arms(months: Sequence[int], setting: str = MONEY) -> Arms:
    """Money as the scenario says until month m, then none, for every m; and an arm in which there never is any.

    >>> stop_arms([24])["until month 24"]
    {'interventions': [{'month': 24, 'set': 'track_two.budget', 'to': 0.0}]}
    """
    arms: Arms = {NEVER: {setting: 0.0}}
    for month in months:
        arms[f"until month {int(month)}"] = {"interventions": [{"month": int(month), "set": setting, "to": 0.0}]}
    return arms


def dose_response(comparison: Comparison, outcome: str, setting: str = MONEY, value: str = "") -> pd.DataFrame:
    """The outcome at every dose and the *marginal effect*: what one unit more of the setting does between two doses.

    One row per dose, the smallest first: `estimate` with its interval (Wilson 1927 for shares, else Student 1908),
    `spent` (mean money spent on unofficial dialogue), and from the dose below: `marginal` (paired difference /
    difference of doses), `marginal_low`, `marginal_high`, `marginal_error`, `p` (all as in `effects`), and `per_money`:
    the same difference per unit of money really spent (missing where spending did not change). For arms of `dose_arms`
    and any other that sets `setting` alone; the baseline counts.

    >>> import multitrack_sim as mt
    >>> scenario = mt.scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = dose_response(mt.compare(scenario, dose_arms([0, 2]), runs=8), "reports_heard")
    >>> found["dose"].tolist()
    [0.0, 1.0, 2.0]
    """
    (name,) = chosen_outcomes([outcome], [comparison.table()])
    doses: dict[float, str] = {}
    for arm, changes in comparison.changes.items():
        if set(changes) <= {setting}:
            doses.setdefault(float(comparison.arms[arm].value(setting)), arm)
    if len(doses) < 2:
        raise MultitrackError(
            f"found {len(doses)} doses of {printable(setting)}; allowed: at least two (see dose_arms)"
        )
    rows, before = [], None
    for dose in sorted(doses):
        table = comparison.table(doses[dose])
        own = paired_values(table, table, OUTCOMES[name], value, comparison.horizon)
        spent = float(table["spent_track_two"].mean())
        row = [dose, doses[dose], *level(own.arm, share_like(OUTCOMES[name]), own.top), spent]
        if before is None:
            row += [math.nan] * 6
        else:
            below, dose_below, spent_below = before
            pairs = paired_values(below, table, OUTCOMES[name], value, comparison.horizon)
            effect, money = main_effect(pairs, OUTCOMES[name]), spent - spent_below
            per_money = effect.estimate / money if abs(money) > 1e-12 else math.nan
            row += [*effect.times(1 / (dose - dose_below)), per_money]
        rows.append([*row, OUTCOMES[name].unit])
        before = table, dose, spent
    columns = [
        "dose", "arm", "estimate", "low", "high", "error", "spent", "marginal", "marginal_low", "marginal_high",
        "marginal_error", "p", "per_money", "unit",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def timing(comparison: Comparison, outcome: str, better: str = "more", setting: str = MONEY) -> pd.DataFrame:
    """What a start in month m, or a stop in month m, does against never: one row per arm of `start_arms` or `stop_arms`.

    `month`, `arm`, `effect` (that arm minus never; the baseline, which always has it, stands at month 0 among starts),
    its interval, `error`, `p`, `p_corrected` (Holm 1979, over all months), `useful`: whether the effect is in the
    `better` direction ("more" or "less") and clear (`analysis.verdicts`): its corrected p is below 5%.

    >>> import multitrack_sim as mt
    >>> scenario = mt.scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> timing(mt.compare(scenario, start_arms([6, 12]), runs=8), "reports_heard")["month"].tolist()
    [0, 6, 12]
    """
    if better not in ("more", "less"):
        raise MultitrackError(f"better={printable(better)}; allowed: 'more' or 'less'")
    (name,) = chosen_outcomes([outcome], [comparison.table()])
    never, sign, rows = comparison.table(NEVER), 1 if better == "more" else -1, []
    for arm in comparison.arms:
        month = _changes_at(comparison.changes[arm], setting)
        if arm != NEVER and month is not None:
            pairs = paired_values(never, comparison.table(arm), OUTCOMES[name], "", comparison.horizon)
            differ = pairs.only_arm + pairs.only_baseline
            rows.append([month, arm, *main_effect(pairs, OUTCOMES[name]), len(pairs.arm), differ])
    columns = ["month", "arm", "effect", "low", "high", "error", "p", "pairs", "differ"]
    found = pd.DataFrame(rows, columns=columns).sort_values("month")
    found.insert(columns.index("p") + 1, "p_corrected", holm(found["p"].to_numpy(float)))
    clear = [verdict(row.low, row.high, row.p_corrected, row.pairs, row.differ) == CLEAR for row in found.itertuples()]
    found["useful"] = (sign * found["effect"] > 0) & np.array(clear, bool)
    found = found.drop(columns=["pairs", "differ"])
    return found.assign(outcome=name, unit=OUTCOMES[name].unit).reset_index(drop=True)


def useful_starts(timed: pd.DataFrame) -> tuple[float, float]:
    """The earliest and the latest start (or stop) that was shown to be useful, from `timing`'s table; NaN if none was.

    Months between and beyond that are not useful may be too uncertain rather than useless: read the intervals.

    >>> useful_starts(pd.DataFrame({"month": [0, 12, 24], "useful": [True, True, False]}))
    (0.0, 12.0)
    """
    months = timed.loc[timed["useful"], "month"]
    return (float(months.min()), float(months.max())) if len(months) else (math.nan, math.nan)


def decay(
    comparison: Comparison, arm: str, series: str = "mean_trust", setting: str = MONEY, step: int = 6
) -> pd.DataFrame:
    """How an effect fades after a stop: the gap of a monthly series between an arm of `stop_arms` and never, by month.

    One row every `step` months from the stop: `months_since`, `gap` (arm minus never) with its interval, `error`, and
    `left`, the share of the gap in the month of the stop that is still there (missing where that gap is not clear of
    zero). The comparison must hold series (`mt.compare(..., series=True)`).

    >>> import multitrack_sim as mt
    >>> scenario = mt.scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> found = decay(mt.compare(scenario, stop_arms([12]), runs=8, series=True), "until month 12", "contact")
    >>> found["months_since"].tolist()
    [0, 6]
    """
    if series not in SERIES or SERIES[series].values:
        numbers = ", ".join(name for name, one in SERIES.items() if not one.values)
        raise MultitrackError(f"no series of numbers {printable(series)}; allowed: {numbers}")
    monthly, never = (comparison.ensembles[name].series for name in (arm, NEVER))
    if monthly is None or never is None:
        raise MultitrackError("the comparison holds no monthly series; allowed: mt.compare(..., series=True)")
    stop = _changes_at(comparison.changes[arm], setting)
    gaps = monthly[series] - never[series]
    gaps = gaps[~np.isnan(gaps).any(axis=1)]
    start = int(stop or 0)
    top = largest(SERIES[series])
    rows = [[month - start, *paired_mean(gaps[:, month], top)[:4]] for month in range(start, gaps.shape[1], step)]
    found = pd.DataFrame(rows, columns=["months_since", "gap", "low", "high", "error"])
    clear = bool(len(found)) and excludes(found["low"].iloc[0], found["high"].iloc[0])
    return found.assign(left=found["gap"] / found["gap"].iloc[0] if clear else math.nan, unit=SERIES[series].unit)


def _changes_at(changes: Mapping[str, Any], setting: str) -> int | None:
    """The month in which an arm changes the setting; 0 for the baseline; None where it is another kind of arm."""
    interventions = [one for one in changes.get("interventions", ()) if one.get("set") == setting]
    if set(changes) <= {setting, "interventions"} and len(interventions) == 1:
        return int(interventions[0]["month"])
    return None if changes else 0
