"""Addressed chance: every random number has an address, so that two arms of a comparison differ only by the arm.

`chance(key, purpose, month, id, partner)` is Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw,
"Parallel random numbers: as easy as 1, 2, 3", SC 2011): the address is the counter, the seed is the key. There is no
state, so order, threads and processes cannot matter, and a draw that nobody uses need not be made. Always invert: a
number becomes a value in the same way at every setting.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arithmetic import log
from .cache import COMPILED
from .compiled import arithmetic, kernel, written_out

__all__ = [
    "chance",
    "chance_in_loops",
    "chance_reference",
    "fill_seeds",
    "philox_reference",
    "run_seed",
    "standard_normal",
]

# What a draw is for. The numbers are part of the model: never reuse or renumber one.
RUN_SEED = 0

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _32 = np.uint64(0xFFFFFFFF), np.uint64(32)
_6, _26 = np.uint64(6), np.uint64(26)


def philox_reference(
    counter: tuple[int, int, int, int], key: tuple[int, int], rounds: int = 10
) -> tuple[int, int, int, int]:
    """Philox4x32 in plain integers, for the published known answers.

    >>> [hex(word) for word in philox_reference((0, 0, 0, 0), (0, 0))]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(rounds):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c3 ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def chance_reference(key: int, purpose: int, month: int, id: int, partner: int = 0) -> float:
    """What `chance` computes, in plain Python: the parity test, and the engine when compilation is off."""
    counter = (int(purpose), int(month), int(id), int(partner))
    x0, x1, _, _ = philox_reference(counter, (int(key) & 0xFFFFFFFF, int(key) >> 32))
    return (((x0 << 20) | (x1 >> 12)) + 0.5) * 2.0**-52


def _philox(key: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> Any:
    """The first two words for this address, each below 2**32 (integers only, each address word below 2**32)."""
    k0, k1 = np.uint64(key) & _LOW, np.uint64(key) >> _32
    c0, c1, c2, c3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1


_words = written_out(_philox) if COMPILED else _philox


def _chance(key: Any, purpose: Any, month: Any, id: Any, partner: Any) -> Any:
    """A number strictly between 0 and 1 for this address (52 bits)."""
    x0, x1 = _words(key, purpose, month, id, partner)
    return (np.float64((x0 << np.uint64(20)) | (x1 >> np.uint64(12))) + 0.5) * 2.220446049250313e-16


chance = kernel(_chance) if COMPILED else chance_reference
# The same number, written out where it is drawn: a short loop that only draws makes several at once. Import it as `chance`.
chance_in_loops = written_out(_chance) if COMPILED else chance_reference


@kernel
def fill_seeds(seed: Any, first: Any, seeds: Any) -> None:
    """The seeds of an ensemble's runs from run `first` on, as `run_seed` says them: for pages, which have no Python."""
    for place in range(len(seeds)):
        run = first + place
        x0, x1 = _words(seed, RUN_SEED, 0, run & 0xFFFFFFFF, run >> 32)
        seeds[place] = np.int64((x0 << np.uint64(21)) | (x1 >> np.uint64(11)))


def run_seed(seed: int, run: int) -> int:
    """The seed of run number `run` of an ensemble with this seed: an integer below 2**53 to give to `PeaceProcess`.

    >>> run_seed(1, 0) == run_seed(1, 0) and run_seed(1, 0) != run_seed(1, 1)
    True
    """
    counter = (RUN_SEED, 0, int(run) & 0xFFFFFFFF, int(run) >> 32)
    x0, x1, _, _ = philox_reference(counter, (int(seed) & 0xFFFFFFFF, int(seed) >> 32))
    return (x0 << 21) | (x1 >> 11)


@arithmetic
def standard_normal(u: Any) -> Any:
    """The standard normal quantile of u in (0, 1), good to 1e-9 (Acklam's rational approximation, 2003)."""
    if u < 0.02425 or u > 0.97575:
        q = math.sqrt(-2.0 * log(u if u < 0.5 else 1.0 - u))
        top = (
            (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
            + 4.374664141464968
        ) * q + 2.938163982698783
        low = (
            ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416
        ) * q + 1.0
        return top / low if u < 0.5 else -top / low
    q = u - 0.5
    r = q * q
    top = (
        (
            (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02)
            * r
            - 3.066479806614716e01
        )
        * r
        + 2.506628277459239
    ) * q
    low = (
        (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
        - 1.328068155288572e01
    ) * r + 1.0
    return top / low
