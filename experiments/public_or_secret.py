"""Public or secret? Track II's effect as workshops grow more private, as less or more of them reaches the public, and what
the back channel adds or costs. All codes in the middle, 40 communities.
"""

from __future__ import annotations

import pandas as pd
from reference import asked, codebook_middle, effects_by_cell, swept
from shown import in_points, ranged, tell
from shown_figures import secrecy_figure

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
        finding(effects),
    )


if __name__ == "__main__":
    main()
