"""The headline in plain sentences that follow from its numbers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..analysis.verdicts import digits_shown, excludes, is_clear
from ..scenario.codebook import CODES
from ..schema.parameters import PARAMETERS
from .words import capital, listing, percent

__all__ = ["CALLED_PARTS", "TOPICS", "amount", "effect_told", "headline_lines", "shares_told", "turned_told"]

CALLED_PARTS = {
    "chance": "chance between runs", "parameters": "the values of parameters", "structure": "the form of the rules",
}  # fmt: skip
TOPICS = {
    "agreed": "reaching an agreement",
    "months_under_accord": "months under an agreement",
    "violence_total": "violence",
}
CODE_CALLED = {"track2": "unofficial dialogue", "track3": "grassroots work", "cbm": "confidence-building"}
NAMED = 3  # assumptions, variants or codes that a sentence names
LEAST_SHARE = 0.05  # of the doubt about parameters, from which on one is named


def headline_lines(found: Mapping[str, Any]) -> list[str]:
    """A line for every outcome, then which assumptions turn a sign or weigh most, and where the first effect is larger."""
    outcomes = found["outcomes"]
    lines = [f"{effect_told(found, name)} {shares_told(one)}".strip() for name, one in outcomes.items()]
    first = lines[0].replace("With", "with", 1) if lines[0].startswith("With") else lines[0]
    lines[0] = f"Over the plausible ranges of all assumptions: {first}"
    lines += [
        turned_told(outcomes),
        *filter(None, (_hangs_on(name, one) for name, one in outcomes.items())),
        _where(found),
    ]
    return [line for line in lines if line]


def effect_told(found: Mapping[str, Any], name: str) -> str:
    """One outcome: the effect, and its interval with every doubt in it."""
    one = found["outcomes"][name]
    value, low, high = (_scale(one, name) * one[key] for key in ("effect", "low", "high"))
    if not value and low == high:
        return f"Track II changes nothing in {TOPICS[name]} here: every pair of runs is alike."
    digits = digits_shown(value, low, high)
    apart = excludes(low, high)
    first, last = (low, high) if abs(low) <= abs(high) or not apart else (high, low)
    if not apart:
        ends = " to ".join(amount(end, name, digits) for end in (low, high))
    else:
        ends = f"{abs(first):,.{digits}f} to {amount(last, name, digits)}"
    either = "" if apart else " Either direction is possible."
    said = _sentence(found, name, amount(value, name, digits))
    return f"With Track II, {said} (95% interval with every doubt: {ends}).{either}"


def _scale(one: Mapping[str, Any], name: str) -> float:
    """Shares in runs of a hundred, violence in percent of what it is without Track II, months as they are."""
    if name == "violence_total":
        return 100.0 / one["without"] if one["without"] else 0.0
    return 100.0 if name == "agreed" else 1.0


def amount(value: float, name: str, digits: int) -> str:
    """How much, and in which direction.

    >>> amount(-2.13, "agreed", 1), amount(3.0, "months_under_accord", 1), amount(-1.5, "violence_total", 1)
    ('2.1 fewer', '3.0 more', '1.5% less')
    """
    percents = name == "violence_total"
    less = "less" if percents else "fewer"
    size = f"{abs(value):,.{digits}f}{'%' if percents else ''}"
    return size if not round(value, digits) else f"{size} {'more' if value > 0 else less}"


def _sentence(found: Mapping[str, Any], name: str, said: str) -> str:
    months, several = found["months"], found["conflicts"] > 1
    within = f"within {months / 12:g} years" if months % 12 == 0 else f"within {months} months"
    if name == "agreed":
        return f"{said} of every 100 {'conflicts' if several else 'runs'} reach an agreement {within}"
    if name == "months_under_accord":
        return f"{'a conflict' if several else 'a run'} has {said} months under an agreement {within}"
    return f"there is {said} violence {within}"


def shares_told(one: Mapping[str, Any]) -> str:
    """What the doubt is made of, largest first."""
    shares = {name: share for name, share in one["shares"].items() if share is not None and share == share}
    parts = sorted(shares, key=lambda name: -shares[name])
    told = [f"{percent(shares[name])} {CALLED_PARTS[name]}" for name in parts]
    if not told:
        return ""
    unclear = listing([CALLED_PARTS[name] for name in one.get("unclear", ())], NAMED)
    few = f" So many runs cannot tell the part of {unclear} from none." if one.get("unclear") else ""
    return f"Of the doubt, {', '.join(told).replace('% ', '% is ', 1)}.{few}"


def turned_told(outcomes: Mapping[str, Any]) -> str:
    """Which assumption would turn the sign of an effect."""
    told = []
    for name, one in outcomes.items():
        turned, variants = one.get("turned_by", []), one.get("turned_by_variants", [])
        said = [f"{listing([_called(each) for each in turned], NAMED)} at one end of its range"] if turned else []
        said += [f"the variant {listing(variants, NAMED)}"] if variants else []
        told += [f"The sign of the effect on {TOPICS[name]} turns with {' and with '.join(said)}."] if said else []
    several = "any of these effects" if len(outcomes) > 1 else "the effect"
    return " ".join(told) or f"No single parameter or variant clearly turns the sign of {several}."


def _hangs_on(name: str, one: Mapping[str, Any]) -> str:
    """The parameter that an effect hangs on most, where one clearly matters."""
    rows = [
        row for row in one.get("assumptions", [])
        if row["p_corrected"] is not None and is_clear(row["p_corrected"]) and (row["share"] or 0) >= LEAST_SHARE
    ]  # fmt: skip
    if not rows:
        return ""
    row, scale = max(rows, key=lambda row: row["share"]), _scale(one, name)
    low, high = scale * row["low"], scale * row["high"]
    digits = digits_shown(high - low, min(low, high), max(low, high))
    return (
        f"{capital(TOPICS[name])}: the effect hangs most on {_called(row['parameter'])}, {amount(low, name, digits)} where "
        f"that is low (about {row['low_value']:.2g}), {amount(high, name, digits)} where it is high (about "
        f"{row['high_value']:.2g}): {percent(row['share'])} of the doubt about parameters."
    )


def _called(parameter: str) -> str:
    """What a parameter means, and its name, by which the table of parameters has it.

    >>> _called("track_two.workshop_cost")
    '“cost of a workshop in person” (track_two.workshop_cost)'
    """
    return f"“{PARAMETERS[parameter].meaning}” ({parameter})" if parameter in PARAMETERS else parameter


def _where(found: Mapping[str, Any]) -> str:
    """In which conflicts the first outcome's effect is clearly larger."""
    name, one = next(iter(found["outcomes"].items()))
    rows: Sequence[Mapping[str, Any]] = one.get("codes", [])
    clear = [row for row in rows if row["clear"]]
    if not rows:
        return ""
    if not clear:
        return f"No code of a conflict makes a clear difference to the effect on {TOPICS[name]}."
    scale, said = _scale(one, name), []
    for row in clear[:NAMED]:
        ends = [scale * row[key] for key in ("difference", "difference_from", "difference_to")]
        digits = digits_shown(*ends)
        called = CODE_CALLED.get(row["code"], row["code"].replace("_", " "))
        codes = ("two", "more") if CODES[row["code"]].whole else ("code 0 or 1", "3 or 4")
        low, high = (amount(scale * row[key], name, digits) for key in ("low", "high"))
        said.append(f"{called} ({low} at {codes[0]}, {high} at {codes[1]})")
    return f"The effect on {TOPICS[name]} differs most by {listing(said, NAMED)}."
