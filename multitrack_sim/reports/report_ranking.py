"""The report's table of variants: what each changes, what it costs, and what could go wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from markupsafe import Markup

from ..analysis.run_tables import on_same_seeds
from ..analysis.verdicts import CLEAR, IDENTICAL, TOO_FEW
from .report_answer import by_size
from .report_facts import MONEY, TOLD, Facts
from .report_markup import and_list, number, say, sentence

__all__ = [
    "KINDS",
    "kind_shares",
    "kinds_heading",
    "kinds_table",
    "pair_counts",
    "pairs_told",
    "ranking",
    "ranking_heading",
]

MOST_WRONG = 4  # effects for the worse that are named
MOST_NAMED = 3  # variants in a heading
IN_COLUMNS = ("months_under_accord", "agreed", "violence_total")  # have a column of their own


def ranking_heading(facts: Facts) -> Markup:
    """What one sees in the table."""
    first = by_size(facts)[0]
    row = facts.row(first, "months_under_accord")
    clear = [arm for arm in facts.variants if facts.is_clear(arm, "months_under_accord")]
    if not clear:
        return Markup("No variant clearly changes the months under an agreement")
    direction = "more" if row["difference"] > 0 else "fewer"
    said = "The largest change: {n} {direction} months under an agreement {name}"
    if len(facts.variants) == 1:
        said = "{n} {direction} months under an agreement {name}: what it costs, what could go wrong"
    return sentence(say(said, n=facts.n(row, "difference"), direction=direction, name=facts.with_name(first)))


def ranking(facts: Facts) -> list[dict[str, Any]]:
    """The variants in order of their effect on months under an agreement."""
    return [
        {
            "name": facts.name(arm),
            "key": facts.arms.index(arm),
            "months": _cell(facts, arm, "months_under_accord"),
            "agreed": _cell(facts, arm, "agreed"),
            "violence": _cell(facts, arm, "violence_total"),
            "cost": _cost(facts, arm),
            "worse": _pairs_worse(facts, arm),
            "wrong": _worst(facts, arm),
        }
        for arm in by_size(facts)
    ]


def _cell(facts: Facts, arm: str, outcome: str) -> dict[str, Any]:
    """A difference, its interval, and whether it is clear."""
    row = facts.row(arm, outcome)
    verdict = facts.verdict(arm, outcome)
    return {
        "difference": facts.n(row, "difference", "both"),
        "low": facts.n(row, "low", "both"),
        "high": facts.n(row, "high", "both"),
        "has_interval": not (math.isnan(row["low"]) or math.isnan(row["high"])),
        "answer": verdict,
        "strong": verdict == CLEAR,
    }


# --- money
def _cost(facts: Facts, arm: str) -> Markup:
    """What a variant spends more or less on the three programmes, in months of what the baseline spends on them."""
    base, here = (_spent(facts, name) for name in (facts.arms[0], arm))
    at = facts.arms.index(arm)
    if math.isnan(base) or math.isnan(here):
        return Markup("not recorded")
    if not base:
        return Markup("nothing spent in either") if not here else Markup("the baseline spends nothing")
    months = (here - base) / (base / facts.horizon)
    if abs(months) < 0.05:
        return Markup("the same")
    digits = 0 if abs(months) >= 10 else 1
    n = number(months, f"money:{at}", digits)
    return say("{n} months’ money {direction}", n=n, direction="more" if months > 0 else "less")


def _spent(facts: Facts, arm: str) -> float:
    """Mean money spent in a run."""
    table = facts.comparison.table(arm)
    return float(sum(table[name].mean() for name in MONEY)) if set(MONEY) <= set(table.columns) else math.nan


# --- what could go wrong
def _pairs_worse(facts: Facts, arm: str) -> Markup:
    """In how many pairs the variant had fewer months under an agreement, and in how many it lost the agreement itself."""
    row = facts.row(arm, "months_under_accord")
    worse, better = int(row["only_baseline"]), int(row["only_arm"])
    lost = int(facts.row(arm, "agreed")["only_baseline"])
    told = say(
        "fewer months under an agreement in {n} of {of} pairs (more in {better})",
        n=number(worse, facts.of(row, "only_baseline")), of=number(int(row["pairs"]), facts.of(row, "pairs")),
        better=number(better, facts.of(row, "only_arm")),
    )  # fmt: skip
    if lost:
        agreed = facts.row(arm, "agreed")
        told += say("; no agreement any longer in {n}", n=number(lost, facts.of(agreed, "only_baseline")))
    return told


def _worst(facts: Facts, arm: str) -> Markup:
    """The clear effects for the worse, by how surely they are there."""
    found = []
    for outcome, looks in TOLD.items():
        if outcome in IN_COLUMNS or not facts.is_clear(arm, outcome) or not looks.better:
            continue
        row = facts.row(arm, outcome)
        if row["difference"] * looks.better < 0:
            sureness = abs(row["difference"]) / row["error"] if row["error"] > 0 else math.inf
            found.append((sureness, outcome))
    found.sort(key=lambda one: -one[0])
    if not found:
        some = any(facts.verdict(arm, name) not in (IDENTICAL, TOO_FEW) for name in ("agreed", "attacks"))
        return Markup("no clear effect for the worse") if some else Markup("nothing told apart")
    told = [_change(facts, arm, outcome) for _, outcome in found[:MOST_WRONG]]
    more = len(found) - len(told)
    said = and_list(told)
    return said + (
        say("; {n} more in the table of all effects", n=number(more, f"more_wrong:{facts.arms.index(arm)}"))
        if more
        else ""
    )


def _change(facts: Facts, arm: str, outcome: str) -> Markup:
    """One effect in a few words: "violence higher (+4.2)"."""
    looks, row = TOLD[outcome], facts.row(arm, outcome)
    direction = looks.more if row["difference"] > 0 else looks.less
    first = direction in ("more", "fewer")
    told = f"{direction} {looks.label}" if first else f"{looks.label} {direction}"
    unit = "points" if row["statistic"] == "share" else looks.unit
    points = f" {unit}" if unit else ""
    return say("{told} ({n}{points})", told=told, n=facts.n(row, "difference", "both"), points=points)


# --- the sequence of agreements
KINDS = {
    "none": "no agreement",
    "ceasefire": "ceasefire only",
    "framework": "partial agreement",
    "comprehensive": "comprehensive agreement",
}


def kind_shares(facts: Facts, arm: str) -> dict[str, float]:
    """Of the runs, how many reached which kind of agreement at most."""
    reached = facts.comparison.table(arm)["highest_agreement"].astype(str)
    return {kind: float((reached == kind).mean()) for kind in KINDS}


def kinds_table(facts: Facts) -> list[dict[str, Any]]:
    """How far agreements went, arm by arm: shares of runs, and the month by which half of all runs had signed."""
    rows = []
    for at, arm in enumerate(facts.arms):
        table = facts.comparison.table(arm)
        shares = {
            kind: number(share, f"kind:{at}:{kind}", 1, 100, mark="%")
            for kind, share in kind_shares(facts, arm).items()
        }
        rows.append(
            {
                "name": facts.name(arm) if at else Markup("baseline"),
                "shares": shares,
                "held": number(float(table["durable"].mean()), f"mean:{at}:durable", 1, 100, mark="%"),
                "lost": number(float((table["collapses"] > 0).mean()), f"collapsed:{at}", 1, 100, mark="%"),
                "partial": _half(facts, at, "months_to_substantive"),
                "whole": _half(facts, at, "months_to_comprehensive"),
                "months": number(float(table["months_under_accord"].mean()), f"mean:{at}:months_under_accord", 1),
            }
        )
    return rows


def _half(facts: Facts, at: int, outcome: str) -> Markup:
    """The month by which half of all runs had signed; or that fewer than half did."""
    months = np.sort(facts.comparison.table(facts.arms[at])[outcome].to_numpy(float))  # missing ones last
    middle = months[(len(months) - 1) // 2] if len(months) else math.nan
    if math.isnan(middle):
        return Markup("not in half of them")
    return say("month {n}", n=number(float(middle), f"half:{at}:{outcome}"))


def kinds_heading(facts: Facts) -> Markup:
    """How far the baseline's agreements go, in words."""
    shares = kind_shares(facts, facts.arms[0])
    whole, part = shares["comprehensive"], shares["framework"]
    n = number(whole, "kind:0:comprehensive", 1, 100, mark="%")
    if whole + part == 0:
        return Markup("In the baseline, no run goes beyond a ceasefire")
    said = "In the baseline, {n} of runs reach a comprehensive agreement, {m} at most a partial one"
    told = say(said, n=n, m=number(part, "kind:0:framework", 1, 100, mark="%"))
    clear = [arm for arm in by_size(facts) if facts.is_clear(arm, "comprehensive")]
    others = [
        say("{n} {name}", name=facts.with_name(arm),
            n=number(kind_shares(facts, arm)["comprehensive"], f"kind:{facts.arms.index(arm)}:comprehensive", 1, 100, mark="%"))
        for arm in clear[:MOST_NAMED]
    ]  # fmt: skip
    if not others:
        return told
    return say("Comprehensive agreement: {all}", all=and_list([say("in {n} of baseline runs", n=n), *others]))


def pair_counts(facts: Facts, arm: str) -> dict[str, int]:
    """Pairs by whether they reach an agreement: in both runs, in one, in neither."""
    base = facts.comparison.table()
    here = on_same_seeds(base, facts.comparison.table(arm))
    b, a = base["agreed"].to_numpy(float) == 1, here["agreed"].to_numpy(float) == 1
    return {
        "both": int((a & b).sum()), "baseline": int((b & ~a).sum()), "variant": int((a & ~b).sum()),
        "neither": int((~a & ~b).sum()),
    }  # fmt: skip


def pairs_told(facts: Facts, arm: str) -> Markup:
    """The same in a sentence."""
    counts, at = pair_counts(facts, arm), facts.arms.index(arm)
    n = {name: number(count, f"pairs:{at}:{name}") for name, count in counts.items()}
    return say(
        "Of {of} pairs, {both} reach an agreement in both runs, {neither} in neither; {baseline} only in the baseline, "
        "{variant} only {name}. Which pairs these are depends on how the model pairs chance.",
        of=facts.runs(), name=facts.with_name(arm), **n,
    )  # fmt: skip
