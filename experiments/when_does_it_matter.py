"""When does Track II matter? Its paired effect over how much the stalemate hurts and how strong the spoilers are.

All other codes are at their middle; 40 communities instead of 200, which changes little here and saves half the time.
"""

from __future__ import annotations

import pandas as pd
from reference import asked, effects_by_cell, swept
from shown import in_points, ranged, tell
from shown_figures import map_figure

from multitrack_sim.designs import factorial
from multitrack_sim.running.sweep_plan import Coded

BASE = Coded({}, "All other codes in the middle", {"society.communities": 40})
STALEMATE, SPOILERS = "codes.hurting_stalemate", "codes.spoilers"
LEVELS = (0, 1, 2, 3, 4)
ARMS = {"with": {"track_two.budget": 1.0}, "without": {"track_two.budget": 0.0}}
OUTCOMES = {"agreed": "An accord, percentage points", "months_at_peace": "Months at peace"}


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
    tell(options.out, {"when_does_it_matter": picture}, {"effects": effects}, finding(effects))


if __name__ == "__main__":
    main()
