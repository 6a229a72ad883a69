"""Spoilers and confidence-building measures: what measures, and what policies towards factions do, as factions grow.

Two factions of greedy kind share a capacity; all codes are otherwise in the middle, with 40 communities.
"""

from __future__ import annotations

import pandas as pd
from support.runs import asked, effects_by_cell, swept
from support.sentences import Names, in_points, lasting, ranged, tell
from support.worlds import codebook_middle

from multitrack_sim.designs import Design
from multitrack_sim.reports.effect_figures import framed, lines
from multitrack_sim.reports.style import Told, drawn

__all__ = ["factions_figure"]

CAPACITY, LEVELS = "capacity of each faction", (0.0, 0.1, 0.2, 0.3, 0.45)
NO_MEASURES, MEASURES = "no measures", {
    "unverified": {"cbm.verification": 0.0}, "half verified": {"cbm.verification": 0.45},
    "verified": {"cbm.verification": 0.9}, "half verified, money x 3": {"cbm.verification": 0.45, "cbm.budget": 3.0},
}  # fmt: skip
NO_POLICY, POLICIES = "no policy", {
    "inducement": {"spoiling.payment": 1.0}, "socialisation": {"spoiling.socialisation": 1.0},
    "coercion": {"spoiling.coercion": 0.1}, "departing train": {"spoiling.departing_train": 1.0},
}  # fmt: skip
NEUTRAL = {name: 0.0 for policy in POLICIES.values() for name in policy}
OUTCOMES = {
    "durable": "Durable agreement (points)", "attacks": "Attacks", "months_under_accord": "Months under an agreement",
}  # fmt: skip


def look(options, levels=LEVELS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Effects of measures against none, and of policies against none."""
    scenario = codebook_middle()
    factions = [f"spoilers.{row['name']!r}.capacity" for row in scenario.rows["spoilers"]]
    policies = {name: {**NEUTRAL, **policy} for name, policy in POLICIES.items()}
    arms = {NO_MEASURES: {"cbm.budget": 0.0}, **MEASURES, NO_POLICY: NEUTRAL, **policies}
    design = Design("factorial", {name: tuple(levels) for name in factions}, arms, options.runs)
    table = swept(scenario, design, options, "capacity by arms").table().rename(columns={factions[0]: CAPACITY})
    groups = ((NO_MEASURES, MEASURES), (NO_POLICY, POLICIES))
    found = [effects_by_cell(table, [CAPACITY], list(arms), none, list(OUTCOMES)) for none, arms in groups]
    return in_points(found[0]), in_points(found[1])


def finding(none: str, effects: pd.DataFrame) -> str:
    def where(row):
        return f"with {row.arm} at capacity {row[CAPACITY]:g}"

    named = [(name, effects[effects["outcome"] == outcome]) for outcome, name in OUTCOMES.items()]
    return " ".join(f"{name}, against {none}: {ranged(rows, 'effects', where)}" for name, rows in named)


def main(given: list[str] | None = None, levels=LEVELS) -> None:
    options = asked(__doc__, given, runs=600)
    measures, policies = look(options, levels)
    one = factions_figure("Measures, as factions grow", NO_MEASURES, measures, CAPACITY, OUTCOMES)
    other = factions_figure("Policies towards factions, as they grow", NO_POLICY, policies, CAPACITY, OUTCOMES)
    figures, tables = {"measures": one, "policies": other}, {"measures": measures, "policies": policies}
    told = [finding(NO_MEASURES, measures), finding(NO_POLICY, policies)]
    tell(options.out, figures, tables, " ".join([*told, lasting([codebook_middle().value("run.months")])]))


if __name__ == "__main__":
    main()


@drawn
def factions_figure(title: str, none: str, effects: pd.DataFrame, across: str, names: Names) -> Told:
    pairs = int(effects["pairs"].max())
    below = f"paired effects against {none}, {pairs:,} pairs of runs at every mark"
    made, (panels,) = framed((14.6, 5.0), 1, 3, title, below, wspace=0.24, top=0.72)
    for axes, (outcome, name) in zip(panels, names.items()):
        curves = {
            arm: effects[(effects["outcome"] == outcome) & (effects["arm"] == arm)] for arm in effects["arm"].unique()
        }
        lines(
            axes,
            curves,
            across,
            name,
            (across, f"effect against {none}"),
            keys=2,
        )
    caption = (
        f"Effects against {none} on durable agreements, attacks and months under an agreement, as the factions' capacity grows. "
        "Bars are 95% intervals for chance between pairs of runs; marks are filled where they exclude zero and moved a little "
        "apart sideways."
    )
    return made, caption
