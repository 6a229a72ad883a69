"""The headline in plain sentences that follow from its numbers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..analysis.run_tables import months_told
from ..analysis.verdicts import digits_shown
from ..reports.words import capital, listing, percent
from ..scenario.codebook import CODES

__all__ = ["CALLED_PARTS", "amount", "effect_told", "headline_lines", "shares_told"]

CALLED_PARTS = {
    "chance": "chance between runs", "parameters": "the values of parameters", "structure": "the form of the rules",
}  # fmt: skip
CODE_CALLED = {"track2": "unofficial dialogue", "track3": "grassroots work", "cbm": "confidence-building"}
NAMED = 3  # assumptions, variants or codes that a sentence names
LEAST_SHARE = 0.05  # of the doubt about parameters, from which on one is named


def headline_lines(found: Mapping[str, Any]) -> list[str]:
    """A line for every outcome, then what the first hangs on and where it is larger."""
    lines = [_first(found)]
    lines += [
        f"{effect_told(found, name)} {shares_told(found['outcomes'][name])}" for name in list(found["outcomes"])[1:]
    ]
    for name, one in found["outcomes"].items():
        lines.append(" ".join(_hangs_on(found, name, one)))
    if where := _where(found):
        lines.append(where)
    return lines


def _first(found: Mapping[str, Any]) -> str:
    name = next(iter(found["outcomes"]))
    told = effect_told(found, name)
    return f"Over the plausible ranges of all assumptions: {told[0].lower()}{told[1:]} {shares_told(found['outcomes'][name])}"


def effect_told(found: Mapping[str, Any], name: str) -> str:
    """One outcome: the effect and its interval over all doubts."""
    one = found["outcomes"][name]
    value, low, high = _scaled(one, name)
    digits = digits_shown(value, low, high)
    said = amount(value, name, digits)
    either = "" if low * high > 0 else " Either direction is possible."
    ends = f"{_signed(low, value, digits, name)} to {_signed(high, value, digits, name)}"
    if value < 0:
        ends = f"{_signed(high, value, digits, name)} to {_signed(low, value, digits, name)}"
    return f"With Track II, {_sentence(found, name, said)} (95% of what is plausible: {ends}).{either}"


def _scaled(one: Mapping[str, Any], name: str) -> tuple[float, float, float]:
    """Shares in runs of a hundred, violence in percent of what it is without Track II, months as they are."""
    scale = 100.0 if name == "agreed" else 1.0
    if name == "violence_total":
        scale = 100.0 / one["without"] if one["without"] else 0.0
    return one["effect"] * scale, one["low"] * scale, one["high"] * scale


def amount(value: float, name: str, digits: int) -> str:
    """How much, and in which direction.

    >>> amount(-2.13, "agreed", 1), amount(3.0, "months_under_accord", 1), amount(-1.5, "violence_total", 1)
    ('2.1 fewer', '3.0 more', '1.5% less')
    """
    percents = name == "violence_total"
    more, less = ("more", "less") if percents else ("more", "fewer")
    return f"{abs(value):,.{digits}f}{'%' if percents else ''} {more if value >= 0 else less}"


def _signed(end: float, value: float, digits: int, name: str) -> str:
    """An end of the interval: with its direction where it is not the effect's."""
    if end * value >= 0:
        return f"{abs(end):,.{digits}f}"
    return amount(end, name, digits)


def _sentence(found: Mapping[str, Any], name: str, said: str) -> str:
    within = f"within {months_told(found['months'])}"
    what = "conflicts" if found["conflicts"] > 1 else "runs"
    if name == "agreed":
        return f"{said} of every 100 {what} reach an agreement {within}"
    if name == "months_under_accord":
        return (
            f"there are {said} months under an agreement {within}"
            if found["conflicts"] == 1
            else f"a conflict has {said} months under an agreement {within}"
        )
    return f"there is {said} violence {within}"


def shares_told(one: Mapping[str, Any]) -> str:
    """What the doubt is made of, largest first."""
    shares = {name: share for name, share in one["shares"].items() if share == share and share is not None}
    if not shares:
        return "There is no doubt: every pair of runs is alike."
    parts = sorted(shares, key=lambda name: -shares[name])
    told = [f"{percent(shares[name])} is {CALLED_PARTS[name]}" for name in parts[:1]]
    told += [f"{percent(shares[name])} {CALLED_PARTS[name]}" for name in parts[1:]]
    return f"Of the doubt, {', '.join(told)}."


def _hangs_on(found: Mapping[str, Any], name: str, one: Mapping[str, Any]) -> list[str]:
    """Which assumption would turn the sign, and on which the effect hangs most."""
    topic = {"agreed": "Reaching an agreement", "months_under_accord": "Months under an agreement"}.get(
        name, "Violence"
    )
    turned = [f"{label}" for label in one.get("turned_by", [])]
    variants = one.get("turned_by_variants", [])
    told = []
    if turned or variants:
        said = (
            [f"{listing(turned, NAMED)} at one end of {'its' if len(turned) == 1 else 'their'} range"] if turned else []
        )
        said += [f"the variant{'' if len(variants) == 1 else 's'} {listing(variants, NAMED)}"] if variants else []
        told.append(f"{topic}: the sign turns with {' and with '.join(said)}.")
    else:
        told.append(f"{topic}: no single assumption clearly turns the sign.")
    most = [
        row for row in one.get("assumptions", [])
        if row["p_corrected"] is not None and row["p_corrected"] < 0.05 and (row["share"] or 0) >= LEAST_SHARE
    ]  # fmt: skip
    if most:
        row = max(most, key=lambda row: row["share"])
        scale = _scaled({**one, "effect": 1.0, "low": 0.0, "high": 0.0}, name)[0]
        ends = [scale * row["low"], scale * row["high"]]
        digits = digits_shown(ends[1] - ends[0], min(ends), max(ends))
        shown = [amount(end, name, digits) for end in ends]
        told.append(
            f"It hangs most on {row['parameter']} ({percent(row['share'])} of the doubt about parameters): {shown[0]} in "
            f"the third of the sets where that is lowest (about {row['low_value']:.3g}), {shown[1]} where it is highest "
            f"(about {row['high_value']:.3g})."
        )
    return told


def _where(found: Mapping[str, Any]) -> str:
    """In which conflicts the first outcome's effect is clearly larger."""
    name, one = next(iter(found["outcomes"].items()))
    rows: Sequence[Mapping[str, Any]] = one.get("codes", [])
    if not rows:
        return ""
    clear = [row for row in rows if row["clear"]]
    if not clear:
        return "No code of a conflict makes a clear difference to the effect on reaching an agreement."
    scale = 100.0 if name == "agreed" else 1.0
    said = []
    for row in clear[:NAMED]:
        low, high = scale * row["low"], scale * row["high"]
        digits = digits_shown(high - low, scale * row["difference_from"], scale * row["difference_to"])
        called = CODE_CALLED.get(row["code"], row["code"].replace("_", " "))
        ends = ("two", "more than two") if CODES[row["code"]].whole else ("0 or 1", "3 or 4")
        said.append(
            f"{called} ({amount(low, name, digits)} at code {ends[0]}, {amount(high, name, digits)} at {ends[1]})"
        )
    return capital(f"the effect on reaching an agreement differs most by {listing(said, NAMED)}.")
