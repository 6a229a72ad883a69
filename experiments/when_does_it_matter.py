"""When does Track II matter? Its paired effect over how much the stalemate hurts and how strong the spoilers are.

All other codes are at their middle; 40 communities instead of 200, which changes little here and saves half the time.
"""

from __future__ import annotations

import pandas as pd
from support.runs import asked, effects_by_cell, swept
from support.sentences import Names, in_points, lasting, ranged, tell

from multitrack_sim.designs import factorial
from multitrack_sim.reports.effect_figures import effect_map, framed
from multitrack_sim.reports.style import Told, drawn
from multitrack_sim.scenario.codebook import Coded

__all__ = ["map_figure"]

BASE = Coded({}, "All other codes in the middle", {"society.communities": 40})
STALEMATE, SPOILERS = "codes.hurting_stalemate", "codes.spoilers"
LEVELS = (0, 1, 2, 3, 4)
ARMS = {"with": {"track_two.budget": 1.0}, "without": {"track_two.budget": 0.0}}
OUTCOMES = {"agreed": "An agreement, percentage points", "months_under_accord": "Months under an agreement"}


def look(options, levels=LEVELS) -> pd.DataFrame:
    design = factorial({STALEMATE: list(levels), SPOILERS: list(levels)}, runs=options.runs).with_arms(ARMS)
    table = swept(BASE, design, options, "stalemate by spoilers").table()
    return in_points(effects_by_cell(table, [STALEMATE, SPOILERS], ["with"], "without", list(OUTCOMES)))


def finding(effects: pd.DataFrame) -> str:
    def where(row):
        return f"at stalemate {row[STALEMATE]:g} and spoilers {row[SPOILERS]:g}"

    return " ".join(
        f"{title}: {ranged(effects[effects['outcome'] == outcome], 'cells', where)}"
        for outcome, title in OUTCOMES.items()
    )


def main(given: list[str] | None = None, levels=LEVELS) -> None:
    options = asked(__doc__, given, runs=500)
    effects = look(options, levels)
    picture = map_figure(effects, STALEMATE, SPOILERS, OUTCOMES)
    tell(
        options.out,
        {"when_does_it_matter": picture},
        {"effects": effects},
        f"{finding(effects)} {lasting([BASE.scenario().value('run.months')])}",
    )


if __name__ == "__main__":
    main()


@drawn
def map_figure(effects: pd.DataFrame, across: str, up: str, names: Names) -> Told:
    pairs = int(effects["pairs"].max())
    below = f"effect of workshops (with less without), {pairs:,} pairs of runs in every cell"
    made, (panels,) = framed((13.2, 5.8), 1, 2, "When does Track II matter?", below, wspace=0.16)
    labels = ("hurting stalemate (code: 0 none, 4 mutual and felt)", "spoilers (code: 0 none, 4 strong, total aims)")
    for axes, (outcome, title) in zip(panels, names.items()):
        effect_map(axes, effects[effects["outcome"] == outcome], across, up, title, labels)
    caption = (
        "In every cell the paired effect of workshops, and below it its 95% interval for chance between runs. Hatched: the "
        "interval holds zero. Blue: above zero, orange: below, the stronger the larger. Cells are tested one by one: among "
        f"{len(effects)} cells without any effect about {max(1, round(len(effects) / 20))} would be coloured by chance. "
        "All other codes are at 2 of 4."
    )
    return made, caption
