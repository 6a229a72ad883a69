"""Does Track II matter? The ten cases as they are, and without workshops, on the same seeds.

Cases keep all their communities: what is shown is the effect in the case as it was coded.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from support.runs import asked, compared
from support.sentences import in_points, lasting, ranged, tell

import multitrack_sim as mt
from multitrack_sim.analysis.effects import holm
from multitrack_sim.reports.effect_figures import explain_marks, forest, framed, marks_with_bounds
from multitrack_sim.reports.style import Told, drawn

__all__ = ["matter_figure"]

CASES = Path(__file__).resolve().parents[1] / "scenarios"
ARM, OUTCOMES = "no workshops", ("agreed", "months_under_accord")
FEWEST = 30  # runs with an agreement: of fewer no share is worth a sentence


def look(options, cases=None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Effects (with workshops less without) and necessity in every case."""
    effects, needed = [], []
    for path in cases or sorted(CASES.glob("*.toml")):
        scenario = mt.load(path)
        comparison = compared(scenario, [ARM], options, path.stem)
        found = comparison.effects(OUTCOMES, baseline=ARM, correct="none").assign(case=scenario.title)
        effects.append(found[found["statistic"].isin(["share", "mean"])])
        needed.append(mt.necessity(comparison, "agreed").assign(case=scenario.title))
    together = in_points(pd.concat(effects, ignore_index=True))
    return together.assign(p_corrected=holm(together["p"].to_numpy(float))), pd.concat(needed, ignore_index=True)


def finding(effects: pd.DataFrame, needed: pd.DataFrame) -> str:
    told = []
    for outcome, name in zip(OUTCOMES, ("an agreement", "months under one")):
        rows = effects[effects["outcome"] == outcome]
        told += [f"Effect of workshops on {name}: " + ranged(rows, "cases", lambda row: f"in {row.case}")]
    for quantity, word in (("necessity", "needed for"), ("prevention", "in the way of")):
        known = needed[(needed["quantity"] == quantity) & (needed["of"] >= FEWEST)]
        for row in known.nlargest(1, "share").itertuples():
            ends = f"{row.low:.0%} to {row.high:.0%}"
            bounds = f"{ends}; any coupling of noise: {row.bound_low:.0%} to {row.bound_high:.0%}"
            share = f"in {row.share:.0%} of its {row.of} runs with one ({bounds})"
            told.append(f"They were most often {word} an agreement in {row.case}: {share}.")
    return " ".join(told)


def main(given: list[str] | None = None, cases=None) -> None:
    options = asked(__doc__, given, runs=500)
    effects, needed = look(options, cases)
    months = [mt.load(path).value("run.months") for path in cases or CASES.glob("*.toml")]
    tables = {"effects": effects, "necessity": needed.drop(columns="seeds")}
    tell(
        options.out,
        {"does_track_two_matter": matter_figure(effects, needed)},
        tables,
        f"{finding(effects, needed)} {lasting(months)}",
    )


if __name__ == "__main__":
    main()


@drawn
def matter_figure(effects: pd.DataFrame, needed: pd.DataFrame) -> Told:
    pairs, cases = int(effects["pairs"].max()), list(effects["case"].unique())
    below = f"each case with its workshops less the same without, {pairs:,} pairs of runs on the same seeds"
    made, ((one, two, three),) = framed(
        (13.2, 5.6), 1, 3, "Does Track II matter?", below, left=2.9, sharey=True, wspace=0.1
    )
    forest(one, effects[effects["outcome"] == "agreed"], cases, "An agreement", "effect (percentage points)")
    forest(two, effects[effects["outcome"] == "months_under_accord"], cases, "Months under one", "effect (months)")
    marks_with_bounds(three, needed, cases, ("necessity", "prevention"))
    explain_marks(made)
    caption = (
        f"Left and middle: the effect of workshops on having an agreement (partial or comprehensive) by the end of each case's "
        "months, and on months under one (each weighted by what it settles of the whole conflict), with 95% intervals for chance "
        f"between {pairs:,} pairs of runs. Right: necessity, the share of runs with an agreement that would have none without "
        "workshops, and prevention, the share of runs with an agreement without workshops that would have none with them. Dots "
        "with 95% intervals hold under the model's coupling of noise; grey bars are the bounds under any coupling (Tian and "
        "Pearl 2000). No interval covers doubt about the model's rules and numbers."
    )
    return made, caption
