"""What every pattern would be at settings that were not run: a cheap stand-in for the model, with its own doubt.

A pattern's expected value is taken to be a smooth function of some three hundred assumptions: a Bayesian ridge
regression (MacKay 1992) on all of them and their squares, and on the products of the few that count most. What it leaves
unexplained is mostly the chance of the runs it was made from; its doubt about the expected value is small where many
settings were run, and is part of every judgement made with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

__all__ = ["Emulator"]

PRODUCTS = 12  # parameters whose products with one another are seen
FEWEST = 40  # settings with a known value, below which a pattern is not emulated


class Emulator:
    """Made from places (settings x parameters, between 0 and 1) and the values of patterns there (settings x patterns).

    >>> rng = np.random.default_rng(1)
    >>> places = rng.random((200, 3))
    >>> values = pd.DataFrame({"pattern": 2 * places[:, 0] - places[:, 1] ** 2 + 0.1 * rng.standard_normal(200)})
    >>> middle, doubt = Emulator(places, values).at(np.array([[0.5, 0.5, 0.5]]))
    >>> bool(abs(middle["pattern"][0] - 0.75) < 0.1), bool(doubt["pattern"][0] < 0.1)
    (True, True)
    """

    def __init__(self, places: np.ndarray, values: pd.DataFrame):
        self.patterns = {name: _Surface(places, values[name].to_numpy(float)) for name in values}
        self.pairs = sorted({pair for surface in self.patterns.values() for pair in surface.pairs})
        self.weights = np.column_stack([surface.weights(self.pairs) for surface in self.patterns.values()])
        self.level = np.array([surface.level for surface in self.patterns.values()])

    def at(self, places: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The expected value of every pattern at these places, and one standard deviation of doubt about it."""
        found = {name: surface.at(places) for name, surface in self.patterns.items()}
        return tuple(pd.DataFrame({name: one[part] for name, one in found.items()}) for part in (0, 1))  # type: ignore[return-value]

    def expected(self, places: np.ndarray) -> np.ndarray:
        """The expected values alone (places x patterns): much quicker than with their doubt."""
        return self.level + _features(places - 0.5, self.pairs) @ self.weights

    def moved_by(self, names: Sequence[str]) -> pd.DataFrame:
        """How far every pattern moves when one parameter goes from its lowest to its highest value, the others in the
        middle: a row per parameter.
        """
        low, high = 0.5 * np.ones((len(names), len(names))), 0.5 * np.ones((len(names), len(names)))
        np.fill_diagonal(low, 0.0)
        np.fill_diagonal(high, 1.0)
        return (self.at(high)[0] - self.at(low)[0]).set_axis(list(names))


class _Surface:
    """One pattern over the places."""

    def __init__(self, places: np.ndarray, values: np.ndarray):
        from sklearn.linear_model import BayesianRidge

        known = np.isfinite(values)
        if known.sum() < FEWEST:
            raise ValueError(f"{known.sum()} settings have a value; an emulator needs {FEWEST}")
        x, y = places[known] - 0.5, values[known]
        self.mean, self.scale = float(y.mean()), float(y.std()) or 1.0
        y = (y - self.mean) / self.scale
        first = BayesianRidge().fit(x, y)
        strongest = np.argsort(-np.abs(first.coef_))[:PRODUCTS]
        self.pairs = [(int(a), int(b)) for at, a in enumerate(strongest) for b in strongest[at + 1 :]]
        self.model = BayesianRidge().fit(_features(x, self.pairs), y)

    @property
    def level(self) -> float:
        """The expected value in the middle of everything, but for squares."""
        return float(self.mean + self.scale * self.model.intercept_)

    def weights(self, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
        """What each feature adds, over products of more pairs than its own."""
        alone = len(self.model.coef_) - len(self.pairs)
        own = dict(zip(self.pairs, self.model.coef_[alone:]))
        return self.scale * np.concatenate([self.model.coef_[:alone], [own.get(pair, 0.0) for pair in pairs]])

    def at(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        features = _features(places - 0.5, self.pairs)
        spread = np.sqrt(np.einsum("ij,ij->i", features @ self.model.sigma_, features))
        return self.mean + self.scale * (features @ self.model.coef_ + self.model.intercept_), self.scale * spread


def _features(x: np.ndarray, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    """Every parameter, its square, and the products of these pairs."""
    first, second = (np.array([pair[side] for pair in pairs], int) for side in (0, 1))
    return np.column_stack([x, x * x - 1 / 12, x[:, first] * x[:, second]])
