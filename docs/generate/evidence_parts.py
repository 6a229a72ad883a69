"""The parts of `docs/evidence.md`: sentences and tables that follow from numbers, and what was imposed or never tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from multitrack_sim.evidence.beside_record import BesideRecord
from multitrack_sim.evidence.packaged_scores import KeptScores
from multitrack_sim.evidence.prior import CHOICES, CONVENTIONS, prior
from multitrack_sim.evidence.published_designs import DESIGNS
from multitrack_sim.evidence.validation_terms import (
    CODE,
    COMPATIBLE,
    IMPLAUSIBLE,
    MISSED,
)
from multitrack_sim.evidence.validation_words import (
    DIRECTIONS,
    grouped,
    in_short,
    number,
    what_was_run,
)
from multitrack_sim.reports.headline_words import headline_lines
from multitrack_sim.reports.words import capital, percent
from multitrack_sim.running.provenance import made_by

from .evidence_found import (
    OPEN,
    OUTCOME,
    again,
    calibration,
    coded,
    figures_again,
    headline_part,
    open_parameters,
    variants_part,
)
from .evidence_words import md, picture, table_of

__all__ = ["IMPOSED", "NEVER_TRIED", "Sources", "evidence_page"]


VERDICTS = {
    "better": "better than", "worse": "worse than", "no clear difference": "no clear difference from",
    "too few cases to tell": "too few cases to tell it from",
}  # fmt: skip

# What is so because the rules say so: no run could show otherwise. Each with the test that holds it.
IMPOSED = {
    "No rule reads the future: what is set from some month on changes nothing before it.": (
        "tests/test_truths.py::test_what_is_set_in_month_m_changes_nothing_before"
    ),
    "Unofficial dialogue (Track II) reaches officials only through its gates. With "
    "both closed, every official outcome is that "
    "of no Track II, bit for bit.": (
        "tests/test_truths.py::test_with_both_gates_closed_no_official_outcome_differs_from_no_track_two"
    ),
    "Where nobody can see whether measures are kept, they leave no trust.": (
        "tests/test_truths.py::test_without_detection_measures_leave_no_entry_in_the_ledger"
    ),
    "Beliefs about the other side follow Bayes' rule: on average they stay where "
    "they began, and a share p of those believed at "
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
    "Another mapping from codes to a scenario (`multitrack_sim/scenario/codebook.py`): it was written once, by judgement, "
    "and is the same in every set and variant. All that is said of coded conflicts hangs on it.",
    "Other frequencies and associations of codes in the reference population than the stated ones "
    "(`multitrack_sim/evidence/population.py`), in anything that stands here; `multitrack validate --population` takes others.",
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
        calibration(sources.beside),
        variants_part(),
        coded(sources.scores, captions),
        [str(line) for line in sources.published],
        figures_again(sources.figures),
        headline_part(sources.headline, captions),
        again(),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


# ---- in plain words --------------------------------------------------------------------------------------------------
def _plain(sources: Sources) -> list[str]:
    beside, every = sources.beside, sources.scores["conflicts"]
    lines = headline_lines(sources.headline["population"])
    judged = {name: rows[rows["implausibility"].notna()] for name, rows in grouped(beside.table).items()}
    told = [
        "This page says what speaks for the model, what speaks against it, and what nobody has looked at. A model that meets a "
        "record may do so for the wrong reasons; one that misses it is wrong somewhere, or the record is. None of this is "
        "evidence about a real conflict.",
        "",
        f"- **Matched and not.** {md(in_short(beside))}",
    ]
    if len(missed := _named(judged.get("predicted"))):
        told.append(f"- **Missed, of those that nothing was fitted to:** {missed}.")
    told.append(f"- **Conflicts that nobody who knew the end has coded.** {md(_verdicts(every))}")
    told += [f"- **The headline.** {md(lines[0])}", f"- **What would turn it.** {md(_turning(lines))}"]
    open_, all_ = open_parameters()
    if all_:
        told.append(
            f"- **Not pinned down.** Of {all_} parameters, {open_} keep {percent(OPEN)} or more of the width over which they "
            "were spread: the record says next to nothing about them, and what hangs on them is an assumption."
        )
    return [*told, ""]


def _turning(lines: Sequence[str]) -> str:
    return next((line for line in lines if "turns" in line), "")


def _named(rows: pd.DataFrame | None) -> str:
    missed = rows[rows["verdict"] == MISSED] if rows is not None else pd.DataFrame()
    return ", ".join(f"{row.Index} ({md(row.pattern)}: {row.implausibility:.1f})" for row in missed.itertuples())


def _verdicts(kept: KeptScores) -> str:
    """Of each outcome, against each rival: better, worse, or no clear difference."""
    told = []
    for one in kept.outcomes:
        if one.cases:
            against = "; ".join(f"{VERDICTS[rival.difference.verdict]} {_rival(rival.name)}" for rival in one.rivals)
            begun = "" if one.among == "all cases" else one.among.removeprefix("cases")
            told.append(f"{OUTCOME[one.name]} ({one.cases} cases{begun}): {against or 'nothing to compare with'}")
    return "The model's Brier score beside others'. " + ". ".join(capital(line) for line in told) + "."


def _rival(name: str) -> str:
    return name if name == CODE else f"the {name}"


# ---- the record ------------------------------------------------------------------------------------------------------
def _matched(beside: BesideRecord, captions: Mapping[str, str]) -> list[str]:
    parts = grouped(beside.table)
    lines = ["## What is matched, and what is not", "", picture("beside_the_record.png", captions), "",
             capital(what_was_run(beside)) + " No calibration has used this seed. The miss is in standard deviations of "
             f"record and model together; beyond {IMPLAUSIBLE:g} a pattern is missed. Wide intervals are easily met. Tags: D "
             "computed from a data file, S read in the source, M from memory.", ""]  # fmt: skip
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
            [
                row.Index, md(row.pattern), number(row.model), DIRECTIONS.get(row.verdict, row.verdict),
                f"{md(row.source)} ({row.tag})",
            ]
            for row in parts["direction"].itertuples()
        ]  # fmt: skip
        lines += table_of(["", "Pattern", "Model", "Direction", "Source"], rows)
    return [*lines, *(f"- {md(note)}" for note in beside.notes), ""]


def _what(row: Any) -> str:
    return f"{row.Index}: {md(row.pattern)}" + (f" ({md(row.note)})" if row.note else "")


def _targets(rows: pd.DataFrame) -> list[str]:
    cells = []
    for row in rows.itertuples():
        ends = f"{number(row.record)} ({number(row.record_low)} to {number(row.record_high)})"
        kind = " (experiment)" if row.kind == "intervened" else ""
        cells.append([row.Index, md(row.pattern) + kind, ends, f"{number(row.model)} ± {number(row.model_error)}",
                      f"{row.miss:+.1f}".replace("-", "−"), f"{md(row.source)} ({row.tag})"])  # fmt: skip
    return table_of(["", "Pattern", "Record (95% interval)", "Model ± error", "Miss", "Source"], cells)


# ---- what no run could show ------------------------------------------------------------------------------------------
def _imposed() -> list[str]:
    rows = [[what, f"`{test}`"] for what, test in IMPOSED.items()]
    return [
        "## Imposed by construction",
        "",
        "That runs show these proves nothing: the rules say so, or a default was set so that they hold. Tests hold them.",
        "",
        *table_of(["What is imposed", "Test"], rows),
    ]


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
    lines = [
        "## From memory",
        "",
        f"Of {len(beside.table)} patterns, {len(rows)} stand here from memory (tag M): nobody has checked them in the source for "
        f"this table. {len(fitted)} of them may be fitted.",
        "",
    ]
    lines += [f"- {_what(row)}: {md(row.source)}" for row in rows.itertuples()]
    if claims:
        lines += ["", "Of the published analyses below:", ""]
        lines += [f"- {md(design.paper)}: {md(claim.what)}" for design, claim in claims]
    return [*lines, ""]
