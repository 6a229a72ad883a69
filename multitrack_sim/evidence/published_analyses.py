"""Published analyses re-run on the model's output, beside their originals: same design, same table, differences said.

Beside what the design finds in the reference population, where hard cases get helpers, stands what the same design finds
where the model gives them by lot: every conflict is run with and without, on the same seeds. Where the two differ, the
design did not recover the model's own effect.

`python -m multitrack_sim.evidence.published_analyses --out FILE` makes the page.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..engine.sources import model_version
from .population import POPULATION, Population, Record
from .published_designs import DESIGNS, Claim, Design
from .published_measures import HAS, HAZARD, NOTHING, POINTS, RATIOS, Found

__all__ = ["COLUMNS", "by_lot", "page", "published_analyses", "recovered_in_words", "sign_in_words"]

COLUMNS = {
    "analysis": "which published analysis",
    "claim": "which line of it",
    "what": "what is compared",
    "unit": "points, odds ratio, hazard ratio, area under the curve, or a difference of areas",
    "original": "what the original reports",
    "tag": "S: read in a source; M: from memory",
    "model": "what the design finds in runs of the reference population",
    "low": "lower end of its 95% interval",
    "high": "upper end",
    "rows": "rows behind it",
    "conflicts": "conflicts behind it",
    "in_words": "the original's sign and the model's",
    "by_lot": "what the same design finds where the model gives the variable by lot",
    "by_lot_low": "lower end of its 95% interval",
    "by_lot_high": "upper end",
    "recovered": "whether the design recovers that, in words",
    "samples": "how many samples of the original's size were drawn",
    "small_low": "in samples of the original's size, 95% of estimates lie above this",
    "small_high": "and below this",
    "small_shown": "share of such samples in which the interval excludes no difference on the original's side",
    "small_as_far": "share of such samples in which the estimate is as large as the original's",
}
SAMPLES = 200  # of the original's size
SIGNIFICANT = 1.959963984540054
SEED, CONFLICTS, TRIED = 4_211, 3_000, 800


# ---- the model's own intervention ------------------------------------------------------------------------------------
def by_lot(
    population: Population,
    codes: Sequence[str],
    conflicts: int,
    runs: int = 1,
    threads: int = 2,
    settings: Mapping[str, Any] | None = None,
) -> Record:
    """The first conflicts of a population, each run once for every way to have or not to have what these codes stand for,
    on the same seeds: a conflict that has it gets by lot one of the codes of those who do, else one of those who do not.
    `settings` are those that the population was made with.
    """
    rng = np.random.default_rng(population.seed)
    kept = population.codes.head(conflicts).reset_index(drop=True)
    arms = []
    for given in itertools.product((False, True), repeat=len(codes)):
        drawn = {code: _lot(code, wanted, len(kept), rng) for code, wanted in zip(codes, given)}
        other = kept.assign(**drawn).to_dict("records")
        arm = Population(other, population.seed, population.months, settings)
        arms.append(arm.run(runs=runs, threads=threads))
    return joined(arms)


def _lot(code: str, wanted: bool, count: int, rng: np.random.Generator) -> np.ndarray:
    """So many codes of those in the population who have it, or who do not."""
    values = np.arange(len(POPULATION[code]))
    shares = np.array(POPULATION[code]) * ((values >= HAS) == wanted)
    return rng.choice(values, count, p=shares / shares.sum())


def joined(records: Sequence[Record]) -> Record:
    """Records as one; runs are numbered on, conflicts of the same number stay one conflict."""
    starts = np.cumsum([0] + [len(record.runs) for record in records])
    parts = {
        name: pd.concat(
            [
                getattr(record, name).assign(run=getattr(record, name)["run"] + at)
                for record, at in zip(records, starts)
            ],
            ignore_index=True,
        )
        for name in ("runs", "agreements", "attacks", "texts")
    }
    return Record(**parts, months=records[0].months)


# ---- the table -------------------------------------------------------------------------------------------------------
def published_analyses(
    record: Record, tried: dict[str, Record] | None = None, samples: int = SAMPLES, seed: int = SEED
) -> pd.DataFrame:
    """Every line of every analysis, one row each: `COLUMNS` says what the columns mean.

    `record` holds runs of the reference population; `tried`, where given, for every analysis (by its id) what `by_lot`
    made of the codes in question. What cannot be estimated is missing, and the words say "cannot tell".
    """
    rows = []
    for design in DESIGNS:
        trial = (tried or {}).get(design.id)
        measured, by_chance = design.measure(record), design.measure(trial) if trial is not None else {}
        for claim in design.claims:
            found = measured[claim.id]
            row = {
                "analysis": design.id, "claim": claim.id, "what": claim.what, "unit": claim.unit,
                "original": claim.original, "tag": claim.tag, "model": found.value, "low": found.low, "high": found.high,
                "rows": found.rows, "conflicts": found.conflicts, "in_words": sign_in_words(claim, found),
            }  # fmt: skip
            if by_chance and claim.tried:
                lot = by_chance[claim.id]
                row |= {"by_lot": lot.value, "by_lot_low": lot.low, "by_lot_high": lot.high}
                row["recovered"] = recovered_in_words(found, lot, claim.unit)
            if claim.size:
                row |= in_small_samples(claim, record, samples, seed)
            rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def sign_in_words(claim: Claim, found: Found) -> str:
    """Same sign, opposite, or cannot tell: the interval decides, and what the original says. Where the original gives a
    size, and the whole interval lies on this side or on that of it, "weaker" or "stronger" is added.

    >>> no_claim = Claim("", "", POINTS, "", "", 0)
    >>> sign_in_words(no_claim, Found(5.0, 2.0, 8.0, 100, 50))
    'nothing to compare'
    """
    if claim.sign == 0:
        return "nothing to compare"
    side = _side(found, claim.unit)
    if side != claim.sign:
        return "cannot tell" if side == 0 else "opposite"
    beyond = [claim.sign * (end - claim.value) for end in (found.low, found.high)]
    size = ", weaker" if max(beyond) < 0 else ", stronger" if min(beyond) > 0 else ""
    return f"same sign{size}"


def _side(found: Found, unit: str) -> int:
    """The side of no difference on which the whole interval lies; 0 where it lies on both or is not known."""
    nothing = NOTHING[unit]
    return 1 if found.low > nothing else -1 if found.high < nothing else 0


def recovered_in_words(found: Found, lot: Found, unit: str) -> str:
    """Whether what a design finds differs from what the same design finds by lot, by more than chance explains.

    >>> recovered_in_words(Found(5, 3, 7, 9, 9), Found(15, 13, 17, 9, 9), POINTS)
    'too low'
    """
    (one, spread), (other, more) = (_on_a_line(each, unit) for each in (found, lot))
    if not np.isfinite([one, spread, other, more]).all():
        return "cannot tell"
    gap, error = one - other, math.hypot(spread, more)
    if abs(gap) <= SIGNIFICANT * error:
        return "within chance of it"
    if _side(found, unit) * _side(lot, unit) < 0:
        return "opposite sign"
    return "too high" if gap > 0 else "too low"


def _on_a_line(found: Found, unit: str) -> tuple[float, float]:
    """An estimate and its standard error where intervals are symmetric: ratios as logarithms."""
    ends = [found.value, found.low, found.high]
    if unit in RATIOS:
        ends = [math.log(end) if end > 0 else math.nan for end in ends]
    return ends[0], (ends[2] - ends[1]) / (2 * SIGNIFICANT)


def in_small_samples(claim: Claim, record: Record, samples: int, seed: int) -> dict[str, float]:
    """What samples of as many conflicts as the original had would say: the middle 95% of estimates, and the share that
    show a difference on the original's side.
    """
    if claim.small is None:
        return {}
    rng = np.random.default_rng(seed)
    relevant = record.runs if claim.unit != HAZARD else record.runs[record.runs["agreed"] > 0]
    conflicts = relevant["conflict"].unique()
    if len(conflicts) < claim.size:
        return {}
    found = []
    for _ in range(samples):
        drawn = rng.choice(conflicts, claim.size, replace=False)
        found.append(claim.small(record.of(record.runs["conflict"].isin(drawn).to_numpy())))
    values = np.array([each.value for each in found])
    known = values[np.isfinite(values)]
    if not len(known):
        return {}
    low, high = np.quantile(known, (0.025, 0.975))
    shown = np.mean([_side(each, claim.unit) == claim.sign for each in found])
    far = np.mean(claim.sign * (np.nan_to_num(values, nan=NOTHING[claim.unit]) - claim.value) >= 0)
    return {"samples": samples, "small_low": low, "small_high": high, "small_shown": shown, "small_as_far": far}


# ---- the page --------------------------------------------------------------------------------------------------------
def page(table: pd.DataFrame, record: Record, tried: Mapping[str, Record] | None = None, depth: int = 2) -> list[str]:
    """The analyses as lines of Markdown, headings from this depth: what was done there and here, both in one table, how
    they differ.
    """
    mark = "#" * depth
    runs, conflicts = len(record.runs), record.runs["conflict"].nunique()
    lines = [
        f"{mark} Published analyses re-run on the model",
        "",
        f"Each design is applied to {runs:,} runs of {conflicts:,} conflicts of the reference population, where hard cases"
        ' get helpers (column "Model"). It is applied again to conflicts that the model ran with and without, on the same'
        ' seeds ("By lot"). If both agree within chance, the design recovers the model\'s own effect. If not, who gets'
        ' helpers misled it: it finds too much ("too high"), too little ("too low"), or the opposite.',
        "",
        "Intervals are 95%, and rows of one conflict count as one. They cover random variation, not assumptions."
        " S: read in a source; M: from memory, not checked. Of none of the four could a table of coefficients be read, so"
        " signs and orders are compared. These are model results; they are no evidence about real conflicts.",
        "",
    ]
    for design in DESIGNS:
        part = table[table["analysis"] == design.id]
        lines += [f"{mark}# {design.paper}", "", *_declared(design), "", *_rows(design, part), ""]
        lines += [*_shares(design, record, "in the reference population")]
        if tried and design.id in tried:
            lines += [*_shares(design, tried[design.id], "by lot")]
        for row in part.dropna(subset=["small_low"]).to_dict("records"):
            lines += [_small(row, next(claim for claim in design.claims if claim.id == row["claim"])), ""]
        lines += ["How the designs differ:", "", *(f"- {each}" for each in design.differs), ""]
    return lines


def _declared(design: Design) -> list[str]:
    told = {
        "Read": design.read, "Unit": design.unit, "Sample": design.sample, "Outcome": design.outcome,
        **{name[0].upper() + name[1:]: meaning for name, meaning in design.variables.items()},
        "Estimator": design.estimator,
    }  # fmt: skip
    return [f"- {name}: {text}" for name, text in told.items()]


def _rows(design: Design, part: pd.DataFrame) -> list[str]:
    tried = bool(design.assigned) and part["by_lot"].notna().any()
    head = ["What", "Original", "Model", "Against the original"] + (["By lot", "Design recovers it?"] if tried else [])
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in part.to_dict("records"):
        tag = f" ({row['tag']})" if row["tag"] else ""
        model = _told(row["model"], row["low"], row["high"], row["unit"])
        cells = [row["what"], f"{row['original']}{tag}", model, row["in_words"]]
        if tried:
            lot = _told(row["by_lot"], row["by_lot_low"], row["by_lot_high"], row["unit"])
            cells += [lot, row["recovered"]] if isinstance(row["recovered"], str) else ["", ""]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _told(value: float, low: float, high: float, unit: str) -> str:
    if not np.isfinite(value):
        return "not estimated"
    between = f"[{_number(low, unit)} to {_number(high, unit)}]" if np.isfinite([low, high]).all() else "[no interval]"
    return f"{_number(value, unit)} {'points ' if unit == POINTS else ''}{between}"


def _number(value: float, unit: str) -> str:
    return (f"{value:+.1f}" if unit == POINTS else f"{value:.2f}").replace("-", "−")


def _shares(design: Design, record: Record, where: str) -> list[str]:
    """The plain table behind a design: shares by who has what."""
    told = [
        f"{name} {100 * happened.mean():.0f}% of {len(happened):,}"
        for name, happened in design.groups(record).items()
        if len(happened)
    ]
    return [f"Shares {where}: {'; '.join(told)}.", ""] if told else []


def _small(row: Mapping[str, Any], claim: Claim) -> str:
    ends = " and ".join(_number(row[end], claim.unit) for end in ("small_low", "small_high"))
    unit = " points" if claim.unit == POINTS else ""
    return (
        f"In {row['samples']:.0f} samples of {claim.size} conflicts, as many as the original had, 95% of estimates"
        f" (without controls) lie between {ends}{unit}. In {100 * row['small_shown']:.0f}% the interval excludes no"
        f" difference on the original's side; {100 * row['small_as_far']:.0f}% are as large as what the original reports."
    )


def run_all(
    conflicts: int = CONFLICTS, tried: int = TRIED, samples: int = SAMPLES, seed: int = SEED, threads: int = 2
) -> tuple[pd.DataFrame, Record, dict[str, Record]]:
    """The table, with the runs of the reference population and those by lot that it was made of."""
    population = Population(conflicts, seed)
    record = population.run(threads=threads)
    trials = {d.id: by_lot(population, d.assigned, tried, threads=threads) for d in DESIGNS if d.assigned}
    return published_analyses(record, trials, samples, seed), record, trials


def main(argv: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="the page, in Markdown")
    options.add_argument("--conflicts", type=int, default=CONFLICTS, help="of the reference population")
    options.add_argument("--tried", type=int, default=TRIED, help="of them run by lot, in every way")
    options.add_argument("--samples", type=int, default=SAMPLES, help="of the originals' size")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--threads", type=int, default=2)
    chosen = options.parse_args(argv)
    table, record, tried = run_all(chosen.conflicts, chosen.tried, chosen.samples, chosen.seed, chosen.threads)
    made = (
        f"Made by `python -m multitrack_sim.evidence.published_analyses`, seed {chosen.seed}, model {model_version()}."
    )
    chosen.out.write_text("\n".join([*page(table, record, tried, 1), made, ""]), "utf-8")


if __name__ == "__main__":
    main()
