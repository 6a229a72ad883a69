"""The headline: what Track II does over the plausible ranges of all assumptions, and what the doubt about it is made of.

Every pair of runs, one with Track II and one without (`track_two.budget` 0), has one plausible set of parameters and one
variant of the rules. Over the reference population, and in each case, the effect comes with the interval of all doubts,
told apart into chance, parameters and the form of the rules (`analysis.doubt`); with the assumptions on which it hangs
and those that would turn its sign; and with the codes of conflicts in which it is larger.

`python -m multitrack_sim.evidence.headline` makes the results that come with the package (`headline.json`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..analysis.doubt import PARTS, Doubt, doubt_about
from ..analysis.doubt_sources import codes_behind, opposite_variants, parameters_behind
from ..engine.sources import model_version
from ..errors import MultitrackError, Problem, printable
from ..reports.headline_words import headline_lines
from ..reports.packaged_headline import FILE, packaged_headline
from ..scenario.library import as_scenario, scenario_names
from ..scenario.plausible import SET, VARIANT, Doubts, doubts, plausible_sets
from ..scenario.scenario import Scenario
from ..scenario.variants import VARIANTS
from .headline_runs import LOOKED_AT, MONTHS, pairs_of_case, pairs_of_population

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CASE_PAIRS", "CONFLICTS", "FILE", "PAIRS", "Headline", "headline", "headline_in_words", "packaged_headline"]

CONFLICTS, PAIRS, CASE_PAIRS = 600, 400, 6_000
SHOWN = 5  # assumptions and codes that are kept, the strongest first
DIGITS = 5  # that are kept of a number
POPULATION_TITLE = "the reference population"

Report = Callable[[int, int], None] | None


@dataclass(frozen=True)
class Headline:
    """Track II's effect with every doubt in it. `found` is all of it as plain values (what `headline.json` holds of a
    case); `doubts` the analysis of each outcome; `pairs` the runs, a row per pair; `codes` those of the population's
    conflicts.
    """

    found: dict[str, Any]
    doubts: dict[str, Doubt]
    pairs: pd.DataFrame = field(repr=False)
    codes: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def lines(self) -> list[str]:
        """The headline in plain sentences, one line for each outcome and what it hangs on."""
        return headline_lines(self.found)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def table(self) -> pd.DataFrame:
        """A row per outcome: the effect, its interval over all doubts, and the shares of the doubt."""
        rows = [
            {"outcome": name, "effect": one["effect"], "low": one["low"], "high": one["high"], **one["shares"]}
            for name, one in self.found["outcomes"].items()
        ]
        return pd.DataFrame(rows).set_index("outcome")

    def figure(self) -> Figure:
        """The effect per variant and over the sets, with intervals."""
        from ..reports.headline_figure import headline_figure

        return headline_figure(self.found)[0]


def headline(
    case: Scenario | str | PathLike[str] | None = None,
    conflicts: int = CONFLICTS,
    runs: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Report = None,
    parameters: str | pd.DataFrame | None = "plausible",
    variants: str | Sequence[str] | None = "all",
    sets: int | None = None,
) -> Headline:
    """Track II's effect over the plausible ranges of all assumptions: in the reference population of armed conflicts, or in
    one case (a scenario, a file, or "oslo_1993" and the like).

    `runs` is the number of pairs of each conflict, or of the case. Track II is present against `track_two.budget` 0, on the
    same seeds and with the same assumptions. `sets` is how many of the plausible sets are run; all, if left
    out. `progress(done, total)` counts pairs.

    >>> found = headline(conflicts=4, runs=6)
    >>> sorted(found.table.columns)
    ['chance', 'effect', 'high', 'low', 'parameters', 'structure']
    """
    carried = doubts(parameters, variants)
    if carried is None:
        raise MultitrackError(Problem("headline", "neither parameters nor variants are varied", "at least one of them"))
    if carried.sets is not None and sets is not None:
        _check_count("sets", sets)
        carried = Doubts(carried.sets.head(sets), carried.variants)
    if case is None:
        _check_count("conflicts", conflicts)
        runs = PAIRS if runs is None else runs
        _check_count("runs", runs)
        pairs, codes = pairs_of_population(conflicts, runs, seed, carried, threads, progress)
        about = {"title": POPULATION_TITLE, "months": MONTHS, "conflicts": conflicts}
        return _judged(about, pairs, carried, codes)
    scenario = as_scenario(case)
    runs = CASE_PAIRS if runs is None else runs
    _check_count("runs", runs)
    pairs = pairs_of_case(scenario, runs, seed, carried, threads, progress)
    return _judged(
        {"title": scenario.title, "months": int(scenario.value("run.months")), "conflicts": 1}, pairs, carried
    )


def _check_count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise MultitrackError(Problem(name, f"found {printable(value)}", "a whole number from 1"))


def _judged(
    about: Mapping[str, Any], pairs: pd.DataFrame, carried: Doubts, codes: pd.DataFrame | None = None
) -> Headline:
    found: dict[str, Any] = {**about, "pairs": len(pairs)}
    found |= dict(zip(("sets", "variants"), (0 if carried.sets is None else len(carried.sets), len(carried.variants))))
    found["outcomes"], judged = {}, {}
    for name in LOOKED_AT:
        effects, of_conflict = pairs[f"{name}_effect"], None if codes is None else pairs["conflict"]
        doubt = doubt_about(effects, pairs.get(SET), pairs.get(VARIANT), of_conflict)
        judged[name] = doubt
        found["outcomes"][name] = _plain(_finding(doubt, pairs, name, carried, codes))
    return Headline(found, judged, pairs, codes)


def _finding(
    doubt: Doubt, pairs: pd.DataFrame, name: str, carried: Doubts, codes: pd.DataFrame | None
) -> dict[str, Any]:
    low, high = doubt.interval
    level = float(pairs[name].mean())
    found: dict[str, Any] = {
        "effect": doubt.effect, "low": low, "high": high, "with": level, "without": level - doubt.effect,
        "intervals": {said: list(ends) for said, ends in doubt.intervals.items()},
        "variances": doubt.parts, "shares": doubt.shares, "one_pair": doubt.one_pair**0.5, "unclear": list(doubt.unclear),
        "variants": doubt.variants.to_dict("records"), "turned_by_variants": opposite_variants(doubt),
    }  # fmt: skip
    if carried.sets is not None:
        behind = parameters_behind(doubt, carried.sets)
        found["assumptions"] = behind.head(SHOWN).to_dict("records")
        found["turned_by"] = behind["parameter"][behind["turns"].astype(bool)].tolist()
        found["perhaps_turned_by"] = behind["parameter"][behind["may_turn"].astype(bool)].tolist()
    if codes is not None:
        found["codes"] = codes_behind(pairs[f"{name}_effect"], pairs["conflict"], codes).head(SHOWN).to_dict("records")
    return found


def _plain(value: Any) -> Any:
    """Values as JSON has them: no more digits than anybody reads, None where there is no number."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return None if value != value else float(f"{value:.{DIGITS}g}")
    return value.item() if hasattr(value, "item") else value


# --- the results that come with the package
def headline_in_words(case: str = "", found: Mapping[str, Any] | None = None) -> list[str]:
    """The packaged headline as sentences: of the population, or of a case by its name ("oslo_1993").

    >>> headline_in_words()[0].startswith("Over the plausible ranges of all assumptions")
    True
    """
    held = packaged_headline() if found is None else found
    if case and case not in held["cases"]:
        raise MultitrackError(Problem("case", f"found {printable(case)}", ", ".join(held["cases"])))
    return headline_lines(held["cases"][case] if case else held["population"])


def all_headlines(
    conflicts: int = CONFLICTS, runs: int = PAIRS, case_pairs: int = CASE_PAIRS, seed: int = 1,
    threads: int | None = None, say: Callable[[str], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Everything that `headline.json` holds, made anew."""
    carried = Doubts(plausible_sets(), tuple(VARIANTS.values()))
    about = {
        "made_by": "python -m multitrack_sim.evidence.headline", "model": model_version(), "doubts": carried.identity,
        "seed": seed, "parts": list(PARTS),
    }  # fmt: skip
    names, began = scenario_names(), time.perf_counter()

    def tell(what: str) -> None:
        if say:
            say(f"{what}, {time.perf_counter() - began:.0f} s")

    population = headline(None, conflicts, runs, seed, threads).found
    tell(f"{population['pairs']:,} pairs of {conflicts:,} conflicts")
    cases = {}
    for name in names:
        cases[name] = headline(name, runs=case_pairs, seed=seed, threads=threads).found
        tell(name)
    return {**about, "population": population, "cases": cases}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=FILE)
    options.add_argument("--conflicts", type=int, default=CONFLICTS)
    options.add_argument("--runs", type=int, default=PAIRS, help="pairs of each conflict")
    options.add_argument("--case-pairs", type=int, default=CASE_PAIRS)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=None)
    asked = options.parse_args()
    made = all_headlines(
        asked.conflicts, asked.runs, asked.case_pairs, asked.seed, asked.threads,
        lambda line: print(line, file=sys.stderr, flush=True),
    )  # fmt: skip
    asked.out.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    print("\n".join(headline_lines(made["population"])))


if __name__ == "__main__":
    main()
