"""Public or secret? Track II's effect as workshops grow more private, as less or more of them reaches the public, and what
the back channel adds or costs. All codes in the middle, 40 communities.
"""

from __future__ import annotations

import pandas as pd
from reference import asked, codebook_middle, effects_by_cell, swept
from shown import Told, drawn, found_at, framed, in_points, lines, said, tally, tell

from multitrack_sim.designs import factorial

PRIVATE, PUBLIC = "track_two.confidentiality", "track_two.publicity"
LEVELS, GATE = (0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0)
FULL, NO_CHANNEL, NONE = "workshops and back channel", "workshops alone", "neither"
ARMS = {FULL: {}, NO_CHANNEL: {"track_two.channel": 0.0}, NONE: {"track_two.channel": 0.0, "track_two.budget": 0.0}}
QUESTIONS = {"workshops": (NO_CHANNEL, NONE), "the back channel": (FULL, NO_CHANNEL)}
OUTCOMES = {
    "agreed": "an accord (points)",
    "durable": "a durable accord (points)",
    "months_at_peace": "months at peace",
}


def look(options, levels=LEVELS) -> pd.DataFrame:
    """The effects of workshops, and of the back channel beside them."""
    design = factorial({PRIVATE: list(levels), PUBLIC: list(GATE)}, runs=options.runs).with_arms(ARMS)
    table = swept(codebook_middle(), design, options, "confidentiality by publicity").table()
    found = [effects_by_cell(table, [PRIVATE, PUBLIC], [arm], none, list(OUTCOMES)).assign(question=question)
             for question, (arm, none) in QUESTIONS.items()]  # fmt: skip
    return in_points(pd.concat(found, ignore_index=True))


@drawn
def figure(effects: pd.DataFrame) -> Told:
    pairs = int(effects["pairs"].max())
    below = f"paired effects, {pairs:,} pairs of runs at every mark; lines: how far the gate to publics and spoilers is open"
    made, grid = framed((14.6, 8.8), 2, 3, "Public or secret?", below, wspace=0.24, hspace=0.55, top=0.84)
    for panels, question in zip(grid, QUESTIONS):
        for axes, (outcome, name) in zip(panels, OUTCOMES.items()):
            rows = effects[(effects["question"] == question) & (effects["outcome"] == outcome)]
            curves = {f"publicity {gate:g}": rows[rows[PUBLIC] == gate] for gate in GATE}
            lines(
                axes,
                curves,
                PRIVATE,
                f"Effect of {question} on {name}",
                ("confidentiality (share: 0 open, 1 private)", "effect"),
            )
    caption = (
        "Above: the effect of workshops against none, both without a back channel. Below: what the back channel adds to workshops, "
        "or takes away. Across: how private workshops are. Lines: the gate through which they reach publics (momentum) and spoilers "
        "(alarm); at confidentiality 1 nothing is left to pass it. Bars are 95% intervals, marks are filled where they exclude zero."
    )
    return made, caption


def finding(effects: pd.DataFrame) -> str:
    told = []
    for question in QUESTIONS:
        for outcome, name in OUTCOMES.items():
            rows = effects[(effects["question"] == question) & (effects["outcome"] == outcome)]
            ends = [f"{said(row)} at confidentiality {row[PRIVATE]:g} and publicity {row[PUBLIC]:g}"
                    for row in (found_at(rows, False), found_at(rows, True))]  # fmt: skip
            told.append(f"Effect of {question} on {name}: {tally(rows, 'cells')}, from {ends[0]} to {ends[1]}.")
    return " ".join(told)


def main(given: list[str] | None = None, levels=LEVELS) -> None:
    options = asked(__doc__, given, runs=600)
    effects = look(options, levels)
    tell(options.out, {"public_or_secret": figure(effects)}, {"effects": effects}, finding(effects))


if __name__ == "__main__":
    main()
