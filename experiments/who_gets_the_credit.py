"""Who gets the credit? The effect of five parts of a peace process together, shared among them by Shapley.

All codes in the middle with 40 communities, and Northern Ireland with 60 instead of 200: all 32 coalitions are run.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from does_track_two_matter import CASES
from reference import asked, codebook_middle, swept
from shown import Told, drawn, explain_marks, forest, framed, key_above, matrix, said, signed, tell

import multitrack_sim as mt
from multitrack_sim.analysis.arms import PARTS
from multitrack_sim.analysis.attribution import interactions, shapley
from multitrack_sim.designs import coalitions

OUTCOMES = {"agreed": ("An accord", "percentage points"), "months_at_peace": ("Months at peace", "months")}


def places() -> dict[str, mt.Scenario]:
    ireland = mt.load(CASES / "northern_ireland_1998.toml").with_settings({"society.communities": 60})
    return {"middle": codebook_middle(), "northern_ireland": ireland}


def look(scenario: mt.Scenario, options, what: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shapley values and interactions, those of accords in percentage points."""
    design = coalitions({name: part.off(scenario) for name, part in PARTS.items()}, runs=options.runs)
    table = swept(scenario, design, options, what).table()
    inside = table["arm"].astype(str).str.split(" + ", regex=False)
    table = table.assign(**{part: [int(part in names) for names in inside] for part in PARTS})
    horizon = int(scenario.value("run.months"))
    found = [pd.concat([make(table, list(PARTS), outcome, horizon) for outcome in OUTCOMES], ignore_index=True)
             for make in (shapley, interactions)]  # fmt: skip
    return tuple(_in_points(one) for one in found)


def _in_points(found: pd.DataFrame) -> pd.DataFrame:
    share, numbers = found["outcome"] == "agreed", [name for name in NUMBERS if name in found]
    found = found.assign(unit=np.where(share, "points", "months"))
    found.loc[share, numbers] *= 100
    return found


NUMBERS = ("estimate", "low", "high", "error", "alone", "last")


@drawn
def figure(title: str, values: pd.DataFrame, pairs: pd.DataFrame) -> Told:
    runs = int(values["seeds"].max())
    made, (above, below) = framed((11.6, 8.4), 2, 2, f"Who gets the credit? {title}",
                                  f"Shapley values of five parts, {runs:,} runs of each of 32 coalitions", left=1.5, wspace=0.42)  # fmt: skip
    for turn, (outcome, (name, unit)) in enumerate(OUTCOMES.items()):
        rows = values[values["outcome"] == outcome]
        forest(above[turn], rows, list(rows["part"]), name, f"share of the effect ({unit})")
        for column, mark, label in (("alone", "<", "alone"), ("last", ">", "added last")):
            above[turn].plot(rows[column], np.arange(len(rows)) + 0.24, mark, color="black", markersize=4, label=label)
        key_above(above[turn])
        matrix(below[turn], pairs[pairs["outcome"] == outcome], list(PARTS), f"Interactions, {name.lower()} ({unit})")
    explain_marks(made)
    caption = (
        "Above: the part of every track in the effect of all five together, its mean contribution over all orders in which they "
        "could have come, with 95% intervals (Monte Carlo error over seeds); triangles show its effect without any of the others "
        "and with all of them. Below: interactions of pairs, above zero where two do more together, below where one stands in "
        "for the other, with 95% intervals; hatched where they hold zero."
    )
    return made, caption


def finding(title: str, values: pd.DataFrame, pairs: pd.DataFrame) -> str:
    told = []
    for outcome, (name, _) in OUTCOMES.items():
        *parts, total = values[values["outcome"] == outcome].itertuples()
        ranked = sorted(parts, key=lambda row: -row.estimate)
        told.append(f"{title}, {name.lower()}: all five together do {said(total)}, of which "
                    + ", ".join(f"{row.part} {said(row)}, Monte Carlo error {signed(row.error, 2)[1:]}" for row in ranked) + ".")  # fmt: skip
        row = max(pairs[pairs["outcome"] == outcome].itertuples(), key=lambda row: abs(row.estimate))
        told.append(f"The largest interaction is that of {row.parts}, {said(row)}.")
    return " ".join(told)


def main(given: list[str] | None = None, only: dict[str, mt.Scenario] | None = None) -> None:
    options = asked(__doc__, given, runs=300)
    figures, tables, told = {}, {}, []
    for name, scenario in (only or places()).items():
        values, pairs = look(scenario, options, name)
        figures[f"who_gets_the_credit_{name}"] = figure(scenario.title, values, pairs)
        tables |= {f"values_{name}": values, f"interactions_{name}": pairs}
        told.append(finding(scenario.title, values, pairs))
    tell(options.out, figures, tables, " ".join(told))


if __name__ == "__main__":
    main()
