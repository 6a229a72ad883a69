"""Every doubt in the runs: plausible sets of parameters, and variants of the rules.

The record leaves many values of the parameters, and several forms of the rules, about equally likely. Runs that are to
carry that doubt have one plausible set and one variant each: run k of every arm the same, so that pairs stay pairs, and
every set and every variant equally often. A value that a scenario or an arm sets itself stays as it is.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import MultitrackError, Problem, SettingError, did_you_mean, printable
from ..schema.parameter import Parameter
from ..schema.parameters import PARAMETERS
from .variants import VARIANTS, Variant

__all__ = ["DOUBT_COLUMNS", "OPTION", "PLAUSIBLE", "SET", "VARIANT", "Doubts", "doubts", "doubts_of", "plausible_sets"]

PLAUSIBLE, ALL = "plausible", "all"
SET, VARIANT = "parameter_set", "variant"  # columns of tables of such runs
DOUBT_COLUMNS = (SET, VARIANT)
OPTION = "doubts"  # of a design: what its runs differ in beside points and arms
FILE = Path(__file__).with_name("plausible_sets.csv")


def plausible_sets() -> pd.DataFrame:
    """The plausible sets of parameters that come with the package: a row each (index `set`), a column per parameter.

    They are values at which the model meets the record about as well as at its defaults; `plausible_sets.json` beside the
    file says how they were found. Their order is random: the first so many are a sample of all.

    >>> sets = plausible_sets()
    >>> sets.index.name, len(sets) >= 20, set(sets.columns) <= set(PARAMETERS)
    ('set', True, True)
    """
    return _packaged().copy()


@cache
def _packaged() -> pd.DataFrame:
    with FILE.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    table = pd.DataFrame([[float(cell) for cell in row] for row in rows], columns=names)
    return table.astype({"set": int}).set_index("set")


@dataclass(frozen=True, eq=False)
class Doubts:
    """Which plausible set and which variant every run has. None, or no variants: those are not varied.

    The order follows from the number of a run alone: the sets in turn, and in each turn another variant for each set, so
    that after (sets x variants) runs every set has met every variant once.
    """

    sets: pd.DataFrame | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def counts(self) -> tuple[int, int]:
        """How many sets and how many variants there are; what is not varied is one."""
        return (1 if self.sets is None else len(self.sets)), max(1, len(self.variants))

    def places(self, runs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of runs, by number: the place of their set among the sets, and of their variant among the variants.

        >>> at, variant = doubts("plausible", ["as it is"]).places(np.arange(3))
        >>> at.tolist(), variant.tolist()
        ([0, 1, 2], [0, 0, 0])
        """
        sets, variants = self.counts
        turn, at = np.divmod(np.asarray(runs, np.int64), sets)
        return at, (at + turn) % variants

    @property
    def names(self) -> tuple[str, ...]:
        """Every parameter that a set or a variant gives a value."""
        return tuple(self._table)

    @cached_property
    def _table(self) -> dict[str, np.ndarray]:
        """Of every parameter its number under every variant (rows) and set (columns)."""
        given: dict[str, None] = dict.fromkeys(() if self.sets is None else self.sets.columns)
        for variant in self.variants:
            given |= dict.fromkeys([*variant.settings, *variant.recentred])
        return {name: self._numbers(_known(name)) for name in given}

    def _numbers(self, parameter: Parameter) -> np.ndarray:
        """A variant's own value; or else the set's, moved as far as the variant's re-centring moves the default."""
        name = parameter.name
        sets, variants = self.counts
        found = np.full((variants, sets), float(parameter.default))
        if self.sets is not None and name in self.sets:
            found[:] = _column(parameter, self.sets[name])
        for at, variant in enumerate(self.variants):
            if name in variant.recentred:
                moved = _number(parameter, variant.recentred[name]) - float(parameter.default)
                found[at] = np.clip(found[at] + moved, parameter.low, parameter.high)
                found[at] = np.round(found[at]) if parameter.whole else found[at]
            if name in variant.settings:
                found[at] = _number(parameter, variant.settings[name])
        return found

    def values(self, runs: np.ndarray, kept: Collection[str] = ()) -> dict[str, Any]:
        """Of runs, by number, the value of every parameter in doubt, but for those `kept`, which somebody set."""
        at, variant = self.places(runs)
        return {name: numbers[variant, at] for name, numbers in self._table.items() if name not in kept}

    def settings(self, run: int, kept: Collection[str] = ()) -> dict[str, Any]:
        """What one run is set to: `scenario.with_settings(...)` of it repeats the run.

        >>> doubts(None, ["as it is"]).settings(3)
        {}
        """
        found = self.values(np.array([run]), kept)
        return {name: _value(PARAMETERS[name], float(value[0])) for name, value in found.items()}

    def columns(self, runs: np.ndarray) -> dict[str, Any]:
        """The columns of a table of these runs that say what each was assumed to be."""
        at, variant = self.places(runs)
        found: dict[str, Any] = {}
        if self.sets is not None:
            found[SET] = self.sets.index.to_numpy()[at]
        if self.variants:
            found[VARIANT] = pd.Categorical.from_codes(variant, [one.name for one in self.variants])
        return found

    def beside_seed(self, table: pd.DataFrame, runs: np.ndarray) -> pd.DataFrame:
        """A table of these runs with the columns after `seed`."""
        place = table.columns.get_loc("seed") + 1
        parts = [table.iloc[:, :place], pd.DataFrame(self.columns(runs), index=table.index), table.iloc[:, place:]]
        return pd.concat(parts, axis=1)

    @cached_property
    def identity(self) -> str:
        """A hash of every value that it gives to any run."""
        said: list[Any] = [None if self.sets is None else [list(self.sets.columns), self.sets.to_numpy().tolist()]]
        said += [[one.name, sorted(one.settings.items()), sorted(one.recentred.items())] for one in self.variants]
        return hashlib.sha256(json.dumps(said, default=float).encode()).hexdigest()[:16]

    @property
    def options(self) -> dict[str, Any]:
        """How a design says that its runs carry these doubts; `doubts_of` reads it."""
        if self.sets is not None and not self.sets.equals(_packaged()):
            allowed = "parameters='plausible': runs in a folder must be able to go on where the table is not"
            raise MultitrackError(Problem("parameters", "a table of sets of one's own, kept in a folder", allowed))
        said = {"parameters": PLAUSIBLE if self.sets is not None else "", "variants": [v.name for v in self.variants]}
        return {OPTION: {**said, "identity": self.identity}}

    @property
    def asked_for(self) -> tuple[pd.DataFrame | None, list[str] | None]:
        """The `parameters` and `variants` that give the same again."""
        return self.sets, [one.name for one in self.variants] or None

    @property
    def in_words(self) -> str:
        """What the runs carry, in one sentence."""
        parts = [] if self.sets is None else [f"one of {len(self.sets)} plausible sets of parameters"]
        parts += [f"one of {len(self.variants)} variants of the rules"] if self.variants else []
        return f"Every run has {' and '.join(parts)}, the same in both runs of a pair."


def doubts(parameters: str | pd.DataFrame | None = None, variants: str | Sequence[str] | None = None) -> Doubts | None:
    """What runs are to carry: `parameters="plausible"` (or a table of one's own, a row per set), `variants="all"` or
    names of variants. None where neither is asked for.

    >>> doubts() is None, doubts("plausible").counts[1]
    (True, 1)
    """
    sets = _sets(parameters)
    chosen = _variants(variants)
    if sets is None and not chosen:
        return None
    made = Doubts(sets, chosen)
    made.names  # noqa: B018 - every name and value is looked at before anything is run
    return made


def doubts_of(options: Mapping[str, Any]) -> Doubts | None:
    """What the runs of a design carry. SettingError where the package's sets or variants are not those it was made with."""
    said = options.get(OPTION)
    if not said:
        return None
    made = doubts(said["parameters"] or None, said["variants"] or None)
    if made is None or made.identity != said["identity"]:
        found = "its runs carry other plausible sets or variants than those of this version"
        raise SettingError(Problem("parameters, variants", found, hint="open it with the version that made it"))
    return made


def _sets(given: Any) -> pd.DataFrame | None:
    if given is None:
        return None
    if isinstance(given, pd.DataFrame):
        if not len(given) or given.isna().to_numpy().any():
            raise SettingError(Problem("parameters", "a table without rows, or with gaps", "a value in every cell"))
        return given.rename_axis("set")
    if given != PLAUSIBLE:
        raise SettingError(Problem("parameters", f"found {printable(given)}", f"{PLAUSIBLE!r}"))
    return _packaged()


def _variants(given: Any) -> tuple[Variant, ...]:
    if given is None:
        return ()
    if isinstance(given, str):
        given = list(VARIANTS) if given == ALL else [given]
    chosen = list(given) if isinstance(given, Sequence) else [given]
    if not chosen:
        raise SettingError(Problem("variants", "found none", f"{ALL!r}, or names: {', '.join(VARIANTS)}"))
    problems = [
        Problem("variants", f"no variant {printable(name)}", f"{ALL!r}, {', '.join(VARIANTS)}", did_you_mean(name, VARIANTS))
        for name in chosen
        if not isinstance(name, str) or name not in VARIANTS
    ]  # fmt: skip
    if problems or len(set(chosen)) < len(chosen):
        raise SettingError(problems or [Problem("variants", "one stands there twice", "each once")])
    return tuple(VARIANTS[name] for name in chosen)


def _known(name: str) -> Parameter:
    parameter = PARAMETERS.get(name)
    if parameter is None:
        raise SettingError(Problem(printable(name), "no such parameter", hint=did_you_mean(name, PARAMETERS)))
    if parameter.structural:
        raise SettingError(Problem(name, "shapes the world, so that runs of one cannot differ in it", "another one"))
    return parameter


def _column(parameter: Parameter, values: pd.Series) -> np.ndarray:
    """A column of sets as runs hold it."""
    numbers: np.ndarray | None = values.to_numpy(float) if pd.api.types.is_numeric_dtype(values) else None
    if numbers is not None:  # hundreds of parameters: looked at all at once
        good = (numbers >= parameter.low) & (numbers <= parameter.high) & (not parameter.whole or numbers % 1 == 0)
        if good.all():
            return numbers
    return np.array([_number(parameter, value) for value in values.tolist()])


def _number(parameter: Parameter, value: Any) -> float:
    """A value as runs hold it: words by their place."""
    if isinstance(value, str) and value in parameter.choices:
        return float(parameter.choices.index(value))
    good = isinstance(value, int | float) and parameter.low <= value <= parameter.high
    if not good or (parameter.whole and value % 1):
        numbers = f"{'whole numbers' if parameter.whole else 'numbers'} from {parameter.low:g} to {parameter.high:g}"
        allowed = ", ".join(parameter.choices) or numbers
        raise SettingError(Problem(parameter.name, f"found {printable(value)}", allowed))
    return float(value)


def _value(parameter: Parameter, number: float) -> Any:
    """A number that runs hold, as a scenario writes it."""
    if parameter.choices:
        return parameter.choices[int(number)]
    return int(number) if parameter.whole else number
