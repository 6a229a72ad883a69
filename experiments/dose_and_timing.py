"""Dose and timing: what more money for Track II does, when a start still helps or harms, what is left after a stop.

All codes at their middle, 40 communities. Every arm is run on the same seeds.
"""

from __future__ import annotations

import pandas as pd
from reference import asked, codebook_middle, compared
from shown import Told, drawn, framed, in_points, lines, said, signed, tally, tell

from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.dose import DOSES, NEVER, decay, dose_arms, start_arms, stop_arms, timing, useful_starts
from multitrack_sim.analysis.effects import effects, holm

STARTS, STOPS, FOLLOWED = (12, 24, 48, 72, 96, 144, 192), (12, 24, 48, 72, 96, 144, 192), (24, 96)
OUTCOMES = {"agreed": "an accord (points)", "months_at_peace": "months at peace"}
SERIES = {"contact": "Unofficial contact (share)", "mean_misperception": "Misperception (share)"}


def by_dose(comparison: Comparison) -> pd.DataFrame:
    """The effect of every dose against none."""
    none, *more = [f"track_two.budget {dose:g}" for dose in DOSES]
    found = effects(comparison.table(none), {arm: comparison.table(arm) for arm in more}, OUTCOMES, comparison.horizon)
    found = in_points(found[found["statistic"].isin(["share", "mean"])])
    return found.assign(
        dose=found["arm"].str.split().str[1].astype(float), p_corrected=holm(found["p"].to_numpy(float))
    )


def by_month(comparison: Comparison, outcome: str = "months_at_peace") -> pd.DataFrame:
    return timing(comparison, outcome).rename(columns={"effect": "estimate"})


def after(stops: Comparison) -> pd.DataFrame:
    found = [decay(stops, f"until month {month}", series, step=3).query('months_since <= 48').assign(stop=month, series=series)
             for series in SERIES for month in FOLLOWED]  # fmt: skip
    return pd.concat(found, ignore_index=True).rename(columns={"gap": "estimate"})


@drawn
def figure(doses: pd.DataFrame, starts: pd.DataFrame, stops: pd.DataFrame, left: pd.DataFrame) -> Told:
    made, ((one, two), (three, four)) = framed(
        (11.6, 8.4),
        2,
        2,
        "Dose and timing of Track II",
        "paired effects against never having it, all codes in the middle",
    )
    by_outcome = {name: doses[doses["outcome"] == outcome] for outcome, name in OUTCOMES.items()}
    lines(
        one,
        by_outcome,
        "dose",
        "How much: effect of so much money against none",
        ("times the scenario's money", "effect"),
    )
    lines(two, {"started in the month": starts, "stopped in the month": stops}, "month", "When: months at peace",
          ("month of the start, or of the stop", "effect against never (months)"))  # fmt: skip
    for axes, (series, title) in zip((three, four), SERIES.items()):
        curves = {
            f"stopped in month {stop}": left[(left["series"] == series) & (left["stop"] == stop)] for stop in FOLLOWED
        }
        lines(axes, curves, "months_since", f"What is left: {title}", ("months since the stop", "difference to never"))
    caption = (
        "Top left: the effect of a multiple of the scenario's money for workshops, against none. Top right: the effect on "
        "months at peace of starting in a month (0: from the beginning), and of stopping in it, against never. Bottom: how "
        "much of the difference in contact and misperception is left so many months after a stop. Bars are 95% intervals, marks "
        "are filled where they exclude zero. Marks are moved a little apart sideways."
    )
    return made, caption


def finding(doses: pd.DataFrame, starts: pd.DataFrame, stops: pd.DataFrame, left: pd.DataFrame) -> str:
    told = [f"Doses: {tally(doses, 'effects')}; " + ", ".join(
        f"{dose:g} times the money gives {said(row)} on {row.outcome.replace('_', ' ')}"
        for dose in (1.0, max(DOSES)) for row in doses[doses["dose"] == dose].itertuples()) + "."]  # fmt: skip
    for word, timed in (("start", starts), ("stop", stops)):
        more, less = (months(timed, sign) for sign in (1, -1))
        said_of = ", ".join(f"{said(row)} in month {row.month}" for row in timed.itertuples() if row.month in (12, 96))
        told.append(f"Against never, a {word} adds months at peace beyond chance (corrected for {len(timed)} "
                    f"months) {more}, and takes some away {less}: {said_of}.")  # fmt: skip
    for (stop, series), rows in left.groupby(["stop", "series"]):
        ends = [next(part.itertuples()) for part in (rows.head(1), rows.tail(1))]
        told.append(f"After a stop in month {stop} the difference in {series.replace('_', ' ')} goes from "
                    + f" in {ends[1].months_since} months to ".join(words(row) for row in ends) + ".")  # fmt: skip
    return " ".join(told)


def months(timed: pd.DataFrame, sign: int) -> str:
    """The earliest and the latest month in which the effect has this sign beyond chance."""
    beyond = (sign * timed["estimate"] > 0) & (timed["p_corrected"] < 0.05)
    first, last = useful_starts(timed.assign(useful=beyond))
    return f"from month {first:g} to month {last:g}" if first == first else "in no month"


def words(row) -> str:
    return f"{signed(row.estimate, 3)} ({signed(row.low, 3)} to {signed(row.high, 3)})"


def main(given: list[str] | None = None) -> None:
    options, scenario = asked(__doc__, given, runs=800), codebook_middle()
    doses = by_dose(compared(scenario, dose_arms(), options, "dose"))
    starts = by_month(compared(scenario, start_arms(STARTS), options, "start"))
    kept = [NEVER, *(f"until month {month}" for month in FOLLOWED)]
    stopped = compared(scenario, stop_arms(STOPS), options, "stop", series=kept)
    stops, left = by_month(stopped), after(stopped)
    stops = stops[stops["month"] > 0]
    tables = {"doses": doses, "starts": starts, "stops": stops, "after_a_stop": left}
    tell(options.out, {"dose_and_timing": figure(*tables.values())}, tables, finding(*tables.values()))


if __name__ == "__main__":
    main()
