"""A case as the model gives it beside what happened, said in plain words that follow from the numbers alone.

No case has words of its own. What history gives is one run of chance too: a case is called "as in history" where what
happened is what most runs do, and where it lies within what four fifths of the runs do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.intervals import share_interval, unpaired_shares
from ..analysis.summary import paired_difference
from ..analysis.verdicts import excludes, verdict_in_words
from ..reports.words import interval, percent, points, with_ends
from .validation import YEARS_5, holding

__all__ = [
    "CALLED", "FACTOR", "SHORT", "Version", "apart", "differences", "finding", "history", "in_short", "most_reach_one",
    "of_the_same_order", "times_history", "without_track_two",
]  # fmt: skip

ACCORDS = ("framework", "comprehensive")
MOST = 0.5  # of the runs: what the model is said to give
FEW = 20  # agreements, below which a share of them is to be read with care
WITHIN = (0.1, 0.9)  # of the agreements: their usual months
FACTOR = 3.0  # a median month so far from history's is called of the same order
CALLED = {
    "none": "no agreement", "ceasefire": "a ceasefire", "framework": "a partial agreement",
    "comprehensive": "a comprehensive agreement",
}  # fmt: skip
SHORT = {"framework": "partial", "comprehensive": "comprehensive"}


@dataclass(frozen=True)
class Version:
    """One way of running a case (from its file, from its codes), and what came out."""

    name: str
    table: pd.DataFrame
    horizon: float  # months

    def share(self, name: str) -> tuple[float, float, float]:
        """An outcome of 0 or 1: the share of runs, with its interval."""
        return share_interval(int(self.table[name].sum()), len(self.table))

    def kind(self, kind: str) -> tuple[float, float, float]:
        """The share of runs whose most far-reaching agreement is of this kind."""
        return share_interval(int((self.table["highest_agreement"] == kind).sum()), len(self.table))

    @property
    def months(self) -> np.ndarray:
        """The months of the first partial or comprehensive agreements, of the runs that have one."""
        return self.table["months_to_substantive"].dropna().to_numpy()

    def months_to(self, kind: str) -> np.ndarray:
        """The months of the first agreements that reach at least as far as this kind."""
        return self.table["months_to_comprehensive"].dropna().to_numpy() if kind == "comprehensive" else self.months

    @property
    def within(self) -> str:
        """Within how long: every share and every month of a version is meant so."""
        return f"within {self.horizon:g} months"

    @property
    def held(self) -> tuple[float, float, float]:
        """Of the first agreements that could be seen for five years, the share that stood for them."""
        return share_interval(*holding(self.table, self.horizon))

    @property
    def opened(self) -> np.ndarray:
        """The runs in which parties came to talk: officially, or in a back channel."""
        return ((self.table["talks_opened"] > 0) | (self.table["back_channels"] > 0)).to_numpy()


def history(record: Mapping[str, Any]) -> str:
    """What happened, in a few words.

    >>> history({"agreement": "framework", "months": 8.0, "held_60": "no"})
    'a partial agreement after 8 months, which did not hold for five years'
    """
    kind, months, held = (record.get(name) for name in ("agreement", "months", "held_60"))
    if not kind:
        return "not recorded"
    text = CALLED[str(kind)]
    text += f" after {months:g} month{'' if months == 1 else 's'}" if months is not None else ""
    return text + {"yes": ", which held for five years", "no": ", which did not hold for five years"}.get(str(held), "")


def in_short(version: Version) -> str:
    """What the model gives, for a cell of a table."""
    agreed = version.share("agreed")[0]
    if not len(version.months):
        return f"talks or a back channel in {percent(float(version.opened.mean()))}, no agreement {version.within}"
    kinds = [f"{SHORT[kind]} {percent(version.kind(kind)[0])}" for kind in ACCORDS if version.kind(kind)[0] > 0]
    seen = holding(version.table, version.horizon)[1]
    held = "" if seen < FEW else f", {percent(version.held[0])} of them held"
    middle = f"half of these by month {np.median(version.months):.0f}"
    return f"an agreement {version.within} in {percent(agreed)} (at most {', '.join(kinds)}), {middle}{held}"


def finding(version: Version, record: Mapping[str, Any]) -> str:
    """In a few words, whether the model gives what happened, and in what it does not."""
    if not record.get("agreement"):
        return "nothing recorded"
    off = [name for name, (agrees, _) in _compared(version, record).items() if not agrees]
    return f"differs: {', '.join(off)}" if off else "as in history"


def differences(version: Version, record: Mapping[str, Any]) -> str:
    """What the model gives, and where and why it differs from what happened, in sentences."""
    told = [f"From {version.name} the model gives {_given(version)}."]
    if record.get("agreement"):
        told += [sentence for _, sentence in _compared(version, record).values()]
    return " ".join(told)


def _given(version: Version) -> str:
    agreed = interval(*version.share("agreed"))
    if not len(version.months):
        most = percent(version.share("agreed")[2])
        return f"an agreement {version.within} in none of {len(version.table):,} runs (95% interval up to {most})"
    middle = f"half of these by month {np.median(version.months):.0f}"
    whole = version.table["months_to_comprehensive"].dropna()
    then = f"a comprehensive one in {percent(len(whole) / len(version.table))}"
    then += f", half of these by month {whole.median():.0f}" if len(whole) else ""
    return f"a partial or comprehensive agreement {version.within} in {agreed} of the runs, {middle}; {then}"


def _compared(version: Version, record: Mapping[str, Any]) -> dict[str, tuple[bool, str]]:
    """What can be compared: whether the model agrees with history in it, and the sentence that says so."""
    kind, months, held = (record.get(name) for name in ("agreement", "months", "held_60"))
    found = {"agreement": _kind_compared(version, str(kind))}
    if kind in ACCORDS and months is not None and len(version.months):
        found["time"] = _time_compared(version, float(months))
    if kind in ACCORDS and held in ("yes", "no") and not math.isnan(version.held[0]):
        found["holding"] = _holding_compared(version, held == "yes")
    return found


def _kind_compared(version: Version, kind: str) -> tuple[bool, str]:
    share = version.share("agreed")[0]
    if kind == "none":
        if share < MOST:
            return True, f"As in history, most runs reach no agreement {version.within}{_far_from_talks(version)}."
        return (
            False,
            f"It misses the case, because an agreement comes in {percent(share)} of the runs where history had none.",
        )
    here = version.kind(kind)[0]
    what = CALLED[kind]
    if here >= MOST:
        return True, f"As in history, most runs ({percent(here)}) come to {what} at most, {version.within}."
    if kind not in ACCORDS:
        return False, f"It misses the case, because only {percent(here)} of the runs come to {what} and no more."
    return False, f"It misses the case ({what} in {percent(here)} of the runs), because {_weakest_link(version, kind)}."


def _far_from_talks(version: Version) -> str:
    return f"; talks or a back channel open in {percent(float(version.opened.mean()))} of the runs"


def _weakest_link(version: Version, kind: str) -> str:
    """Where on the way to such an agreement most runs are lost: before talks, in talks, or in what comes of them."""
    opened = int(version.opened.sum())
    agreed = int(version.table["agreed"].sum())
    of_kind = int((version.table["highest_agreement"] == kind).sum())
    open_, agreement, right = opened / len(version.table), agreed / max(opened, 1), of_kind / max(agreed, 1)
    links = {
        f"talks or a back channel open in only {percent(open_)} of the runs": open_,
        f"of the runs in which talks or a back channel open, only {percent(agreement)} come to an agreement": agreement,
        f"only {percent(right)} of the runs with an agreement come to that kind and no further": right,
    }
    if not opened:
        return "neither talks nor a back channel open in any run"
    if not agreed:
        return f"none of the {opened:,} runs in which talks or a back channel open comes to an agreement"
    return min(links, key=lambda link: links[link])


def _time_compared(version: Version, months: float) -> tuple[bool, str]:
    early, late = np.quantile(version.months, WITHIN)
    span = f"four fifths of the model's first agreements come between month {early:.0f} and month {late:.0f}"
    by_then = float((version.table["months_to_substantive"] <= months).mean())
    so_far = f"by month {months:g}, {percent(by_then) if by_then else 'none'} of all runs have one"
    if early <= months <= late:
        return True, f"The time fits: {span} (history: {months:g}); {so_far}."
    how = "later" if months < early else "sooner"
    return False, f"It comes {how} than in history: {span}, where history took {months:g}; {so_far}."


def _holding_compared(version: Version, held: bool) -> tuple[bool, str]:
    share, low, high = version.held
    count = holding(version.table, version.horizon)[1]
    agrees = (share >= MOST) == held
    seen = f"{interval(share, low, high)} of the {count:,} first agreements that could be seen so long stood for {YEARS_5} months"
    few = "" if count >= FEW else " (few agreements: read this with care)"
    if agrees:
        return True, f"As in history, {'most stand' if held else 'most do not stand'}: {seen}{few}."
    return False, f"In history it {'stood' if held else 'did not stand'}, in the model {seen}{few}."


def apart(one: Version, two: Version) -> tuple[bool, str]:
    """Whether two versions of a case give agreements equally often, as far as chance lets one tell, and by how much not."""
    counts = [int(version.table["agreed"].sum()) for version in (one, two)]
    found = unpaired_shares(counts[0], counts[1], len(one.table))
    gap, low, high = (round(100 * float(value)) for value in found)  # whole points, and no -0
    if not excludes(float(found[1]), float(found[2])):
        return True, f"alike ({gap:+d} points, {low:+d} to {high:+d})"
    return False, f"{abs(gap)} points {'more' if gap > 0 else 'fewer'} from {one.name} ({low:+d} to {high:+d})"


def without_track_two(with_it: Version, without: Version) -> str:
    """What Track II changes in the model, on the same seeds, in a sentence or two."""
    agreed = paired_difference(with_it.table, without.table, "agreed")
    months = paired_difference(with_it.table, without.table, "months_under_accord", horizon=with_it.horizon)
    if not agreed.only_a and not agreed.only_b:
        told = f"With Track II or without, on the same seeds, the same of the {agreed.pairs:,} runs reach an agreement"
        told += f" {with_it.within}"
    else:
        change = points(agreed.difference, agreed.low, agreed.high)
        told = f"Track II changes the share of runs with an agreement {with_it.within} by {change}, "
        told += f"{verdict_in_words(agreed.verdict)}: on the same seeds {agreed.only_a} runs reach one only with it, "
        told += f"{agreed.only_b} only without"
    if not months.only_a and not months.only_b:
        return f"{told}. No run has more or fewer months under an agreement."
    verdict = "" if math.isnan(months.low) else f", {verdict_in_words(months.verdict)}"
    change = with_ends(months.difference, months.low, months.high)
    return f"{told}. Months under an agreement change by {change}{verdict}."


def most_reach_one(version: Version) -> bool:
    """Whether most runs come to a partial or comprehensive agreement."""
    return version.share("agreed")[0] >= MOST


def times_history(found: np.ndarray, months: float) -> float:
    """The median of the model's months as a multiple of history's; not a number where there is none."""
    return float(np.median(found)) / months if len(found) and months > 0 else math.nan


def of_the_same_order(found: np.ndarray, months: float) -> bool:
    """Whether the median month lies within a factor of history's."""
    return 1 / FACTOR <= times_history(found, months) <= FACTOR
