"""Dose and timing: what more money for Track II does, when a start or a stop matters, what is left after a stop.

All codes at their middle, 40 communities. Every arm is run on the same seeds.
"""

from __future__ import annotations

import pandas as pd
from reference import asked, codebook_middle, compared
from shown import faded, in_points, months_beyond, ranged, tell
from shown_figures import dose_figure

from multitrack_sim.analysis.comparison import Comparison
from multitrack_sim.analysis.dose import DOSES, NEVER, decay, dose_arms, start_arms, stop_arms, timing
from multitrack_sim.analysis.effects import effects, holm

STARTS, STOPS, FOLLOWED = (12, 24, 48, 72, 96, 144, 192), (12, 24, 48, 72, 96, 144, 192), (24, 96)
OUTCOMES = {"agreed": "accords (points)", "months_at_peace": "months at peace"}
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
    told += [f"Against never, a {word} adds months at peace beyond chance {months_beyond(timed, 1)}, and takes some away "
             f"{months_beyond(timed, -1)}." for word, timed in (("start", starts), ("stop", stops))]  # fmt: skip
    return " ".join([*told, *(faded(series, stop, rows) for (series, stop), rows in left.groupby(["series", "stop"]))])


def main(given: list[str] | None = None) -> None:
    options, scenario = asked(__doc__, given, runs=800), codebook_middle()
    doses = by_dose(compared(scenario, dose_arms(), options, "dose"))
    starts = timing(compared(scenario, start_arms(STARTS), options, "start"), "months_at_peace")
    kept = [NEVER, *(f"until month {month}" for month in FOLLOWED)]
    stopped = compared(scenario, stop_arms(STOPS), options, "stop", series=kept)
    stops, left = timing(stopped, "months_at_peace").query("month > 0"), after(stopped)
    tables = {"doses": doses, "starts": starts, "stops": stops, "after_a_stop": left}
    tell(options.out, {"dose_and_timing": dose_figure(tables, OUTCOMES, SERIES)}, tables, finding(*tables.values()))


if __name__ == "__main__":
    main()
