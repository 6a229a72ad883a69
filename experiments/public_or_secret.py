"""Public or secret? Track II's effect as workshops grow more private, as less or more of them reaches the public, and what
the back channel adds or costs. All codes in the middle, 40 communities.
"""

from __future__ import annotations

import pandas as pd
from support.runs import asked, effects_by_cell, swept
from support.sentences import Names, in_points, lasting, ranged, tell
from support.worlds import codebook_middle

from multitrack_sim.designs import factorial
from multitrack_sim.reports.effect_figures import framed, lines
from multitrack_sim.reports.style import Told, drawn

__all__ = ["secrecy_figure"]

PRIVATE, PUBLIC = "track_two.confidentiality", "track_two.publicity"
LEVELS, GATE = (0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0)
FULL, NO_CHANNEL, NONE = "workshops and back channel", "workshops alone", "neither"
ARMS = {FULL: {}, NO_CHANNEL: {"track_two.channel": 0.0}, NONE: {"track_two.channel": 0.0, "track_two.budget": 0.0}}
QUESTIONS = {"workshops": (NO_CHANNEL, NONE), "the back channel": (FULL, NO_CHANNEL)}
OUTCOMES = {
    "agreed": "an agreement (points)",
    "durable": "a durable agreement (points)",
    "months_under_accord": "months under an agreement",
}


def look(options, levels=LEVELS) -> pd.DataFrame:
    """The effects of workshops, and of the back channel beside them."""
    design = factorial({PRIVATE: list(levels), PUBLIC: list(GATE)}, runs=options.runs).with_arms(ARMS)
    table = swept(codebook_middle(), design, options, "confidentiality by publicity").table()
    found = [effects_by_cell(table, [PRIVATE, PUBLIC], [arm], none, list(OUTCOMES)).assign(question=question)
             for question, (arm, none) in QUESTIONS.items()]  # fmt: skip
    return in_points(pd.concat(found, ignore_index=True))


def finding(effects: pd.DataFrame) -> str:
    def where(row):
        return f"at confidentiality {row[PRIVATE]:g} and publicity {row[PUBLIC]:g}"

    return " ".join(
        f"Effect of {question} on {OUTCOMES[outcome]}: {ranged(rows, 'cells', where)}"
        for (question, outcome), rows in effects.groupby(["question", "outcome"], sort=False)
    )


def main(given: list[str] | None = None, levels=LEVELS) -> None:
    options = asked(__doc__, given, runs=600)
    effects = look(options, levels)
    tell(
        options.out,
        {"public_or_secret": secrecy_figure(effects, PRIVATE, PUBLIC, OUTCOMES)},
        {"effects": effects},
        f"{finding(effects)} {lasting([codebook_middle().value('run.months')])}",
    )


if __name__ == "__main__":
    main()


@drawn
def secrecy_figure(effects: pd.DataFrame, across: str, gate: str, names: Names) -> Told:
    pairs = int(effects["pairs"].max())
    below = f"paired effects, {pairs:,} pairs of runs at every mark; lines: how far the gate to publics and spoilers is open"
    made, grid = framed((14.6, 8.8), 2, 3, "Public or secret?", below, wspace=0.24, hspace=0.55, top=0.84)
    for panels, question in zip(grid, effects["question"].unique()):
        for axes, (outcome, name) in zip(panels, names.items()):
            rows = effects[(effects["question"] == question) & (effects["outcome"] == outcome)]
            curves = {f"publicity {value:g}": some for value, some in rows.groupby(gate)}
            lines(
                axes,
                curves,
                across,
                f"Effect of {question} on {name}",
                ("confidentiality (share: 0 open, 1 private)", "effect"),
            )
    caption = (
        "Above: the effect of workshops against none, both without a back channel. Below: what the back channel adds to workshops, "
        "or takes away. Across: how private workshops are. Lines: the gate through which they reach publics (momentum) and "
        "spoilers (alarm); at confidentiality 1 nothing is left to pass it. Bars are 95% intervals, filled marks exclude zero."
    )
    return made, caption
