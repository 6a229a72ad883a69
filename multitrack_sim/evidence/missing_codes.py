"""What nobody coded is drawn, not taken at its middle: from the reference population, given what was coded.

The population (`population.py`) is a Gaussian copula with one factor: behind each code stands a normal number, tied to the
hardness of the case as far as `HARDNESS` says, and the code is where that number falls among the code's shares. So what was
coded tells how hard the case is, and that tells what the others are likely to be. The answer is exact: the hardness is
drawn from its distribution given all that was coded, each missing code from its own given the hardness. Ignorance of a
case widens what is predicted for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import norm, qmc

from ..errors import Problem, ScenarioError
from ..scenario.codebook import CODES, check_codes, counted_parties, missing_codes
from .population import HARDNESS, PARTIES, POPULATION

__all__ = ["complete_codes"]

# Where hardness is looked at: a standard normal number is beyond these ends once in 500 million times.
_HARDNESS = np.linspace(-6.0, 6.0, 1201)
_HARD = "hardness"
_SOURCES = (_HARD, *CODES)  # each has random numbers of its own, whatever else is drawn
_LEAST = 1e-9  # of a chance: none is impossible or certain
MOST_DRAWS = 10_000


def complete_codes(codes: Mapping[str, Any], draws: int, seed: int) -> list[dict[str, Any]]:
    """So many completions of a case's codes: what is given is kept, each missing code is drawn given all that is.

    A code between whole numbers stands for the width of one code around it: 2.5 for the upper half of 2 and the lower half
    of 3. A code that the population never has is read as the nearest that it has. None and NaN count as missing. What is
    given beside codes (`start`, `month_zero`, ...) is kept. Draws depend on these codes and this seed alone, and the
    first ten of a hundred are the ten.

    ScenarioError lists every unknown code and every value out of range.

    >>> case = complete_codes({"mediation": 3, "spoilers": 2.5}, draws=2, seed=1)
    >>> [(len(drawn), drawn["mediation"], drawn["spoilers"]) for drawn in case]
    [(18, 3.0, 2.5), (18, 3.0, 2.5)]
    """
    problems = check_codes(codes)
    if not (type(draws) is int and 1 <= draws <= MOST_DRAWS):
        problems = [*problems, Problem("draws", f"found {draws!r}", f"a whole number from 1 to {MOST_DRAWS:,}")]
    if not (isinstance(seed, int | np.integer) and seed >= 0):
        problems = [*problems, Problem("seed", f"found {seed!r}", "a whole number from 0")]
    if problems:
        raise ScenarioError(problems)
    counted, missing = counted_parties(codes), missing_codes(codes)
    given = {name: float(counted[name]) for name in CODES if name not in missing}
    beside = {name: value for name, value in counted.items() if name not in CODES}
    chance = dict(zip(_SOURCES, _even_chances(draws, seed)))
    hardness = _hardness_given(given, chance[_HARD])
    drawn = {name: _drawn(name, hardness, chance[name]) for name in missing}
    return [
        {**{name: given[name] if name in given else float(drawn[name][at]) for name in CODES}, **beside}
        for at in range(draws)
    ]


def _even_chances(draws: int, seed: int) -> np.ndarray:
    """Numbers between 0 and 1, a row for hardness and for each code, spread more evenly than chance would over all of them
    together (scrambled Sobol points; Owen 1998): few draws then stand for the whole population.
    """
    points = qmc.Sobol(len(_SOURCES), rng=np.random.default_rng(int(seed))).random_base2((draws - 1).bit_length())
    return np.asarray(points[:draws].T).clip(_LEAST, 1.0 - _LEAST)


def _hardness_given(given: Mapping[str, float], chance: np.ndarray) -> np.ndarray:
    """The hardness at which the probability of less hardness, given these codes, is `chance`.

    A code with the tie t tells that t hardness + sqrt(1 - t^2) noise lies in its interval; given the hardness, codes
    are independent.
    """
    logarithm = norm.logpdf(_HARDNESS)
    for name, code in given.items():
        tie = HARDNESS.get(name, 0.0)
        if tie:
            low, high = ((end - tie * _HARDNESS) / math.sqrt(1.0 - tie * tie) for end in _interval(name, code))
            logarithm = logarithm + np.log(np.maximum(_between(low, high), 1e-300))
    density = np.exp(logarithm - logarithm.max())
    below = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])  # the area under straight lines
    return np.interp(chance, below / below[-1], _HARDNESS)


def _between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The probability of a standard normal number between these, accurate in both tails.

    >>> float(_between(np.array([8.0]), np.array([np.inf]))[0]) > 0
    True
    """
    upper = low > 0
    return norm.cdf(np.where(upper, -low, high)) - norm.cdf(np.where(upper, -high, low))


def _interval(name: str, code: float) -> tuple[float, float]:
    """Between which normal numbers lies what stands behind this code.

    >>> [round(end, 2) for end in _interval("hurting_stalemate", 1)]  # a tenth is below, three tenths up to its end
    [-1.28, -0.52]
    """
    shares = POPULATION[name]
    held = [at for at, share in enumerate(shares) if share > 0]
    nearest = min(max(code, held[0]), held[-1])
    upto = np.concatenate([[0.0], np.cumsum(shares) / 100.0])
    ends = np.interp([nearest - 0.5, nearest + 0.5], np.arange(-0.5, len(shares)), upto)
    low, high = norm.ppf(ends.clip(0.0, 1.0))
    return float(low), float(high)


def _drawn(name: str, hardness: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """This code of a case at each hardness."""
    if name == "parties":
        return np.array(list(PARTIES))[_in_which(chance, np.cumsum(list(PARTIES.values())))]
    tie = HARDNESS.get(name, 0.0)
    behind = tie * hardness + math.sqrt(1.0 - tie * tie) * norm.ppf(chance)
    return _in_which(norm.cdf(behind), np.cumsum(POPULATION[name]) / 100.0)


def _in_which(chance: np.ndarray, upto: np.ndarray) -> np.ndarray:
    """In which of several shares each chance falls; `upto` is where they end, the last at 1.

    >>> _in_which(np.array([0.0, 0.3, 0.99]), np.array([0.25, 1.0])).tolist()
    [0, 1, 1]
    """
    return np.searchsorted(upto - 1e-9, chance, side="right").clip(0, len(upto) - 1)
