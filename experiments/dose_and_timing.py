"""Dose and timing: what more money for Track II does, when a start or a stop matters, what is left after a stop.

All codes at their middle, 40 communities. Every arm is run on the same seeds.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from support.runs import asked, compared
from support.sentences import Names, faded, in_points, lasting, months_beyond, ranged, tell
from support.worlds import codebook_middle

from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.dose import DOSES, NEVER, decay, dose_arms, start_arms, stop_arms, timing
from multitrack_sim.analysis.effects import effects, holm
from multitrack_sim.reports.effect_figures import framed, lines
from multitrack_sim.reports.style import Told, drawn

__all__ = ["dose_figure"]

HEADLINE = "months_under_accord"
STARTS, STOPS, FOLLOWED = (6, 12, 24, 36, 48, 72, 96), (6, 12, 24, 36, 48, 72, 96), (24, 72)
OUTCOMES = {"agreed": "an agreement (points)", HEADLINE: "months under an agreement"}
SERIES = {"contact": "Unofficial contact (share)", "mean_misperception": "Misperception (share)"}


def by_dose(comparison: Comparison) -> pd.DataFrame:
    """The effect of every dose against none."""
    none, *more = [f"track_two.budget {dose:g}" for dose in DOSES]
    found = effects(comparison.table(none), {arm: comparison.table(arm) for arm in more}, OUTCOMES, comparison.horizon)
    found = in_points(found[found["statistic"].isin(["share", "mean"])])
    dose = found["arm"].str.split().str[1].astype(float)
    return found.assign(dose=dose, p_corrected=holm(found["p"].to_numpy(float)))


def after(stops: Comparison) -> pd.DataFrame:
    found = [decay(stops, f"until month {month}", series, step=3).query('months_since <= 48').assign(stop=month, series=series)
             for series in SERIES for month in FOLLOWED]  # fmt: skip
    return pd.concat(found, ignore_index=True)


def finding(doses: pd.DataFrame, starts: pd.DataFrame, stops: pd.DataFrame, left: pd.DataFrame) -> str:
    told = [ranged(doses[doses["outcome"] == outcome], f"effects of money on {name}", lambda row: f"at {row.dose:g} times it")
            for outcome, name in OUTCOMES.items()]  # fmt: skip
    told += [f"Against never, a {word} adds months under an agreement beyond chance {months_beyond(timed, 1)}, and takes some away "
             f"{months_beyond(timed, -1)}." for word, timed in (("start", starts), ("stop", stops))]  # fmt: skip
    return " ".join([*told, *(faded(series, stop, rows) for (series, stop), rows in left.groupby(["series", "stop"]))])


def main(given: list[str] | None = None) -> None:
    options, scenario = asked(__doc__, given, runs=800), codebook_middle()
    doses = by_dose(compared(scenario, dose_arms(), options, "dose"))
    starts = timing(compared(scenario, start_arms(STARTS), options, "start"), HEADLINE)
    kept = [NEVER, *(f"until month {month}" for month in FOLLOWED)]
    stopped = compared(scenario, stop_arms(STOPS), options, "stop", series=kept)
    stops, left = timing(stopped, HEADLINE).query("month > 0"), after(stopped)
    tables = {"doses": doses, "starts": starts, "stops": stops, "after_a_stop": left}
    tell(
        options.out,
        {"dose_and_timing": dose_figure(tables, OUTCOMES, SERIES)},
        tables,
        f"{finding(*tables.values())} {lasting([scenario.value('run.months')])}",
    )


if __name__ == "__main__":
    main()


@drawn
def dose_figure(found: Mapping[str, pd.DataFrame], names: Names, series_names: Names) -> Told:
    doses, starts, stops, left = found.values()
    pairs = int(doses["pairs"].max())
    below = f"paired effects against never having it, {pairs:,} pairs of runs at every mark, all codes in the middle"
    made, ((one, two), (three, four)) = framed(
        (11.6, 8.6), 2, 2, "Dose and timing of Track II", below, top=0.84, hspace=0.5
    )
    by_outcome = {name: doses[doses["outcome"] == outcome] for outcome, name in names.items()}
    lines(
        one,
        by_outcome,
        "dose",
        "How much: effect of so much money against none",
        ("times the scenario's money", "effect"),
    )
    starting = {"started in the month": starts, "stopped in the month": stops}
    labels = ("month of the start, or of the stop", "effect against never (months)")
    lines(two, starting, "month", "When: months under an agreement", labels)
    for axes, (series, title) in zip((three, four), series_names.items()):
        curves = {f"stopped in month {stop}": rows for stop, rows in left[left["series"] == series].groupby("stop")}
        lines(axes, curves, "months_since", f"What is left: {title}", ("months since the stop", "difference to never"))
    caption = (
        "Top left: the effect of a multiple of the scenario's money for workshops, against none. Top right: the effect on "
        "months under an agreement (each weighted by what it settles of the whole conflict) of starting in a month (0: from "
        "the beginning), and of stopping in it, against never. Bottom: how much of the difference in contact and misperception "
        "is left so many months after a stop. Bars are 95% intervals, marks are filled where they exclude zero. Marks are "
        "moved a little apart sideways."
    )
    return made, caption
