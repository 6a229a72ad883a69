"""Through what does Track II work? In each of the ten cases every way out of it is closed alone, opened alone, and opened in
all orders (Shapley), on the same seeds.

Cases keep all their communities. p is corrected for all ways of all cases at once.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from support.runs import Progress, asked
from support.sentences import Names, lasting, ranged, said, shares_in_points, tell

import multitrack_sim as mt
from multitrack_sim.analysis.effects import holm
from multitrack_sim.analysis.paths import ALL_WAYS, ALONE, CLOSED, Paths
from multitrack_sim.analysis.verdicts import CLEAR, verdict_of
from multitrack_sim.designs import run_identity
from multitrack_sim.designs.ways import WAYS
from multitrack_sim.engine.sources import model_version
from multitrack_sim.reports.effect_figures import explain_marks, forest, framed, key_above
from multitrack_sim.reports.style import Told, drawn
from multitrack_sim.running.runner import SweepInterrupted

__all__ = ["ways_figure"]

CASES = Path(__file__).resolve().parents[1] / "scenarios"
OUTCOMES = {"agreed": "An agreement", "months_under_accord": "Months under an agreement"}


def look(options, cases=None) -> dict[str, Paths]:
    """The ways of every case, by its title."""
    found = {}
    for path in cases or sorted(CASES.glob("*.toml")):
        scenario = mt.load(path)
        progress = Progress(1, path.stem)

        def report(done: int, most: int, bar: Progress = progress) -> None:
            bar.total = most
            bar.at(done)

        settings = {"ways": {name: dict(way.settings) for name, way in WAYS.items()}, "runs": options.runs}
        identity = run_identity(scenario.to_toml(), settings, options.seed, model_version())
        place = options.out / "runs" / identity
        try:
            found[scenario.title] = mt.paths(
                scenario, options.runs, options.seed, list(OUTCOMES), progress=report, out=place
            )
        except SweepInterrupted as stopped:
            raise SystemExit(str(stopped)) from None
    return found


def together(found: dict[str, Paths], table: str) -> pd.DataFrame:
    """A table of all cases, those of shares in percentage points."""
    frames = [getattr(one, table).assign(case=title) for title, one in found.items()]
    return shares_in_points(pd.concat([frame for frame in frames if len(frame)], ignore_index=True))


def judged(effects: pd.DataFrame) -> pd.DataFrame:
    """What each way adds while the others are open, p corrected for all cases and ways; beside it what it does alone."""
    keys = ["case", "outcome", "way"]
    lost, alone = (effects[effects["question"] == question].set_index(keys) for question in (CLOSED, ALONE))
    lost = lost.assign(alone=alone["estimate"], p_corrected=holm(lost["p"].to_numpy(float))).reset_index()
    rows = lost.assign(statistic="mean", only_arm=lost["differ"], only_baseline=0).to_dict("records")
    return lost.assign(verdict=[verdict_of(row) for row in rows])


def finding(lost: pd.DataFrame, found: dict[str, Paths]) -> str:
    told = []
    for outcome, name in OUTCOMES.items():
        rows = lost[lost["outcome"] == outcome]
        where = ranged(rows, "ways of all cases", lambda row: f"through {row.way} in {row.case}")
        told.append(f"{name}, what a way adds while the others are open: {where}")
        clear = rows[rows["verdict"] == CLEAR]
        told += [f"In {row.case} Track II works through {row.way}, {said(row)}." for row in clear.itertuples()]
        if apart := [title for title in found if title not in set(clear["case"])]:
            told.append(f"No single way can be told apart in {len(apart)} of {len(found)} cases: {', '.join(apart)}.")
    for way in WAYS:
        if shut := [f"{title} ({one.idle[way]})" for title, one in found.items() if way in one.idle]:
            told.append(f"Nothing can go through {way} in {'; '.join(shut)}.")
    return " ".join(told)


def main(given: list[str] | None = None, cases=None) -> None:
    options = asked(__doc__, given, runs=300)
    if options.cluster:
        raise SystemExit(
            "through_what.py: --cluster is not for this one: which ways share is known only as runs come in"
        )
    found = look(options, cases)
    effects, shares = together(found, "effects"), together(found, "shares")
    lost = judged(effects)
    figures = {f"through_what_{outcome}": ways_figure(lost, outcome, name) for outcome, name in OUTCOMES.items()}
    figures["through_what_shares"] = shares_figure(shares, OUTCOMES)
    text = f"{finding(lost, found)} {lasting(one.months for one in found.values())}"
    tell(options.out, figures, {"effects": effects, "lost_when_closed": lost, "shares": shares}, text)


# --- figures
@drawn
def ways_figure(lost: pd.DataFrame, outcome: str, name: str) -> Told:
    rows = lost[lost["outcome"] == outcome]
    cases = list(rows["case"].unique())
    columns = min(5, len(cases))
    lines = -(-len(cases) // columns)
    below = f"{name}: every way out of it closed alone, {int(rows['pairs'].max()):,} paired runs in each case"
    made, grid = framed(
        (3.9 * columns + 1.2, 4.0 * lines + 1.2), lines, columns, "Through what does Track II work?", below,
        left=1.3, wspace=0.62, hspace=0.4,
    )  # fmt: skip
    for axes, case in zip(grid.flat, cases):
        own = rows[rows["case"] == case]
        forest(axes, own, list(own["way"]), case, f"added by the way ({own['unit'].iloc[0]})")
        axes.title.set_fontsize(9)
        axes.plot(own["alone"], [at + 0.26 for at in range(len(own))], "<", color="black", markersize=4, label="alone")
    for axes in list(grid.flat)[len(cases) :]:
        axes.axis("off")
    key_above(grid.flat[0])
    explain_marks(made)
    caption = (
        f"{name}: what each way out of Track II adds while all others are open (open less closed, on the same seeds), with 95% "
        "intervals; triangles show what it does alone. Ways through which nothing can go in a case are left out."
    )
    return made, caption


@drawn
def shares_figure(shares: pd.DataFrame, names: Names) -> Told:
    cases = list(shares["case"].unique())
    below = f"Shapley values, exact, over all orders of opening the ways; {int(shares['pairs'].max()):,} runs of each coalition"
    made, grid = framed(
        (12.5, 2.5 * len(cases) + 1.4), len(cases), len(names), "Through what does Track II work? Shares in its effect", below,
        left=1.3, wspace=0.4, hspace=0.6,
    )  # fmt: skip
    for line, case in zip(grid, cases):
        for axes, (outcome, name) in zip(line, names.items()):
            own = shares[(shares["case"] == case) & (shares["outcome"] == outcome)]
            forest(
                axes, own, list(own["way"]), f"{case}: {name.lower()}", f"part in the effect ({own['unit'].iloc[0]})"
            )
            axes.title.set_fontsize(9)
    explain_marks(made)
    caption = (
        "The part of each way in the effect of all ways together, its mean contribution over all orders in which they could "
        f'have been opened, with 95% intervals; "{ALL_WAYS}" is what they add up to. The ways that do most have a row of '
        "their own; they were chosen on the same runs, so that the largest are a little too large."
    )
    return made, caption


if __name__ == "__main__":
    main()
