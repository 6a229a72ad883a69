"""The parts of `docs/evidence.md` on what was found: calibration, variants, coded conflicts, the record anew, the headline."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from multitrack_sim.analysis.intervals import share_interval
from multitrack_sim.engine.sources import model_version
from multitrack_sim.evidence.beside_record import BesideRecord
from multitrack_sim.evidence.packaged_scores import KeptScores, what_are
from multitrack_sim.evidence.recorded_figures import RULES_SOUGHT
from multitrack_sim.evidence.validation_terms import (
    BASE,
    CODE,
    IMPLAUSIBLE,
    REGRESSION,
    ScoredOutcome,
)
from multitrack_sim.evidence.validation_words import (
    HINDSIGHT,
    number,
    outcome_sentences,
    sets_sentence,
    three,
)
from multitrack_sim.reports.headline_words import CALLED_PARTS, effect_told, headline_lines
from multitrack_sim.reports.record_table import told_agreement, told_not_computed
from multitrack_sim.reports.words import capital, interval, percent
from multitrack_sim.scenario.plausible import FILE as SETS_FILE
from multitrack_sim.scenario.plausible import plausible_sets
from multitrack_sim.scenario.variants import variants
from multitrack_sim.schema.parameters import PARAMETERS

from .evidence_words import md, picture, table_of

__all__ = [
    "OPEN",
    "OUTCOME",
    "again",
    "calibration",
    "coded",
    "figures_again",
    "headline_part",
    "open_parameters",
    "variants_part",
]

OPEN = 0.9  # of the width that a parameter was spread over: from there on the record says next to nothing about it
PINNED = 0.75  # up to there it says a good deal
INSIDE = (0.05, 0.95)  # of the sets: quantiles
OUTCOME = {"comprehensive": "comprehensive in 10 years", "any": "any agreement in 10 years", "held": "held 5 years"}


# ---- calibration and variants ----------------------------------------------------------------------------------------
def how_made() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SETS_FILE.with_suffix(".json").read_text("utf-8"))
    return found


def open_parameters() -> tuple[int, int]:
    widths = how_made().get("pinned_down", {})
    return sum(width >= OPEN for width in widths.values()), len(widths)


def calibration(beside: BesideRecord) -> list[str]:
    made, sets = how_made(), plausible_sets()
    lines = ["## Calibration", ""]
    if "recipe" not in made:
        return [
            *lines,
            f"{len(sets)} sets come with the package: {md(made.get('made_by', 'it is not said how they were made'))}.",
            "",
        ]
    recipe, widths = made["recipe"], made["pinned_down"]
    waves = ", ".join(f"{count:,}" for count in recipe["waves"])
    tried, (once, *again) = made["candidates"], made["stand_over_fresh_conflicts"]
    first, *others = recipe["fresh_conflicts"]
    cases = (
        ", but for how many of the mechanically coded conflicts begun up to 2005 came to an agreement"
        if recipe["cases"]
        else ""
    )
    lines += [
        f"History matching (Craig et al. 1997; Vernon, Goldstein and Bower 2010), by `make calibrate`: {len(widths)} parameters "
        f"were varied over their ranges in waves of {waves} settings, each run over {recipe['conflicts']:,} conflicts. From "
        "these runs an emulator of every pattern that may be fitted says where no pattern speaks against a setting; there the "
        f"next wave is drawn. No case was looked at{cases}.",
        "",
        f"Of {tried:,} settings drawn from what was left, {once:,} miss nothing ({interval(*share_interval(once, tried))}) by "
        f"more than {IMPLAUSIBLE:g} standard deviations over {first:,} conflicts that no wave had seen; "
        f"{', '.join(f'{count:,} over {conflicts:,} others' for count, conflicts in zip(again, others))}, each time of those "
        f"that were left. The {len(sets)} whose largest mean miss is least come with the package: the *plausible sets* (mean "
        f"squared miss {made['mean_squared_miss_of_sets']:g}).",
        "",
    ]
    lines += [_defaults(sets), ""]
    if told := sets_sentence(beside):
        lines += [f"Over the conflicts of this page: {md(told)}", ""]
    lines += _pinned(widths)
    return lines + _moved(made.get("moved_by", {}))


def _defaults(sets: pd.DataFrame) -> str:
    """Where the defaults lie among the sets."""
    low, high = sets.quantile(INSIDE[0]), sets.quantile(INSIDE[1])
    defaults = {name: PARAMETERS[name].default for name in sets}
    outside = [name for name in sets if not low[name] <= defaults[name] <= high[name]]
    named = "; ".join(f"`{name}` ({defaults[name]:.3g}; sets {low[name]:.2g} to {high[name]:.2g})" for name in outside)
    return (
        f"Where the defaults lie among the sets: of {len(sets.columns)} parameters, {len(sets.columns) - len(outside)} have a "
        f"default within the middle {percent(INSIDE[1] - INSIDE[0])} of the sets."
        + (f" Outside: {named}." if named else "")
    )


def _pinned(widths: Mapping[str, float]) -> list[str]:
    narrow = sorted((width, name) for name, width in widths.items() if width <= PINNED)
    open_ = [name for name, width in widths.items() if width >= OPEN]
    lines = [
        "### What the record pins down, and what not", "",
        "Width: the spread over the plausible sets, as a share of the spread over the range. At 1 the record says nothing. One "
        "parameter at a time: combinations may be pinned down where no single one is.", "",
    ]  # fmt: skip
    if narrow:
        lines += table_of(
            ["Parameter", "Width", "What it is"],
            [[f"`{name}`", f"{width:.2f}", md(_meaning(name))] for width, name in narrow],
        )
    else:
        lines += [f"No parameter is narrowed to {percent(PINNED)} of its width or less.", ""]
    open_told = ", ".join(f"`{name}`" for name in open_)
    return [*lines, f"Not pinned down (width {OPEN:g} or more), {len(open_)} of {len(widths)}: {open_told}.", ""]


def _meaning(name: str) -> str:
    return PARAMETERS[name].meaning.partition(";")[0] if name in PARAMETERS else ""


def _moved(moved: Mapping[str, Sequence[str]]) -> list[str]:
    if not moved:
        return []
    rows = [[md(pattern), ", ".join(f"`{name}`" for name in names)] for pattern, names in moved.items()]
    return ["### What moves each pattern most", "", "By the emulator, over the whole range of each parameter.", "",
            *table_of(["Pattern", "Five parameters, the strongest first"], rows)]  # fmt: skip


def variants_part() -> list[str]:
    table = variants()
    rows = []
    for row in table.itertuples():
        moved = len(row.recentred)
        misses = (_miss(value) for value in (row.miss_before, row.miss_after, row.miss_fresh))
        rows.append([md(row.Index), md(row.question), md(row.answer), *misses, moved or "none", md(row.source)])  # fmt: skip
    head = ["Variant", "Question", "Answer", "Miss before", "after", "fresh", "Parameters moved", "Source"]
    return [
        "## Variants of the rules", "",
        "Rules that could as well be others. Each was brought back to the record with values of its own "
        "(`python -m multitrack_sim.evidence.recentring`). Miss: mean squared miss of the patterns that may be fitted, in "
        "standard deviations; before and after over conflicts that the values were chosen with, and over fresh ones. A variant "
        "that misses much more than the first is a poor alternative: what it says weighs as much as the others all the same.", "",
        *table_of(head, rows),
    ]  # fmt: skip


def _miss(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"


# ---- coded conflicts -------------------------------------------------------------------------------------------------
def coded(scores: Mapping[str, KeptScores], captions: Mapping[str, str]) -> list[str]:
    lines = ["## Coded conflicts beside what happened", "",
             "Rules gave the codes ([how](coding.md)), nobody who knew the end. Missing codes are drawn from the reference "
             f"population given the others. {HINDSIGHT}", "", picture("coded_conflicts.png", captions), ""]  # fmt: skip
    made = {kept.about["model"] for kept in scores.values()}
    if made != {model_version()}:
        lines += [
            "These scores were made with an earlier version of the model; the record's files were not there this time.",
            "",
        ]
    lines += table_of(
        ["Cases", "Outcome", "Cases scored", "Happened", "Model gives", "Brier", "Area under the curve", "Slope",
         f"Against the {BASE}", f"Against {CODE}", f"Against the {REGRESSION}"],
        [row for name, kept in scores.items() for row in _score_rows(name, kept)],
    )  # fmt: skip
    lines += [
        "Against others: the model's Brier score less theirs (below 0 the model is better), 95% interval by a paired bootstrap. "
        "The base rate is that of the very cases scored; for cases begun after 2005, beside that of earlier ones, see below.",
        "",
    ]
    for name, kept in scores.items():
        lines += [f"### {capital(name)}", "", md(capital(what_are(name)) + "."), ""]
        lines += [line for one in kept.outcomes for line in (f"- {md(outcome_sentences(one))}",)]
        lines += [f"- {md(note)}" for note in kept.notes] + [""]
    return lines


def _score_rows(name: str, kept: KeptScores) -> Iterator[list[str]]:
    for one in kept.outcomes:
        if not one.cases:
            continue
        among = name if one.among == "all cases" else f"{name}, {one.among.removeprefix('cases ')}"
        line, area = one.recalibration, one.area
        slope = "not estimated" if math.isnan(line.slope) else _ends(line.slope, line.slope_low, line.slope_high)
        against = (_against(one, called) for called in (BASE, CODE, REGRESSION))
        yield [among, OUTCOME[one.name], str(one.cases), percent(one.happened / one.cases), percent(one.predicted),
               three(one.brier), _ends(area.value, area.low, area.high), slope, *against]  # fmt: skip


def _ends(value: float, low: float, high: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")


def _against(one: ScoredOutcome, called: str) -> str:
    same = (called, f"{called} of these cases")  # of base rates the one that is hardest to beat
    rival = next((rival for rival in one.rivals if rival.name in same), None)
    if rival is None:
        return "not fitted"
    gap = rival.difference
    if math.isnan(gap.low):
        return gap.verdict
    return f"{three(gap.value)} ({three(gap.low)} to {three(gap.high)}): {gap.verdict}"


def figures_again(figures: pd.DataFrame) -> list[str]:
    lines = [
        "## The record's figures, computed anew from their owners' files",
        "",
        md(told_agreement(figures)),
        "",
        md(RULES_SOUGHT),
        "",
    ]
    apart = figures[figures["agreement"].str.startswith(("differs", "outside"))]
    if len(apart):
        rows = [[row.figure, md(row.pattern), _between(row.value, row.low, row.high),
                 _between(row.recorded, row.recorded_low, row.recorded_high), md(row.agreement)]
                for row in apart.itertuples()]  # fmt: skip
        lines += table_of(["", "Figure", "From the files", "On record", "Do they agree?"], rows)
    return [*lines, *(f"- {md(line)}" for line in told_not_computed(figures)), ""]


def _between(value: float, low: float, high: float) -> str:
    """A figure with its interval, where there is one."""
    return number(value) if math.isnan(low) else f"{number(value)} ({number(low)} to {number(high)})"


# ---- the headline ----------------------------------------------------------------------------------------------------
def headline_part(held: Mapping[str, Any], captions: Mapping[str, str]) -> list[str]:
    people = held["population"]
    earlier = "" if held["model"] == model_version() else " Made with an earlier version of the model."
    lines = [
        "## The headline: Track II over all plausible assumptions", "",
        f"{people['pairs']:,} pairs of runs of {people['conflicts']:,} conflicts of the reference population, with and without "
        f"Track II, over {people['months']} months; {people['sets']} plausible sets and {people['variants']} variants of the "
        f"rules take turns (`multitrack headline`).{earlier}", "",
        picture("headline.png", captions), "", *(f"- {md(line)}" for line in headline_lines(people)), "",
        "### In each case", "",
    ]  # fmt: skip
    rows = [
        [
            md(found["title"]), *(md(_effect(found, outcome)) for outcome in found["outcomes"]),
            _parts(next(iter(found["outcomes"].values()))),
        ]
        for found in held["cases"].values()
    ]  # fmt: skip
    lines += table_of(
        ["Case", "Reaching an agreement", "Under an agreement", "Violence", "Doubt about the first"], rows
    )
    return [*lines, "The cases were coded by people who knew how they ended.", ""]


def _effect(found: Mapping[str, Any], outcome: str) -> str:
    return effect_told(found, outcome).removeprefix("With Track II, ")


def _parts(one: Mapping[str, Any]) -> str:
    told = [f"{percent(share)} {CALLED_PARTS[part]}" for part, share in one["shares"].items() if share is not None]
    return ", ".join(told) or "none: every pair is alike"


def again() -> list[str]:
    return [
        "## How to make all of it again", "",
        "- `make evidence`: the headline, then every number of this page and of the README's headline, from the plausible sets "
        "and variants that come with the package. What needs the owners' files is made anew where they lie in "
        "`../shared/evidence/data` beside the checkout (`ARGS=\"--record FOLDER\"` names another folder).",
        "- `make calibrate`: the plausible sets themselves. Hours; safe to interrupt, repeat to resume. With coded conflicts as "
        "one more constraint: `multitrack evidence ... --code-conflicts my_conflicts.csv`, then "
        "`make calibrate ARGS=\"--cases my_conflicts.csv\"`.",
        "- `python -m multitrack_sim.evidence.recentring`: the variants' own values, after the defaults have moved.",
        "- By hand: `multitrack evidence`, `multitrack validate`, `multitrack validate --cases FILE`, `multitrack headline`.", "",
    ]  # fmt: skip
