"""Who gets the credit? The effect of five parts of a peace process together, shared among them by Shapley. All 32 coalitions
are run: all codes in the middle with 40 communities, and Northern Ireland with 60 instead of 200."""

from __future__ import annotations

import numpy as np
import pandas as pd
from does_track_two_matter import CASES
from support.runs import asked, swept
from support.sentences import Names, lasting, said, shares_in_points, tell
from support.worlds import codebook_middle

import multitrack_sim as mt
from multitrack_sim.analysis.attribution import interactions, shapley
from multitrack_sim.designs import coalitions
from multitrack_sim.designs.arms import PARTS
from multitrack_sim.reports.effect_figures import explain_marks, forest, framed, key_above, matrix
from multitrack_sim.reports.style import Told, drawn

__all__ = ["credit_figure"]

OUTCOMES = {"agreed": "An agreement", "months_under_accord": "Months under an agreement"}


def ireland() -> mt.Scenario:
    return mt.load(CASES / "northern_ireland_1998.toml").with_settings({"society.communities": 60})


def look(scenario: mt.Scenario, options, what: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shapley values and interactions, those of agreements in percentage points."""
    design = coalitions({name: part.off(scenario) for name, part in PARTS.items()}, runs=options.runs)
    table = swept(scenario, design, options, what).table()
    inside = [arm.split(" + ") for arm in table["arm"].astype(str)]
    table = table.assign(**{part: [int(part in names) for names in inside] for part in PARTS})
    horizon = int(scenario.value("run.months"))
    values, pairs = (
        [make(table, list(PARTS), outcome, horizon) for outcome in OUTCOMES] for make in (shapley, interactions)
    )
    return shares_in_points(pd.concat(values)), shares_in_points(pd.concat(pairs))


def finding(title: str, values: pd.DataFrame, pairs: pd.DataFrame) -> str:
    told = []
    for outcome, name in OUTCOMES.items():
        *parts, total = values[values["outcome"] == outcome].itertuples()
        shares = [f"{row.part} {said(row)}, error {row.error:.2g}" for row in parts]
        told.append(f"{title}, {name.lower()}: all five together do {said(total)}, of which {'; '.join(shares)}.")
        strongest = max(pairs[pairs["outcome"] == outcome].itertuples(), key=lambda row: abs(row.estimate))
        told.append(f"The largest interaction is that of {strongest.parts}, {said(strongest)}.")
    return " ".join(told)


def main(given: list[str] | None = None, only: dict[str, mt.Scenario] | None = None) -> None:
    options, figures, tables, told = asked(__doc__, given, runs=300), {}, {}, []
    for name, scenario in (only or {"middle": codebook_middle(), "northern_ireland": ireland()}).items():
        values, pairs = look(scenario, options, name)
        figures[f"who_gets_the_credit_{name}"] = credit_figure(scenario.title, values, pairs, OUTCOMES)
        tables |= {f"values_{name}": values, f"interactions_{name}": pairs}
        told += [finding(scenario.title, values, pairs), lasting([scenario.value("run.months")])]
    tell(options.out, figures, tables, " ".join(told))


if __name__ == "__main__":
    main()


@drawn
def credit_figure(title: str, values: pd.DataFrame, pairs: pd.DataFrame, names: Names) -> Told:
    runs = int(values["seeds"].max())
    below = f"Shapley values of five parts, {runs:,} runs of each of 32 coalitions"
    made, (above, lower) = framed(
        (11.6, 8.4), 2, 2, f"Who gets the credit? {title}", below, top=0.85, left=1.5, wspace=0.42
    )
    parts = list(values["part"].unique())
    for turn, (outcome, name) in enumerate(names.items()):
        unit = values.loc[values["outcome"] == outcome, "unit"].iloc[0]
        rows = values[values["outcome"] == outcome]
        forest(above[turn], rows, parts, name, f"part in the effect ({unit})")
        for column, mark, label in (("alone", "<", "alone"), ("last", ">", "added last")):
            above[turn].plot(
                rows[column][:-1], np.arange(len(rows) - 1) + 0.24, mark, color="black", markersize=4, label=label
            )
        key_above(above[turn])
        matrix(lower[turn], pairs[pairs["outcome"] == outcome], parts[:-1], f"Interactions, {name.lower()} ({unit})")
    explain_marks(made)
    caption = (
        "Above: the part of every track in the effect of all five together, its mean contribution over all orders in which they "
        "could have come, with 95% intervals (Monte Carlo error over seeds); triangles show its effect without any of the others "
        "and with all of them. Below: interactions of pairs, above zero where two do more together, below where one stands in "
        "for the other, with 95% intervals; hatched where they hold zero."
    )
    return made, caption
