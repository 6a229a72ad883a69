"""Through which ways Track II works: what is lost when one is closed, what each does alone, and its share (Shapley)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..designs.ways import WAYS, reachable, with_needs
from ..errors import MultitrackError, Problem, printable
from ..schema.outcomes import OUTCOMES
from .attribution import ALL_PARTS, shapley
from .effects import holm, main_effect, paired_values
from .paired import Effect
from .run_tables import chosen_outcomes, months_told, on_same_seeds
from .told import PHRASES
from .verdicts import CLEAR, IDENTICAL, digits_shown, signed_number, verdict, verdict_in_words

__all__ = [
    "ALL_WAYS", "ALONE", "CLOSED", "OTHERS", "TRACK_TWO", "Paths", "Runs", "difference_shown", "difference_told",
    "largest_ways", "outcomes_of_every_run", "path_effects", "path_shares",
]  # fmt: skip

TRACK_TWO, ALL_WAYS, OTHERS = "Track II", "all ways together", "other ways"
# what is asked
TOGETHER, REST, CLOSED, ALONE, SHARE = "all of it", "nothing of it", "lost when closed", "alone open", "share"
Runs = Mapping[frozenset[str], pd.DataFrame]  # the ways that are open -> the runs, on the same seeds

_COLUMNS = [
    "outcome", "question", "way", "estimate", "low", "high", "error", "p", "p_corrected", "pairs", "differ", "verdict", "unit",
    "meaning",
]  # fmt: skip
_SHARES = ["outcome", "way", "share", *(name for name in _COLUMNS[3:] if name != "differ")]


@dataclass(frozen=True)
class Paths:
    """Through which ways Track II works in a scenario: `effects` and `shares` are tables, `sentence` says it.

    `ways` are those through which something can go here, `idle` why nothing can go through each of the others. `effects` is
    `path_effects`'s table, `shares` that of `path_shares`: of the ways in `named`, and of the rest as one, "other ways". `runs`
    holds all runs: a column of 0 and 1 for each way (open or closed), `muted` (1: Track II without money), `seed`, outcomes.
    """

    title: str
    ways: tuple[str, ...]
    idle: Mapping[str, str]
    named: tuple[str, ...]
    effects: pd.DataFrame
    shares: pd.DataFrame
    runs: pd.DataFrame
    months: int

    @property
    def table(self) -> pd.DataFrame:
        """Effects and shares in one table, the question of the latter being "share"."""
        shares = self.shares.assign(question=SHARE)
        return (
            pd.concat([self.effects, shares], ignore_index=True) if len(shares) else self.effects.assign(share=math.nan)
        )

    @property
    def estimand(self) -> str:
        """What is estimated, in one sentence."""
        return (
            "Average of all pairs of runs, with or without talks or agreement, from before talks on "
            f"(month 0), over {months_told(self.months)}: what a way out of Track II changes by being open, against that way "
            f'closed ("{CLOSED}"), against all ways closed ("{ALONE}", together with a way it needs), and as its mean '
            "contribution over all orders of opening the ways (Shapley)."
        )

    @property
    def sentence(self) -> str:
        """Through which ways Track II works on the first outcome asked for, or that no way shows a clear difference."""
        return self.told(str(self.effects["outcome"].iloc[0]))

    def told(self, outcome: str, called: str = "") -> str:
        """The same for another outcome that was asked for, by the name it is called."""
        (name,) = chosen_outcomes([outcome], [self.runs])
        rows = self.effects[self.effects["outcome"] == name]
        if rows.empty:
            asked = ", ".join(self.effects["outcome"].unique())
            raise MultitrackError(Problem("outcome", f"found {printable(name)}, which was not asked for", asked))
        shares = self.shares[self.shares["outcome"] == name]
        return _told(rows, shares, called or _topic(name), self.months, self.idle)


def outcomes_of_every_run(outcomes: Sequence[str] | str) -> list[str]:
    """The outcomes that are named; refused are those that are no numbers, or that some runs lack."""
    if isinstance(outcomes, str | Sequence) and not outcomes:
        raise MultitrackError(Problem("outcomes", "found none", 'at least one, "agreed"'))
    empty = pd.DataFrame(columns=list(OUTCOMES))
    names = list(dict.fromkeys(chosen_outcomes(outcomes, [empty])))
    for name in names:
        outcome = OUTCOMES[name]
        lacking = outcome.missing != "never missing" and (not outcome.event or name == "months_to_collapse")
        if outcome.values or lacking:
            why = "a category" if outcome.values else f"missing in some runs ({outcome.missing})"
            raise MultitrackError(Problem("outcomes", f"{name} is {why}", "numbers that every run has"))
    return names


def path_effects(
    runs: Runs, muted: pd.DataFrame, ways: Sequence[str], outcomes: Sequence[str], horizon: int
) -> pd.DataFrame:
    """What Track II and each of its ways do, a row per outcome, question and way; all differences are *open minus closed*.

    Question "all of it": Track II against none (its budget at 0). "nothing of it": all its ways closed against none,
    what its money does elsewhere: identical in every pair unless the money of a muted track is moved or replaced. "lost
    when closed": the way open against closed, all others open. "alone open": the way (and what it needs) open against
    none. Estimates are mean paired differences in the outcome's unit (shares as 0 to 1; months until something happens
    count up to the horizon), with 95% intervals and p as in `analysis.effects`, p corrected by Holm (1979) within each
    question.
    """
    everything, nothing = reachable(ways), frozenset[str]()
    asked = [(TOGETHER, TRACK_TWO, muted, runs[everything]), (REST, TRACK_TWO, muted, runs[nothing])]
    asked += [(CLOSED, way, runs[reachable(everything - {way})], runs[everything]) for way in ways]
    asked += [(ALONE, way, runs[nothing], runs[with_needs(way)]) for way in ways]
    rows = []
    for outcome in outcomes:
        for question, way, closed, opened in asked:
            pairs = paired_values(closed, on_same_seeds(closed, opened), OUTCOMES[outcome], "", horizon)
            found = main_effect(pairs, OUTCOMES[outcome])
            rows.append([outcome, question, way, *found, len(pairs.arm), pairs.only_arm + pairs.only_baseline])
    frame = pd.DataFrame(
        rows, columns=[name for name in _COLUMNS if name not in ("p_corrected", "verdict", "unit", "meaning")]
    )
    return _judged(frame)


def path_shares(table: pd.DataFrame, players: Sequence[str], outcomes: Sequence[str], horizon: int) -> pd.DataFrame:
    """Exact Shapley values (1953) of the ways, which add up to the effect of all ways together, the last row.

    A way's value is its mean contribution over all orders in which the ways could be opened, from all coalitions, seed by
    seed; `share` is what part of the whole that is, missing (NaN) where the whole is not clear. p is corrected by Holm
    (1979) over ways and outcomes. Where the ways in `players` were chosen by their size on these same seeds, the largest
    are a little too large.
    """
    if not players:
        return pd.DataFrame(columns=_SHARES)
    frames = []
    for outcome in outcomes:
        found = shapley(table, players, outcome, horizon)
        closed, opened = (table[(table[list(players)] == flag).all(axis=1)].sort_values("seed") for flag in (0, 1))
        differ = int((closed[outcome].to_numpy() != opened[outcome].to_numpy()).sum())
        moves = (found["estimate"] != 0) | (found["error"] > 0)
        found["differ"] = np.where(found["part"] == ALL_PARTS, differ, np.where(moves, found["seeds"], 0))
        if len(players) == 1:
            found["differ"] = differ
        found["part"] = found["part"].replace(ALL_PARTS, ALL_WAYS)
        frames.append(found.rename(columns={"part": "way", "seeds": "pairs"}))
    frame = pd.concat(frames, ignore_index=True)
    frame["question"] = np.where(frame["way"] == ALL_WAYS, TOGETHER, SHARE)
    frame = _judged(frame)
    whole = frame[frame["way"] == ALL_WAYS].set_index("outcome")
    total = frame["outcome"].map(whole["estimate"].where(whole["verdict"] == CLEAR))
    frame.insert(list(frame.columns).index("estimate"), "share", frame["estimate"] / total)
    return frame[_SHARES]


def largest_ways(effects: pd.DataFrame, ways: Sequence[str], count: int) -> tuple[str, ...]:
    """The ways that do most, by the largest of their effects in standard deviations of a pair's difference, in their order."""
    rows = effects[effects["question"].isin([CLOSED, ALONE])]
    size = (rows["estimate"].abs() / rows["error"].where(rows["error"] > 0)).fillna(0.0).where(rows["differ"] > 0, 0.0)
    largest = size.groupby(rows["way"]).max().reindex(list(ways)).fillna(0.0)
    kept = set(largest.sort_values(ascending=False, kind="stable").index[:count])
    return tuple(way for way in ways if way in kept)


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with p corrected within each question, verdict, unit and meaning."""
    frame["p_corrected"] = math.nan
    for _, rows in frame.groupby("question"):
        frame.loc[rows.index, "p_corrected"] = holm(rows["p"].to_numpy(float))
    judged = (verdict(row.low, row.high, row.p_corrected, row.pairs, row.differ) for row in frame.itertuples())
    frame["verdict"] = list(judged)
    frame["unit"] = [OUTCOMES[name].unit for name in frame["outcome"]]
    frame["meaning"] = [OUTCOMES[name].meaning for name in frame["outcome"]]
    return frame[_COLUMNS]


# --- the sentence
def _topic(outcome: str) -> str:
    return PHRASES[outcome].topic if outcome in PHRASES else outcome


def _told(rows: pd.DataFrame, shares: pd.DataFrame, outcome: str, months: int, idle: Mapping[str, str]) -> str:
    """Answer first: which ways are clear; then what all of Track II does, and what each of those ways adds."""
    whole = rows[rows["question"] == TOGETHER].iloc[0]
    ways = rows[rows["question"] == CLOSED]
    clear = ways[ways["verdict"] == CLEAR]
    clear = clear.reindex(clear["estimate"].abs().sort_values(ascending=False, kind="stable").index)
    said = [_answer(outcome, ways, clear), _whole(whole, outcome, months)]
    if len(clear):
        lost = "; ".join(f"{row['way']} {difference_told(row)}" for row in clear.to_dict("records"))
        said.append(f"What each of these ways adds while the others are open: {lost}.")
    parts = shares[(shares["verdict"] == CLEAR) & ~shares["way"].isin([ALL_WAYS, *clear["way"]])]
    if len(parts):
        told = "; ".join(f"{row['way']} {difference_told(row)}" for row in parts.to_dict("records"))
        said.append(f"Averaged over all orders of opening the ways, {'also ' if len(clear) else ''}clear: {told}.")
    if len(ways) and idle:
        said.append(f"Nothing can go through {_shut(idle)}.")
    return " ".join(said)


def _answer(outcome: str, ways: pd.DataFrame, clear: pd.DataFrame) -> str:
    """Through which ways Track II works on an outcome, or that no way shows a clear difference."""
    if ways.empty:
        return "In the model, nothing of Track II can reach officials, publics or spoilers here."
    if clear.empty:
        return f"In the model, closing no single way out of Track II makes a clear difference in {outcome} here."
    named = [f"{way} ({WAYS[way].sentence})" for way in clear["way"]]
    return f"In the model, Track II works on {outcome} through {_and(named)}."


def _whole(whole: pd.Series, outcome: str, months: int) -> str:
    """What all of Track II does."""
    runs = f"over {months_told(months)} and {whole['pairs']} pair{'' if whole['pairs'] == 1 else 's'} of runs"
    if whole["verdict"] == IDENTICAL:
        return f"All of Track II changes {outcome} in no pair, {runs}."
    return (
        f"All of Track II, {runs}, changes {outcome} by {difference_told(whole)}, {verdict_in_words(whole['verdict'])}."
    )


def difference_shown(row: Mapping[str, Any] | pd.Series) -> tuple[str, str, str, str]:
    """A difference, its low and high end, and the unit, shares in points.

    >>> difference_shown({"estimate": 0.081, "low": 0.04, "high": 0.12, "error": 0.02, "p": 0.01, "unit": "0 or 1"})
    ('+8.1', '+4.0', '+12.0', 'points')
    """
    share = row["unit"] == "0 or 1"
    effect = Effect(*(float(row[name]) for name in Effect._fields)).times(100.0 if share else 1.0)
    digits = digits_shown(*effect[:3])
    value, low, high = (signed_number(number, digits) for number in effect[:3])
    return value, low, high, "points" if share else str(row["unit"])


def difference_told(row: Mapping[str, Any] | pd.Series) -> str:
    """The same in words.

    >>> difference_told({"estimate": -3.0, "low": -7.1, "high": 0.2, "error": 2.0, "p": 0.06, "unit": "months"})
    '−3.0 months (95% interval −7.1 to +0.2)'
    """
    value, low, high, unit = difference_shown(row)
    return f"{value} {unit} (95% interval {low} to {high})"


def _shut(idle: Mapping[str, str]) -> str:
    """The ways through which nothing can go, by the reason.

    >>> _shut({"tabling": "all are tabled", "explanations": "no spoilers", "alarm": "no spoilers"})
    'tabling (all are tabled); explanations and alarm (no spoilers)'
    """
    reasons = list(dict.fromkeys(idle.values()))
    return "; ".join(f"{_and([way for way in idle if idle[way] == reason])} ({reason})" for reason in reasons)


def _and(names: Sequence[str]) -> str:
    """Names in a row."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
