"""A case as the model gives it beside what happened, said in plain words that follow from the numbers alone.

No case has words of its own. What history gives is one run of chance too: a case is called "as in history" where what
happened is what most runs do, and where it lies within what four fifths of the runs do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..analysis.intervals import share_interval, unpaired_shares
from ..analysis.summary import paired_difference
from ..analysis.verdicts import excludes, verdict_in_words
from ..reports.words import interval, month_name, percent, points, with_ends
from ..scenario.scenario import Scenario
from ..schema.categories import Agreement
from .validation import YEARS_5, holding

__all__ = [
    "ACCORDS", "CALLED", "FACTOR", "SHORT", "Happened", "Version", "apart", "differences", "finding", "happened", "history",
    "in_short", "in_sequence", "most_reach_one", "of_the_same_order", "times_history", "without_track_two",
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
SHORT = {"ceasefire": "ceasefire", "framework": "partial", "comprehensive": "comprehensive"}
KINDS = Agreement.words()


@dataclass(frozen=True)
class Happened:
    """What is recorded of a case: its most far-reaching agreement, whether that held, and all with their months."""

    kind: str = ""
    held: str = ""
    agreements: tuple[tuple[str, float], ...] = ()  # kind and month, in order

    def month(self, kind: str) -> float | None:
        """The month of the first agreement that reaches at least as far as this kind, where it is recorded."""
        months = [month for one, month in self.agreements if KINDS.index(one) >= KINDS.index(kind)]
        return min(months, default=None)


def happened(scenario: Scenario) -> Happened:
    """What a scenario's history and record say; the record's one agreement where the history lists none."""
    record = scenario.record
    dated = [(row["agreement"], row["date"]) for row in scenario.history if "agreement" in row]
    agreements = [(kind, float(_month(date) - _month(scenario.month_zero))) for kind, date in dated]
    kind = str(record.get("agreement") or "")
    if not agreements and kind not in ("", "none") and record.get("months") is not None:
        agreements = [(kind, float(record["months"]))]
    kinds = [one for one in (kind, *(one for one, _ in agreements)) if one]
    return Happened(max(kinds, key=KINDS.index, default=""), str(record.get("held_60") or ""), tuple(agreements))


def _month(date: str) -> int:
    year, month = date.split("-")[:2]
    return 12 * int(year) + int(month)


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


def history(record: Happened) -> str:
    """What happened, in a few words.

    >>> history(Happened("framework", "no", (("framework", 8.0),)))
    'a partial agreement after 8 months, which did not hold for five years'
    >>> history(Happened("comprehensive", "yes", (("framework", 1.0), ("ceasefire", 4.0), ("comprehensive", 31.0))))
    'a partial agreement after 1 month, a comprehensive one after 31 months, which held for five years'
    """
    if not record.kind:
        return "not recorded"
    first = next((kind for kind, _ in record.agreements if kind in ACCORDS), record.kind)
    text = CALLED[first] + _after(record.month(first))
    if first != record.kind:
        text += f", a {SHORT[record.kind]} one{_after(record.month(record.kind))}"
    return text + {"yes": ", which held for five years", "no": ", which did not hold for five years"}.get(
        record.held, ""
    )


def _after(months: float | None) -> str:
    return "" if months is None else f" after {months:g} month{'' if months == 1 else 's'}"


def in_sequence(record: Happened, month_zero: str) -> str:
    """Every recorded agreement by its kind and month, in a line; nothing where there is none."""
    told = []
    for kind, month in record.agreements:
        calendar = month_name(month_zero, month)
        told.append(f"{SHORT[kind]} in month {month:g}{f' ({calendar})' if calendar else ''}")
    return f"Agreements: {', '.join(told)}." if told else ""


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


def finding(version: Version, record: Happened) -> str:
    """In a few words, whether the model gives what happened, and in what it does not."""
    if not record.kind:
        return "nothing recorded"
    off = [name for name, (agrees, _) in _compared(version, record).items() if not agrees]
    return f"differs: {', '.join(off)}" if off else "as in history"


def differences(version: Version, record: Happened) -> str:
    """What the model gives, and where and why it differs from what happened, in sentences."""
    told = [f"From {version.name} the model gives {_given(version)}."]
    if record.kind:
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


def _compared(version: Version, record: Happened) -> dict[str, tuple[bool, str]]:
    """What can be compared: whether the model agrees with history in it, and the sentence that says so.

    Like with like: the first partial or comprehensive agreement with history's first, a comprehensive one with its first
    comprehensive one.
    """
    found = {"agreement": _kind_compared(version, record.kind)}
    for kind, name in (("framework", "time"), ("comprehensive", "time of a comprehensive one")):
        months = record.month(kind)
        if months is not None and len(version.months_to(kind)):
            found[name] = _time_compared(version, kind, months)
    if record.kind in ACCORDS and record.held in ("yes", "no") and not math.isnan(version.held[0]):
        found["holding"] = _holding_compared(version, record.held == "yes")
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


def _time_compared(version: Version, kind: str, months: float) -> tuple[bool, str]:
    early, late = np.quantile(version.months_to(kind), WITHIN)
    called = "comprehensive" if kind == "comprehensive" else "first"
    span = f"four fifths of the model's {called} agreements come between month {early:.0f} and month {late:.0f}"
    by_then = float((version.months_to(kind) <= months).sum() / len(version.table))
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
    """The median of the model's months as a multiple of history's; not a number where there is none. What comes within
    the month of the opening counts as one month, on both sides.
    """
    return max(float(np.median(found)), 1.0) / max(months, 1.0) if len(found) else math.nan


def of_the_same_order(found: np.ndarray, months: float) -> bool:
    """Whether the median month lies within a factor of history's."""
    return 1 / FACTOR <= times_history(found, months) <= FACTOR
