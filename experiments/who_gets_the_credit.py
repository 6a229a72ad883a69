"""Who gets the credit? The effect of five parts of a peace process together, shared among them by Shapley. All 32 coalitions
are run: all codes in the middle with 40 communities, and Northern Ireland with 60 instead of 200."""

from __future__ import annotations

import pandas as pd
from does_track_two_matter import CASES
from reference import asked, codebook_middle, swept
from shown import said, shares_in_points, tell
from shown_figures import credit_figure

import multitrack_sim as mt
from multitrack_sim.analysis.arms import PARTS
from multitrack_sim.analysis.attribution import interactions, shapley
from multitrack_sim.designs import coalitions

OUTCOMES = {"agreed": "An accord", "months_at_peace": "Months at peace"}


def ireland() -> mt.Scenario:
    return mt.load(CASES / "northern_ireland_1998.toml").with_settings({"society.communities": 60})


def look(scenario: mt.Scenario, options, what: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shapley values and interactions, those of accords in percentage points."""
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
        told.append(finding(scenario.title, values, pairs))
    tell(options.out, figures, tables, " ".join(told))


if __name__ == "__main__":
    main()
