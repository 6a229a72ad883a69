"""`exp`, `log`, `power` and `sigma` with the same bits on every machine.

Sums, products, quotients, square roots and comparisons are the same everywhere (IEEE 754); `math.exp`, `math.log` and `**`
are not: each system brings a library of its own. Here they are written once, with nothing but such operations and whole
numbers, so that x86, ARM and WebAssembly, Linux, macOS and Windows, compiled code and Python agree to the last bit.

- Off by at most so many units in the last place: `exp` 0.6 (1.1 below -690), `log` 0.9, `sigma` 2.5. All three never fall
  where they should rise.
- Numbers below the smallest normal one (2**-1022) count as 0, coming in (`log`) and going out (`exp`).
- Nothing raises an error, in Python either: what is too large is infinite, what has no answer is not a number (nan).
- Choices are written as values (`a if x < b else c`), so that a loop over rows becomes vector code.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

import numpy as np

from .compiled import kernel

__all__ = ["exp", "log", "power", "sigma"]

SMALLEST = 2.0**-1022  # the smallest normal number
FRACTION_BITS = 2**52 - 1  # where the fraction of a number stands in its bits; the exponent stands above, then the sign
WITHOUT_SIGN = 2**63 - 1
LN2_HIGH = float.fromhex("0x1.62e42feep-1")  # log(2), its first 32 bits: exact when times a whole number below 2**21,
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # and the rest of it

# exp: 32 steps for each doubling
STEPS = 32
STEPS_PER_UNIT = float.fromhex("0x1.71547652b82fep+5")  # 32 / log(2)
STEP_HIGH, STEP_LOW = LN2_HIGH / STEPS, LN2_LOW / STEPS
# Added to a number of steps this makes it whole, in the last bits: above the five that say which step of the doubling it
# is stands the exponent of half the answer, as in the bits of that half.
TO_STEPS = 1.5 * 2.0**52 + STEPS * 1022
LEAST, MOST = -708.0, 710.0  # beyond them exp is 0 and infinite


def _powers_of_two() -> tuple[np.ndarray, np.ndarray]:
    """2 ** (i / 32) for each step as the nearest number, and what that lacks, as a share of it."""
    with localcontext(Context(prec=40, rounding=ROUND_HALF_EVEN, traps=[])):  # whatever context the user has set
        exact = [(Decimal(2).ln() * step / STEPS).exp() for step in range(STEPS)]
        nearest = [float(value) for value in exact]
        lacking = [float(value / Decimal(number) - 1) for value, number in zip(exact, nearest)]
    return np.array(nearest), np.array(lacking)


POWERS, LACKING = _powers_of_two()

# log: the parts of the bits of a number between the roots of 1/2 and 2
ROOT_OF_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
ABOVE_HALF = ROOT_OF_HALF & FRACTION_BITS
AS_NUMBER = 0x433 << 52  # a whole number with these bits set is that number + 2**52
EXPONENT_OF_HALF = 2.0**52 + 1022.0
# log((1 + s) / (1 - s)) = 2 s + s R(s * s): R interpolated at Chebyshev's nodes (0.04 units in the last place off)
R1, R2, R3, R4 = 0.666666666666667, 0.39999999999899505, 0.28571428625975487, 0.2222221113479508
R5, R6, R7 = 0.18182889125261723, 0.15331721600556042, 0.14616449685043406


@kernel
def exp(x: Any) -> Any:
    """e to the power of x: exp(0) is 1, below -707.7 it is 0, above 709.78 infinite.

    x is a whole number of steps of log(2) / 32 and a small rest: a table knows the steps, Taylor's sum the rest (Tang,
    "Table-driven implementation of the exponential function", ACM TOMS 15, 1989).

    >>> exp(0.0), exp(1.0) == math.e, exp(-1000.0), exp(1000.0)
    (1.0, True, 0.0, inf)
    """
    number = float(x)
    held = MOST if number > MOST else number
    held = LEAST if held < LEAST else held
    shifted = held * STEPS_PER_UNIT + TO_STEPS
    steps = shifted - TO_STEPS
    rest = (held - steps * STEP_HIGH) - steps * STEP_LOW
    square = rest * rest
    taylor = (0.5 + rest * (1.0 / 6.0)) + square * ((1.0 / 24.0 + rest * (1.0 / 120.0)) + square * (1.0 / 720.0))
    bits = np.float64(shifted).view(np.int64)
    step = bits & (STEPS - 1)
    half = float(POWERS[step] * np.int64((bits - step) << 47).view(np.float64))  # of 2**1024 there is no number
    half += half * ((rest + float(LACKING[step])) + square * taylor)
    return half + half


@kernel
def log(x: Any) -> Any:
    """The natural logarithm of x: log(1) is 0, log(0) minus infinity, that of a negative number nan.

    x is a power of 2 and a factor between the roots of 1/2 and 2, whose logarithm is a series in s = (x - 1) / (x + 1)
    (as in Sun's fdlibm, 1993).

    >>> log(1.0), log(2.0) == math.log(2.0), log(0.0), log(-1.0)
    (0.0, True, -inf, nan)
    """
    number = float(x)
    bits = (np.float64(number).view(np.int64) & WITHOUT_SIGN) - ABOVE_HALF
    exponent = float(np.int64((bits >> 52) | AS_NUMBER).view(np.float64)) - EXPONENT_OF_HALF
    above = float(np.int64((bits & FRACTION_BITS) + ROOT_OF_HALF).view(np.float64)) - 1.0
    s = above / (2.0 + above)
    z = s * s
    w = z * z
    series = z * ((R1 + z * R2) + w * (R3 + z * R4) + (w * w) * ((R5 + z * R6) + w * R7))
    half_square = 0.5 * above * above
    rest = s * (half_square + series) + exponent * LN2_LOW
    answer = exponent * LN2_HIGH - ((half_square - rest) - above)
    answer = answer if number >= SMALLEST else (-math.inf if number > -SMALLEST else math.nan)
    return answer if number < math.inf else number


@kernel
def power(x: Any, y: Any) -> Any:
    """x to the power of y, for x of 0 or more: exp(y * log(x)) by definition, and 1 where y is 0, whatever x is.

    0 to a power above 0 is 0 and to one below 0 infinite; a negative x has no power (nan) but 1 at 0. The error grows with
    the size of the answer's logarithm: at most 0.6 + 3 abs(y * log(x)) units in the last place, at y = 1 too.

    >>> power(4.0, 0.5), power(0.0, 0.3), power(0.0, 0.0), power(0.0, -1.0), power(-8.0, 2.0)
    (2.0, 0.0, 1.0, inf, nan)
    """
    exponent = float(y)
    raised = exp(exponent * log(x))
    return raised if exponent != 0.0 else 1.0


@kernel
def sigma(x: Any) -> Any:
    """The logistic function 1 / (1 + exp(-x)): 1/2 at 0, never above 1, 0 below -709.78.

    >>> sigma(0.0), sigma(-1000.0), sigma(1000.0)
    (0.5, 0.0, 1.0)
    """
    return 1.0 / (1.0 + exp(-float(x)))
