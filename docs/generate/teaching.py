"""`docs/teaching.md`: three lessons with the classroom page, and model answers with the numbers of the model as it is.

`python -m docs.generate.teaching --out docs/teaching.md`. No answer supposes what comes out: each sentence takes its
direction and its certainty from the runs.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import multitrack_sim as mt
from multitrack_sim.analysis.effects import effects
from multitrack_sim.analysis.intervals import share_interval
from multitrack_sim.analysis.verdicts import CLEAR, IDENTICAL, SUGGESTIVE, digits_shown, verdict_of
from multitrack_sim.browser.classroom import CASES, SETTINGS
from multitrack_sim.running.files import write_whole
from multitrack_sim.running.provenance import made_by

__all__ = ["page"]

COMMAND = "python -m docs.generate.teaching --out docs/teaching.md"
TEXT = Path(__file__).with_name("teaching.txt")
NO_TALKS = {"track_two.budget": 0}
SEED, SIGNED_BY, CRACKED_WITHIN = 1, 84, 36
# How an outcome of 0 or 1 reads after "runs", and any other after a number.
READ = {
    "agreed": "reach an agreement",
    "durable": "keep an agreement for five years",
    "collapses": "collapses of agreements",
    "attacks": "attacks",
    "mean_trust": "trust between leaders (0 to 1)",
    "options_known": "ideas known to all leaders (0 to 1)",
    "months_under_accord": "months under an agreement",
    "violence_total": "months of full violence",
}


class Runs:
    """The runs of the invented cases, each arm made once."""

    def __init__(self, runs: int):
        self.runs, self.kept = runs, {}

    def __call__(self, case: str = "tour", settings: Mapping[str, Any] = {}, **codes: int) -> pd.DataFrame:
        key = case, tuple(settings.items()), tuple(codes.items())
        if key not in self.kept:
            scenario = mt.scenario_from_codes(CASES[case]["codes"] | codes).with_settings({**SETTINGS, **settings})
            self.kept[key] = mt.simulate(scenario, runs=self.runs, seed=SEED)
        return self.kept[key]


def told(without: pd.DataFrame, having: pd.DataFrame, names: tuple[str, str], *outcomes: str) -> str:
    """What `having` changes against `without`, a sentence an outcome; `names` are what they are called there."""
    table = effects(without, {names[1]: having}, outcomes, horizon=int(SETTINGS["run.months"]))
    rows = table[table["statistic"] != "ratio"].to_dict("records")
    return " ".join(_sentence(row, *names) for row in rows)


def _sentence(row: Mapping[str, Any], without: str, having: str) -> str:
    share = row["statistic"] == "share"
    scale, what = (100.0, READ[row["outcome"]]) if share else (1.0, READ[row["outcome"]])
    value, low, high = (scale * row[name] for name in ("difference", "low", "high"))
    digits, said = digits_shown(value, low, high), verdict_of(row)
    of = "Of every 100 runs, " if share else "On average, "
    if said in (CLEAR, SUGGESTIVE):
        least, most = sorted((abs(low), abs(high)))
        perhaps = "" if said == CLEAR else " (suggestive only)"
        more = "more" if value > 0 else "fewer"
        return (
            f"{of}{abs(value):.{digits}f} {more} {what} with {having} than with {without} (95% interval "
            f"{least:.{digits}f} to {most:.{digits}f}){perhaps}."
        )
    if said == IDENTICAL:
        return f"No pair of runs differs in this: {what}."
    levels = [f"{scale * row[name]:.{digits}f}" for name in ("baseline_estimate", "arm_estimate")]
    ends = f"{low:+.{digits}f} to {high:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
    where = "of 100 runs" if share else "on average"
    return f"No clear difference: {levels[0]} {where} {what} with {without}, {levels[1]} with {having} (95% interval {ends})."


def _boxes(without: pd.DataFrame, having: pd.DataFrame, runs: int) -> str:
    a, b = (table["agreed"].to_numpy()[:runs] > 0 for table in (without, having))
    return (
        f"Of {runs} pairs, {int((a & b).sum())} reach an agreement both ways, {int((b & ~a).sum())} only with talks, "
        f"{int((a & ~b).sum())} only without, {int((~a & ~b).sum())} neither way."
    )


def _cracked(table: pd.DataFrame) -> str:
    early = table[table["months_to_substantive"] <= SIGNED_BY]
    share, low, high = share_interval(int((early["months_to_collapse"] <= CRACKED_WITHIN).sum()), len(early))
    return f"{100 * share:.0f} of 100 (95% interval {100 * low:.0f} to {100 * high:.0f})"


def _first(table: pd.DataFrame, runs: int = 20) -> str:
    months = table["months_to_substantive"][:runs].dropna()
    if not len(months):
        return f"None of the {runs} histories of group 1 reaches an agreement."
    return (
        f"{len(months)} of the {runs} histories of group 1 reach an agreement, the first in month {months.min():.0f}, the "
        f"last in month {months.max():.0f}."
    )


def answers(runs: int) -> dict[str, str]:
    """The model answers by the names that the text has for them."""
    of = Runs(runs)
    tour, none = of(), of(settings=NO_TALKS)
    talks = ("no talks", "talks")
    open_doors, closed = (of(settings={"track_two.confidentiality": value}) for value in (0, 1))
    strong, no_factions = of(spoilers=4), of(spoilers=0)
    deaf = {"track_two.access": 0}
    unheard = {**deaf, "track_two.publicity": 0}
    reach = {value: (of(settings={"track_two.transfer": value})) for value in (0.05, 0.25, 1)}
    reached = [
        f"Where {100 * value:g} of 100 reports get through at best: {told(none, table, talks, 'agreed')}"
        for value, table in reach.items()
    ]
    return {
        "runs": f"{runs:,}",
        "chance": _first(tour),
        "few": f"{_boxes(none, tour, 200)} {told(none, tour, talks, 'agreed', 'durable')}",
        "channel": told(none, tour, talks, "mean_trust", "options_known")
        + " "
        + told(of(settings={"cbm.budget": 0}), tour, ("no small promises", "small promises"), "mean_trust"),
        "ideas": told(of(settings={"track_two.invention": 0}), tour, ("talks without ideas", "talks with ideas"), "agreed")
        + " "
        + told(of(settings={"track_two.insight": 0.5}), tour, ("talks whose word counts for nothing", "talks"), "agreed"),
        "doors": told(open_doors, closed, ("open doors", "closed doors"), "agreed")
        + f" Of the agreements signed by month {SIGNED_BY}, these collapse within three years: {_cracked(open_doors)} with open "
        f"doors, {_cracked(closed)} with closed doors.",
        "factions": told(no_factions, strong, ("no factions", "strong factions"), "agreed", "collapses", "attacks"),
        "factions_talks": told(of(settings=NO_TALKS, spoilers=4), strong, talks, "agreed", "attacks"),
        "factions_promises": told(
            of(settings={"cbm.budget": 0}, spoilers=4), strong, ("no small promises", "small promises"), "months_under_accord"
        ),
        "deaf": told(none, of(settings=deaf), ("no talks", "talks nobody in power listens to"), "agreed", "attacks"),
        "unheard": told(none, of(settings=unheard), ("no talks", "talks nobody hears of"), "agreed", "attacks"),
        "loud": told(of("loud", NO_TALKS), of("loud"), ("no talks", "talks in full public"), "agreed", "attacks", "violence_total"),
        "unmeasured": " ".join(reached),
        "middle": told(*(_middle(of.runs, budget) for budget in (0, 1)), talks, "agreed"),
        "tour_codes": "\n".join(f"{name} = {value}" for name, value in CASES["tour"]["codes"].items()),
        "settings": " ".join(f"--set {name}={value}" for name, value in SETTINGS.items()),
    }  # fmt: skip


def _middle(runs: int, budget: float) -> pd.DataFrame:
    """A conflict of which nothing is known: all codes at their middle."""
    return mt.simulate(
        mt.scenario_from_codes({}).with_settings({**SETTINGS, "track_two.budget": budget}), runs=runs, seed=SEED
    )


def page(runs: int) -> str:
    """The page: the text with its answers filled in."""
    text = TEXT.read_text("utf-8")
    values = {name: _filled(value) if "\n" not in value else value for name, value in answers(runs).items()}
    return text.format(made=made_by(COMMAND), **values)


def _filled(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 130, break_long_words=False, break_on_hyphens=False))


def main() -> int:
    parser = argparse.ArgumentParser(description="Make docs/teaching.md.")
    parser.add_argument("--runs", type=int, default=1000, help="pairs of runs behind every answer (%(default)s)")
    parser.add_argument("--out", type=Path, help="the page to write; printed if left out")
    given = parser.parse_args()
    text = page(given.runs)
    if given.out:
        write_whole(given.out, text, replace=True)
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
