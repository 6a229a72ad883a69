"""What an effect lets one say, decided in one place for tables, pages, terminals, figures and sentences.

A verdict has no direction: arms exchanged, it stays what it is, and the difference changes its sign.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

__all__ = [
    "ANSWERS",
    "CLEAR",
    "FEWEST_PAIRS",
    "IDENTICAL",
    "NO_CLEAR_DIFFERENCE",
    "SUGGESTIVE",
    "TOO_FEW",
    "digits_apart",
    "digits_shown",
    "excludes",
    "is_clear",
    "levels_shown",
    "signed_number",
    "tells_apart",
    "verdict",
    "verdict_in_words",
    "verdict_of",
]

CLEAR = "clear"  # the interval excludes zero, and p corrected for all comparisons is below 5%
SUGGESTIVE = "suggestive"  # the interval excludes zero, the corrected p does not pass
NO_CLEAR_DIFFERENCE = "no clear difference"  # the interval includes zero: either direction is possible
IDENTICAL = "identical"  # no pair of runs differs; the interval says how rare a difference may still be
TOO_FEW = "too few"  # fewer pairs than could ever tell, or no interval

# Under the heading "Clear?".
ANSWERS = {
    CLEAR: "yes",
    SUGGESTIVE: "suggestive",
    NO_CLEAR_DIFFERENCE: "no",
    IDENTICAL: "identical",
    TOO_FEW: "too few",
}

FEWEST_PAIRS = 6  # of five pairs that all differ alike the exact sign test says p = 2 / 2**5 = 6%
LARGEST_P = 0.05
MOST_DIGITS = 6  # after the point
MOST_DISTORTED = 0.25  # of a difference, by rounding what differs

_ENDS = {
    CLEAR: "which is a clear difference",
    SUGGESTIVE: "which is suggestive: the interval excludes zero, but p corrected for all comparisons does not pass",
    NO_CLEAR_DIFFERENCE: "which is no clear difference",
    IDENTICAL: "identical in every pair of runs",
    TOO_FEW: "too few runs to tell",
}


def excludes(low: Any, high: Any, null: float = 0.0) -> Any:
    """Whether an interval leaves out what no effect would be. Numbers or columns; a missing interval leaves out nothing.

    >>> excludes(0.1, 0.3), excludes(-0.1, 0.3), excludes(math.nan, math.nan)
    (True, False, False)
    """
    return (low > null) | (high < null)


def is_clear(p_corrected: Any) -> Any:
    """Whether a corrected p lets one speak of a difference. A number or a column; a missing one does not.

    >>> is_clear(0.01), is_clear(0.2), is_clear(math.nan)
    (True, False, False)
    """
    return p_corrected < LARGEST_P


def verdict(low: float, high: float, p_corrected: float, pairs: int, differ: int, null: float = 0.0) -> str:
    """What an effect lets one say: its interval, p corrected for what was compared beside it, the number of pairs and of
    those that differ. `null` is no effect: 0 of differences, 1 of ratios.

    >>> verdict(0.002, 0.166, 0.0455, 100, 16), verdict(0.002, 0.166, 0.2, 100, 16), verdict(-0.04, 0.04, 1.0, 100, 0)
    ('clear', 'suggestive', 'identical')
    """
    if pairs < FEWEST_PAIRS:
        return TOO_FEW
    if not differ:
        return IDENTICAL
    if math.isnan(low) or math.isnan(high):
        return TOO_FEW
    if not excludes(low, high, null):
        return NO_CLEAR_DIFFERENCE
    return CLEAR if p_corrected < LARGEST_P else SUGGESTIVE


def verdict_of(row: Mapping[str, Any]) -> str:
    """The verdict on a row of `effects`."""
    null = 1.0 if row["statistic"] == "ratio" else 0.0
    differ = int(row["only_arm"] + row["only_baseline"])
    return verdict(row["low"], row["high"], row["p_corrected"], int(row["pairs"]), differ, null)


def verdict_in_words(said: str) -> str:
    """A verdict as the end of a sentence that gives the difference and its interval.

    >>> verdict_in_words(NO_CLEAR_DIFFERENCE)
    'which is no clear difference'
    """
    return _ENDS[said]


def signed_number(value: float, digits: int) -> str:
    """A number with its sign, a true minus.

    >>> signed_number(-1234.56, 1), signed_number(2.0, 0), signed_number(-0.01, 1)
    ('−1,234.6', '+2', '0.0')
    """
    if math.isnan(value):
        return "unknown"
    text = f"{value:+,.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}") if text.strip("+-0.,") else text[1:]


def digits_shown(value: float, low: float, high: float) -> int:
    """Digits after the point of a difference and its interval: two that count of the interval's width, at least one below
    100; and as many as it takes that an end of an interval that excludes zero does not read as zero.

    >>> digits_shown(5, 1, 9), digits_shown(50, -70, 170), digits_shown(0.6, 0.004, 1.2)
    (1, 0, 3)
    """
    width = high - low
    if math.isnan(width) or width <= 0:
        width = abs(value)
    if math.isnan(width) or width == 0:
        return 1
    digits = 0 if width >= 100 else max(1, min(4, 1 - math.floor(math.log10(width))))
    nearest = min(abs(low), abs(high))
    while excludes(low, high) and digits < MOST_DIGITS and nearest and not round(nearest, digits):
        digits += 1
    return digits


def tells_apart(shown: Iterable[float], values: Iterable[float]) -> bool:
    """Whether numbers as they are shown, rounded, still differ about as much as the numbers do.

    >>> tells_apart([98, 98], [98.0, 98.5]), tells_apart([0.57, 0.56], [0.5660, 0.5649]), tells_apart([34, 71], [34.2, 70.9])
    (False, False, True)
    """
    pairs = sorted((value, told) for told, value in zip(shown, values, strict=True))
    return all(
        abs((told_b - told_a) - (b - a)) <= MOST_DISTORTED * (b - a) for (a, told_a), (b, told_b) in pairwise(pairs)
    )


def digits_apart(values: Iterable[float], least: int = 0) -> int:
    """Digits after the point, at least `least`, with which numbers read as different as they are.

    >>> digits_apart([98.0, 98.5]), digits_apart([34.2, 70.9]), digits_apart([98.0, 98.04], least=1)
    (1, 0, 2)
    """
    known = sorted({value for value in values if math.isfinite(value)})
    digits = least
    while digits < MOST_DIGITS and not tells_apart((float(f"{value:.{digits}f}") for value in known), known):
        digits += 1
    return digits


def levels_shown(one: float, other: float, share: bool) -> list[str]:
    """What two arms have of an outcome, as people read it: two that differ never read alike; shares in percent.

    >>> levels_shown(0.98, 0.985, True), levels_shown(0.9996, 1.0, True), levels_shown(0.25, 0.25, True)
    (['98.0%', '98.5%'], ['99.96%', '100.00%'], ['25.0%', '25.0%'])
    >>> levels_shown(12.31, 12.34, False), levels_shown(1234.2, 1301.9, False), levels_shown(3.0, 2.0, False)
    (['12.31', '12.34'], ['1,234', '1,302'], ['3', '2'])
    """
    scale, mark = (100.0, "%") if share else (1.0, "")
    values = [scale * one, scale * other]
    ends = [0.0, 100.0] if share else [0.0]  # what is nearly nothing, or nearly all, does not read as that
    digits = digits_apart([*values, *ends], 1 if share else max(map(_usual_digits, values)))
    return ["unknown" if math.isnan(value) else f"{value:,.{digits}f}{mark}" for value in values]


def _usual_digits(value: float) -> int:
    """Digits after the point of a number that stands alone: three that count, none of a whole number."""
    if math.isnan(value) or value == int(value) or abs(value) >= 100:
        return 0
    return 1 if abs(value) >= 10 else 2
