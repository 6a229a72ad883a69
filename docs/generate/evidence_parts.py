"""The parts of `docs/evidence.md`: sentences and tables that follow from numbers, and what was imposed or never tried."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from multitrack_sim.analysis.intervals import share_interval
from multitrack_sim.engine.sources import model_version
from multitrack_sim.evidence.beside_record import BesideRecord
from multitrack_sim.evidence.packaged_scores import KeptScores, what_are
from multitrack_sim.evidence.prior import CHOICES, CONVENTIONS, prior
from multitrack_sim.evidence.published_designs import DESIGNS
from multitrack_sim.evidence.recorded_figures import RULES_SOUGHT
from multitrack_sim.evidence.validation_terms import (
    BASE,
    CODE,
    COMPATIBLE,
    IMPLAUSIBLE,
    MISSED,
    REGRESSION,
    ScoredOutcome,
)
from multitrack_sim.evidence.validation_words import (
    DIRECTIONS,
    HINDSIGHT,
    grouped,
    in_short,
    number,
    outcome_sentences,
    sets_sentence,
    three,
    what_was_run,
)
from multitrack_sim.reports.headline_words import CALLED_PARTS, effect_told, headline_lines
from multitrack_sim.reports.record_table import told_agreement, told_not_computed
from multitrack_sim.reports.words import capital, for_markdown, interval, percent
from multitrack_sim.running.provenance import made_by
from multitrack_sim.scenario.plausible import FILE as SETS_FILE
from multitrack_sim.scenario.plausible import plausible_sets
from multitrack_sim.scenario.variants import variants
from multitrack_sim.schema.parameters import PARAMETERS

__all__ = ["IMPOSED", "NEVER_TRIED", "Sources", "evidence_page"]

OPEN = 0.9  # of the width that a parameter was spread over: from there on the record says next to nothing about it
PINNED = 0.75  # up to there it says a good deal
OUTCOME = {"comprehensive": "comprehensive in 10 years", "any": "any agreement in 10 years", "held": "held 5 years"}
LONG = 5000

# What is so because the rules say so: no run could show otherwise. Each with the test that holds it.
IMPOSED = {
    "No rule reads the future: what is set from some month on changes nothing before it.": (
        "tests/test_truths.py::test_what_is_set_in_month_m_changes_nothing_before"
    ),
    "Unofficial dialogue (Track II) reaches officials only through its gates. With both closed, every official outcome is that "
    "of no Track II, bit for bit.": "tests/test_truths.py::test_with_both_gates_closed_no_official_outcome_differs_from_no_track_two",
    "Where nobody can see whether measures are kept, they leave no trust.": (
        "tests/test_truths.py::test_without_detection_measures_leave_no_entry_in_the_ledger"
    ),
    "Beliefs about the other side follow Bayes' rule: on average they stay where they began, and a share p of those believed at "
    "p are reliable.": "tests/test_truths.py::test_beliefs_are_calibrated",
    "Without a burden, a cost of no deal, pressure or mobilisation nobody ever talks.": (
        "tests/test_truths.py::test_without_burden_and_pressure_there_are_never_talks"
    ),
    "Peace that lasts does not grow with the capacity of spoilers.": (
        "tests/test_truths.py::test_durable_peace_does_not_increase_in_the_capacity_of_spoilers"
    ),
    "Under a perfect guarantee the value of signing does not hang on trust.": (
        "tests/test_truths.py::test_under_a_perfect_guarantee_the_value_of_signing_does_not_depend_on_trust"
    ),
    "Parties with nothing hidden, divisible issues, kept deals and costly war always agree (Fearon 1995).": (
        "tests/test_truths.py::test_rational_parties_with_nothing_hidden_always_agree"
    ),
    "More parties agree more rarely, and later (`track_one.crowding`).": (
        "tests/test_truths.py::test_more_parties_agree_more_rarely_and_later"
    ),
    "Names and the order of rows mean nothing.": "tests/test_truths.py::test_names_are_only_labels",
    "Money adds up, and so does trust by its sources.": (
        "tests/test_truths.py::test_ledger_and_money_add_up_and_shares_stay_shares"
    ),
}  # fmt: skip
NEVER_TRIED = (
    "Another mapping from codes to a scenario (`multitrack_sim/scenario/codebook.py`): it was written once, by judgement, and is "
    "the same in every set and variant. All that is said of coded conflicts hangs on it.",
    "Other frequencies and associations of codes in the reference population than the stated ones "
    "(`multitrack_sim/evidence/population.py`; `multitrack validate --population` takes others).",
    "Several variants of the rules at once: every run has one. Rules that have no variant were never replaced.",
    "Numbers that codes set (they follow from the mapping), those that somebody in the conflict decides ({choices}), and "
    "conventions of counting ({conventions}): not among the {varied} parameters that were varied.",
    "Steps of another length than a month.",
    "Recalibration to a region, a period or a kind of conflict: one set of values is to fit all.",
    "Disputes without fighting and between states: the record used here is of armed conflicts within states.",
)


@dataclass(frozen=True)
class Sources:
    """All that the page is made of."""

    beside: BesideRecord
    scores: Mapping[str, KeptScores]
    figures: pd.DataFrame
    published: Sequence[str]
    headline: Mapping[str, Any]


def evidence_page(sources: Sources, captions: Mapping[str, str], command: str) -> str:
    """The whole page."""
    parts = [
        ["# How far can it be trusted?", "", made_by(command), ""],
        _plain(sources),
        _matched(sources.beside, captions),
        _imposed(),
        _never_tried(sources.beside),
        _from_memory(sources.beside),
        _calibration(sources.beside),
        _variants(),
        _coded(sources.scores, captions),
        [str(line) for line in sources.published],
        _figures(sources.figures),
        _headline(sources.headline, captions),
        _again(),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _rows(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    told = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *told, ""]


def _md(text: object) -> str:
    return for_markdown(text, LONG)


# ---- in plain words --------------------------------------------------------------------------------------------------
def _plain(sources: Sources) -> list[str]:
    beside, every = sources.beside, sources.scores["conflicts"]
    lines = headline_lines(sources.headline["population"])
    judged = {name: rows[rows["implausibility"].notna()] for name, rows in grouped(beside.table).items()}
    told = [
        "This page says what speaks for the model, what speaks against it, and what nobody has looked at. A model that meets a "
        "record may still be wrong for the wrong reasons; one that misses it is wrong for sure. None of this is evidence about "
        "a real conflict.",
        "",
        f"- **Matched and not.** {_md(in_short(beside))}",
    ]
    if len(missed := _named(judged.get("predicted"))):
        told.append(f"- **Missed, of those that nothing was fitted to:** {missed}.")
    told.append(f"- **Conflicts that nobody who knew the end has coded.** {_md(_verdicts(every))}")
    told += [f"- **The headline.** {_md(lines[0])}", f"- **What would turn it.** {_md(_turning(lines))}"]
    open_, all_ = _open_parameters()
    if all_:
        told.append(
            f"- **Not pinned down.** Of {all_} parameters, {open_} keep {percent(OPEN)} or more of the width over which they were "
            "spread: the record says next to nothing about them, and what hangs on them is an assumption."
        )
    return [*told, ""]


def _turning(lines: Sequence[str]) -> str:
    return next((line for line in lines if "turns" in line), "")


def _named(rows: pd.DataFrame | None) -> str:
    missed = rows[rows["verdict"] == MISSED] if rows is not None else pd.DataFrame()
    return ", ".join(f"{row.Index} ({_md(row.pattern)}: {row.implausibility:.1f})" for row in missed.itertuples())


def _verdicts(kept: KeptScores) -> str:
    """Of each outcome over all cases, against each rival: better, worse, or no clear difference."""
    told = []
    for one in kept.outcomes:
        if one.among == "all cases" and one.cases:
            words = [
                f"{rival.difference.verdict} (than the {rival.name})" for rival in one.rivals if rival.name != CODE
            ]
            words += [f"{rival.difference.verdict} (than {CODE})" for rival in one.rivals if rival.name == CODE]
            told.append(f"{OUTCOME[one.name]}, {one.cases} cases: the model's Brier score is {', '.join(words)}")
    return capital("; ".join(told)) + "."


# ---- the record ------------------------------------------------------------------------------------------------------
def _matched(beside: BesideRecord, captions: Mapping[str, str]) -> list[str]:
    parts = grouped(beside.table)
    lines = ["## What is matched, and what is not", "", _picture("beside_the_record.png", captions), "",
             capital(what_was_run(beside)) + " No calibration has used this seed. The miss is in standard deviations of record and "
             f"model together; beyond {IMPLAUSIBLE:g} a pattern is missed. Wide intervals are easily met. Tags: D computed from a "
             "data file, S read in the source, M from memory.", ""]  # fmt: skip
    if told := sets_sentence(beside):
        lines += [_md(told), ""]
    for name, heading in (("fitted", "patterns that may be fitted"), ("predicted", "patterns that are only predicted")):
        rows = parts.get(name, beside.table.iloc[:0])
        for verdict, called in ((COMPATIBLE, "Matched"), (MISSED, "Not matched")):
            some = rows[rows["verdict"] == verdict]
            lines += [f"### {called}: {heading} ({len(some)})", ""]
            lines += _targets(some) if len(some) else ["None.", ""]
        other = rows[~rows["verdict"].isin((COMPATIBLE, MISSED))]
        if len(other):
            lines += [
                f"### Not measured: {heading} ({len(other)})",
                "",
                *(f"- {_what(row)}" for row in other.itertuples()),
                "",
            ]
    if "direction" in parts:
        lines += ["### Only the direction counts", ""]
        rows = [
            [row.Index, _md(row.pattern), number(row.model), DIRECTIONS.get(row.verdict, row.verdict), f"{_md(row.source)} ({row.tag})"]
            for row in parts["direction"].itertuples()
        ]  # fmt: skip
        lines += _rows(["", "Pattern", "Model", "Direction", "Source"], rows)
    return [*lines, *(f"- {_md(note)}" for note in beside.notes), ""]


def _what(row: Any) -> str:
    return f"{row.Index}: {_md(row.pattern)}" + (f" ({_md(row.note)})" if row.note else "")


def _targets(rows: pd.DataFrame) -> list[str]:
    cells = []
    for row in rows.itertuples():
        ends = f"{number(row.record)} ({number(row.record_low)} to {number(row.record_high)})"
        kind = " (experiment)" if row.kind == "intervened" else ""
        cells.append([row.Index, _md(row.pattern) + kind, ends, f"{number(row.model)} ± {number(row.model_error)}",
                      f"{row.miss:+.1f}".replace("-", "−"), f"{_md(row.source)} ({row.tag})"])  # fmt: skip
    return _rows(["", "Pattern", "Record (95% interval)", "Model ± error", "Miss", "Source"], cells)


def _picture(name: str, captions: Mapping[str, str]) -> str:
    told = captions[name].replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"![{told}](images/{name})"


# ---- what no run could show ------------------------------------------------------------------------------------------
def _imposed() -> list[str]:
    rows = [[what, f"`{test}`"] for what, test in IMPOSED.items()]
    return ["## Imposed by construction", "", "That runs show these proves nothing: the rules say so, or a default was set so that they hold. Tests hold "
            "them.", "", *_rows(["What is imposed", "Test"], rows)]  # fmt: skip


def _never_tried(beside: BesideRecord) -> list[str]:
    words = {
        "choices": ", ".join(f"`{name}`" for name in CHOICES),
        "conventions": ", ".join(f"`{name}`" for name in CONVENTIONS),
    }
    lines = [
        "## Never tried",
        "",
        *(f"- {line.format(varied=len(prior()), **words)}" if "{" in line else f"- {line}" for line in NEVER_TRIED),
    ]
    rows = grouped(beside.table).get("not asked")
    if rows is not None:
        lines += ["", "Patterns of the record that were not asked of the model:", ""]
        lines += [f"- {_what(row)}" for row in rows.itertuples()]
    return [*lines, ""]


def _from_memory(beside: BesideRecord) -> list[str]:
    rows = beside.table[beside.table["tag"] == "M"]
    claims = [(design, claim) for design in DESIGNS for claim in design.claims if claim.tag == "M"]
    fitted = rows[rows["use"] == "calibrate"]
    lines = ["## From memory", "", f"Of {len(beside.table)} patterns, {len(rows)} stand here from memory (tag M): nobody has checked "
             f"them in the source for this table. {len(fitted)} of them may be fitted.", ""]  # fmt: skip
    lines += [f"- {_what(row)}: {_md(row.source)}" for row in rows.itertuples()]
    if claims:
        lines += ["", "Of the published analyses below:", ""]
        lines += [f"- {_md(design.paper)}: {_md(claim.what)}" for design, claim in claims]
    return [*lines, ""]


# ---- calibration and variants ----------------------------------------------------------------------------------------
def _made() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SETS_FILE.with_suffix(".json").read_text("utf-8"))
    return found


def _open_parameters() -> tuple[int, int]:
    widths = _made().get("pinned_down", {})
    return sum(width >= OPEN for width in widths.values()), len(widths)


def _calibration(beside: BesideRecord) -> list[str]:
    made, sets = _made(), plausible_sets()
    lines = ["## Calibration", ""]
    if "recipe" not in made:
        return [
            *lines,
            f"{len(sets)} sets come with the package: {_md(made.get('made_by', 'it is not said how they were made'))}.",
            "",
        ]
    recipe, widths = made["recipe"], made["pinned_down"]
    waves = ", ".join(f"{count:,}" for count in recipe["waves"])
    stand, tried = made["stand_over_fresh_conflicts"], made["candidates"]
    lines += [
        f"History matching (Craig et al. 1997; Vernon, Goldstein and Bower 2010), by `make calibrate`: {len(widths)} parameters were "
        f"varied over their ranges in waves of {waves} settings, each run over {recipe['conflicts']:,} conflicts; from these runs an "
        "emulator of every pattern that may be fitted says where no pattern speaks against a setting, and the next wave is drawn "
        "there. No case was looked at"
        + (
            ", but for how many of the mechanically coded conflicts begun up to 2005 came to an agreement."
            if recipe["cases"]
            else "."
        ),
        "",
        f"Of {tried:,} settings drawn from what was left, {stand:,} ({interval(*share_interval(stand, tried))}) miss nothing by more "
        f"than {IMPLAUSIBLE:g} standard deviations over {recipe['fresh_conflicts']:,} conflicts that no wave had seen. {len(sets)} of "
        f"these come with the package: the *plausible sets* (mean squared miss {made['mean_squared_miss_of_sets']:g}, the largest "
        f"{made['largest_miss_of_a_set']}).",
        "",
    ]
    if "centre" in made:
        centre = made["centre"]
        lines += [f"Their centre, over fresh conflicts again: mean squared miss {centre['mean_squared_miss']:g}, the largest "
                  f"{centre['largest_miss']:g}. The defaults were moved there.", ""]  # fmt: skip
    if told := sets_sentence(beside):
        lines += [f"Over the conflicts of this page: {_md(told)}", ""]
    lines += _pinned(widths)
    return lines + _moved(made.get("moved_by", {}))


def _pinned(widths: Mapping[str, float]) -> list[str]:
    narrow = sorted((width, name) for name, width in widths.items() if width <= PINNED)
    open_ = [name for name, width in widths.items() if width >= OPEN]
    lines = [
        "### What the record pins down, and what not", "",
        "Width: the spread over the plausible sets, as a share of the spread over the range. At 1 the record says nothing. One "
        "parameter at a time: combinations may be pinned down where no single one is.", "",
    ]  # fmt: skip
    if narrow:
        lines += _rows(
            ["Parameter", "Width", "What it is"],
            [[f"`{name}`", f"{width:.2f}", _md(_meaning(name))] for width, name in narrow],
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
    rows = [[_md(pattern), ", ".join(f"`{name}`" for name in names)] for pattern, names in moved.items()]
    return ["### What moves each pattern most", "", "By the emulator, over the whole range of each parameter.", "",
            *_rows(["Pattern", "Five parameters, the strongest first"], rows)]  # fmt: skip


def _variants() -> list[str]:
    table = variants()
    rows = []
    for row in table.itertuples():
        moved = len(row.recentred)
        rows.append([_md(row.Index), _md(row.question), _md(row.answer), *(_miss(x) for x in (row.miss_before, row.miss_after, row.miss_fresh)),
                     moved or "none", _md(row.source)])  # fmt: skip
    head = ["Variant", "Question", "Answer", "Miss before", "after", "fresh", "Parameters moved", "Source"]
    return [
        "## Variants of the rules", "",
        "Rules that could as well be others. Each was brought back to the record with values of its own "
        "(`python -m multitrack_sim.evidence.recentring`). Miss: mean squared miss of the patterns that may be fitted, in standard "
        "deviations; before and after over conflicts that the values were chosen with, and over fresh ones. A variant that misses much "
        "more than the first is a poor alternative: what it says weighs as much as the others all the same.", "",
        *_rows(head, rows),
    ]  # fmt: skip


def _miss(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"


# ---- coded conflicts -------------------------------------------------------------------------------------------------
def _coded(scores: Mapping[str, KeptScores], captions: Mapping[str, str]) -> list[str]:
    lines = ["## Coded conflicts beside what happened", "",
             "Rules gave the codes ([how](coding.md)), nobody who knew the end. Missing codes are drawn from the reference population "
             f"given the others. {HINDSIGHT}", "", _picture("coded_conflicts.png", captions), ""]  # fmt: skip
    made = {kept.about["model"] for kept in scores.values()}
    if made != {model_version()}:
        lines += [
            "These scores were made with an earlier version of the model; the record's files were not there this time.",
            "",
        ]
    lines += _rows(
        ["Cases", "Outcome", "Cases scored", "Happened", "Model gives", "Brier", "Area under the curve", "Slope", f"Against the {BASE}",
         f"Against {CODE}", f"Against the {REGRESSION}"],
        [row for name, kept in scores.items() for row in _score_rows(name, kept)],
    )  # fmt: skip
    lines += [
        "Against others: the model's Brier score less theirs (below 0 the model is better), 95% interval by a paired bootstrap.",
        "",
    ]
    for name, kept in scores.items():
        lines += [f"### {capital(name)}", "", _md(capital(what_are(name)) + "."), ""]
        lines += [line for one in kept.outcomes for line in (f"- {_md(outcome_sentences(one))}",)]
        lines += [f"- {_md(note)}" for note in kept.notes] + [""]
    return lines


def _score_rows(name: str, kept: KeptScores) -> Iterator[list[str]]:
    for one in kept.outcomes:
        if not one.cases:
            continue
        among = name if one.among == "all cases" else f"{name}, {one.among.removeprefix('cases ')}"
        line, area = one.recalibration, one.area
        slope = "not estimated" if math.isnan(line.slope) else _ends(line.slope, line.slope_low, line.slope_high)
        yield [among, OUTCOME[one.name], str(one.cases), percent(one.happened / one.cases), percent(one.predicted), three(one.brier),
               _ends(area.value, area.low, area.high), slope, *(_against(one, called) for called in (BASE, CODE, REGRESSION))]  # fmt: skip


def _ends(value: float, low: float, high: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")


def _against(one: ScoredOutcome, called: str) -> str:
    rival = next((rival for rival in one.rivals if rival.name.startswith(called)), None)
    if rival is None:
        return "not fitted"
    gap = rival.difference
    return f"{three(gap.value)} ({three(gap.low)} to {three(gap.high)}): {gap.verdict}"


def _figures(figures: pd.DataFrame) -> list[str]:
    lines = [
        "## The record's figures, computed anew from their owners' files",
        "",
        _md(told_agreement(figures)),
        "",
        _md(RULES_SOUGHT),
        "",
    ]
    apart = figures[figures["agreement"].str.startswith(("differs", "outside"))]
    if len(apart):
        rows = [[row.figure, _md(row.pattern), f"{number(row.value)} ({number(row.low)} to {number(row.high)})",
                 f"{number(row.recorded)} ({number(row.recorded_low)} to {number(row.recorded_high)})", _md(row.agreement)]
                for row in apart.itertuples()]  # fmt: skip
        lines += _rows(["", "Figure", "From the files", "On record", "Do they agree?"], rows)
    return [*lines, *(f"- {_md(line)}" for line in told_not_computed(figures)), ""]


# ---- the headline ----------------------------------------------------------------------------------------------------
def _headline(held: Mapping[str, Any], captions: Mapping[str, str]) -> list[str]:
    people = held["population"]
    lines = [
        "## The headline: Track II over all plausible assumptions", "",
        f"{people['pairs']:,} pairs of runs of {people['conflicts']:,} conflicts of the reference population, with and without Track II, "
        f"over {people['months']} months; {people['sets']} plausible sets and {people['variants']} variants of the rules take turns "
        "(`multitrack headline`)." + ("" if held["model"] == model_version() else " Made with an earlier version of the model."), "",
        _picture("headline.png", captions), "", *(f"- {_md(line)}" for line in headline_lines(people)), "",
        "### In each case", "",
    ]  # fmt: skip
    rows = [
        [_md(found["title"]), *(_md(_effect(found, outcome)) for outcome in found["outcomes"]), _parts(next(iter(found["outcomes"].values())))]
        for found in held["cases"].values()
    ]  # fmt: skip
    lines += _rows(["Case", "Reaching an agreement", "Under an agreement", "Violence", "Doubt about the first"], rows)
    return [*lines, "The cases were coded by people who knew how they ended.", ""]


def _effect(found: Mapping[str, Any], outcome: str) -> str:
    return effect_told(found, outcome).removeprefix("With Track II, ")


def _parts(one: Mapping[str, Any]) -> str:
    told = [f"{percent(share)} {CALLED_PARTS[part]}" for part, share in one["shares"].items() if share is not None]
    return ", ".join(told) or "none: every pair is alike"


def _again() -> list[str]:
    return [
        "## How to make all of it again", "",
        "- `make evidence`: the headline, then every number of this page and of the README's headline, from the plausible sets and "
        "variants that come with the package. What needs the owners' files is made anew where they lie in "
        "`../shared/evidence/data` beside the checkout (`ARGS=\"--record FOLDER\"` names another folder).",
        "- `make calibrate`: the plausible sets themselves. Hours; safe to interrupt, repeat to resume.",
        "- `python -m multitrack_sim.evidence.recentring`: the variants' own values.",
        "- By hand: `multitrack evidence`, `multitrack validate`, `multitrack validate --cases FILE`, `multitrack headline`.", "",
    ]  # fmt: skip
