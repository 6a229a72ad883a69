"""Sensitivity: which settings an outcome hangs on, from the runs of a design, beside what noise alone would show.

SALib makes the designs and computes the indices. A setting matters only as far as its index stands above the noise floor,
the index of a dummy: the setting "dummy" of a design, which changes nothing, or, where every point was run several times,
the repetition of the same points on other seeds. Points share their seeds, so "dummy" shows what the estimator itself
makes up, and "other seeds" what luck does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ..designs.design import DUMMY, Design
from ..errors import MultitrackError, Problem, did_you_mean, printable
from ..schema.outcomes import OUTCOMES, Outcome
from .intervals import LEVEL, alike, alike_interval
from .run_tables import MAIN_OUTCOMES, values_of

__all__ = ["RunsOfDesign", "main_sensitivities", "morris", "point_means", "sensitivity", "sobol"]

REPETITION = "other seeds"  # the name of the dummy that stands for repeated points
RESAMPLES = 500
SEED = 1
UNKNOWN = (-math.inf, math.inf)


class RunsOfDesign(Protocol):
    """The runs of a design, as `Sweep` has them."""

    @property
    def design(self) -> Design:
        """What was run."""

    def table(self) -> pd.DataFrame:
        """All runs, one row each."""


def sensitivity(sweep: RunsOfDesign, outcome: str, value: str = "") -> pd.DataFrame:
    """The indices of a sweep of a `sobol` or `morris` design, as `sobol` or `morris` gives them: one row per setting (and
    arm, if there are arms).

    Of a category (`ended_by`) it takes a `value`, whose share of runs is explained; without one, there are rows for each
    value whose share differs between points, named in a first column `value`.

    Raises MultitrackError for another design, for an outcome that some runs have not, and where runs failed or are still
    to be made.

    >>> import tempfile, multitrack_sim as mt
    >>> scenario = mt.scenario_from_codes({}).with_settings({"run.months": 24, "society.communities": 20})
    >>> design = mt.designs.morris({"fighting.cost_rate": (0, 0.2), "dummy": (0, 1)}, points=4, runs=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = mt.sensitivity(mt.sweep(scenario, design, out=folder, say=print), "mean_readiness")
    >>> found.set_index("setting")["size"].gt(0).to_dict()
    {'fighting.cost_rate': True, 'dummy': False, 'other seeds': True}
    """
    arms = _runs_by_arm(sweep)
    columns = list(next(iter(arms.values())).columns)
    declared = OUTCOMES.get(outcome) if isinstance(outcome, str) and outcome in columns else None
    if declared is None:
        hint = did_you_mean(str(outcome), [name for name in OUTCOMES if name in columns]) or "mt.outcomes() lists them"
        raise MultitrackError(Problem("sensitivity", f"no outcome {printable(outcome)}", "one of the sweep's", hint))
    if value and value not in declared.values:
        few = ", ".join(declared.values) or f"no value: {outcome} is a number"
        raise MultitrackError(Problem("sensitivity", f"no value {printable(value)} of {outcome}", few))
    if not declared.values:
        return _by_arm({name: _indices(sweep.design, own, outcome) for name, own in arms.items()})
    if value:
        return _of_value(sweep.design, arms, declared, value)
    return _of_every_value(sweep.design, arms, declared)


def _of_value(design: Design, arms: dict[str, pd.DataFrame], outcome: Outcome, value: str) -> pd.DataFrame:
    """The indices of the share of runs in which a category has this value."""
    as_share = {name: own.assign(**{outcome.name: values_of(own, outcome, value)}) for name, own in arms.items()}
    return _by_arm({name: _indices(design, own, outcome.name) for name, own in as_share.items()})


def _of_every_value(design: Design, arms: dict[str, pd.DataFrame], outcome: Outcome) -> pd.DataFrame:
    """The indices of each value of a category whose share differs between points, in every arm."""
    found, settings = [], list(design.columns)
    for value in outcome.values:
        shares = (own.assign(**{outcome.name: values_of(own, outcome, value)}) for own in arms.values())
        if all(np.ptp(point_means(own, settings, outcome.name)["outcome"]) > 0 for own in shares):
            indices = _of_value(design, arms, outcome, value)
            indices.insert(0, "value", value)
            found.append(indices)
    if not found:
        raise MultitrackError(f"no value of {outcome.name} differs between points, so nothing can explain it")
    return pd.concat(found, ignore_index=True)


def main_sensitivities(sweep: RunsOfDesign) -> pd.DataFrame:
    """`sensitivity` for each of the main outcomes that every run has as a number and that differs between points; the first
    column is `outcome`.
    """
    arms, settings, found = _runs_by_arm(sweep), list(sweep.design.columns), []

    def explicable(own: pd.DataFrame, name: str) -> bool:
        known = pd.api.types.is_numeric_dtype(own[name]) and own[name].notna().all()
        return bool(known and np.ptp(point_means(own, settings, name)["outcome"]) > 0)

    for name in MAIN_OUTCOMES:
        if all(explicable(own, name) for own in arms.values()):
            indices = _by_arm({arm: _indices(sweep.design, own, name) for arm, own in arms.items()})
            indices.insert(0, "outcome", name)
            found.append(indices)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame({"outcome": []})


def _runs_by_arm(sweep: RunsOfDesign) -> dict[str, pd.DataFrame]:
    """The runs of each arm, read once; refused where there are no indices of them."""
    if not hasattr(sweep, "design"):
        made = "a sweep, as mt.sweep(...) or mt.open_sweep(folder) gives it"
        raise MultitrackError(Problem("sensitivity", f"found a {type(sweep).__name__}", made))
    design = sweep.design
    if design.kind not in ("sobol", "morris"):
        raise MultitrackError(f"the sweep is of the design {design.kind}; allowed: sobol, morris")
    table = sweep.table()
    if missing := len(design) - len(table):
        raise MultitrackError(f"{missing:,} runs of the sweep failed or are not made yet; allowed: none")
    return {name: table[table["arm"] == name] if len(design.arms) > 1 else table for name in design.arms}


def _indices(design: Design, runs: pd.DataFrame, outcome: str) -> pd.DataFrame:
    settings = list(design.columns)
    if design.kind == "sobol":
        return sobol(runs, settings, outcome, bool(design.options["second_order"]))
    return morris(runs, settings, outcome, int(design.options["levels"]))


def _by_arm(found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One table of all arms, without a column for them where there is only one."""
    if len(found) == 1:
        return next(iter(found.values()))
    return pd.concat([one.assign(arm=name) for name, one in found.items()], ignore_index=True)


def sobol(
    table: pd.DataFrame, settings: Sequence[str], outcome: str, second_order: bool = False, seed: int = SEED
) -> pd.DataFrame:
    """Sobol' indices from the runs of a Saltelli design: one row per setting, then the dummy.

    `table` has the design's points in SALib's order: one row per point, or a column `point` and several runs of each,
    which are averaged. `settings` names the varied columns in the design's order. Columns: `first` (the share of the
    outcome's variance that the setting explains alone: Saltelli et al. 2010) and `total` (with all its interactions:
    Jansen 1999; Saltelli et al. 2010), each with a bootstrap interval `_low`, `_high`; `floor`, the upper end of the
    dummy's total index; `above_noise`, whether the total's interval lies above it (missing where there is no dummy).
    With `second_order`, further rows hold pairs, "A x B", whose `first` is the index of the pair (Saltelli 2002).

    Where a setting moved no point at all, the interval is what so few base points may have missed, if the outcome stays
    within the range that it has shown (`analysis.intervals.alike_interval`). Only the dummy's 0 is certain.

    The indices are shares of the variance over the design's ranges: other ranges, other indices. The mean of several
    runs still holds noise, of which the row "other seeds" shows how much.

    >>> from SALib.sample import sobol as sample
    >>> points = sample.sample({"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1]] * 2}, 64, calc_second_order=False)
    >>> table = pd.DataFrame(points, columns=["a", "b"]).assign(attacks=points @ [2.0, 1.0])
    >>> sobol(table, ["a", "b"], "attacks")[["setting", "total"]].round(1).values.tolist()
    [['a', 0.8], ['b', 0.2]]
    """
    from SALib.analyze import sobol as salib

    names, means = list(settings), point_means(table, settings, outcome)
    block = (2 * len(names) if second_order else len(names)) + 2
    values = _varying(means["outcome"].to_numpy(), outcome)
    if len(values) % block:
        raise MultitrackError(
            f"found {len(values)} points; allowed: a multiple of {block}, as Saltelli's design makes them"
        )
    found = salib.analyze(_problem(names), values, second_order, RESAMPLES, LEVEL, seed=seed)
    count, most = len(values) // block, float(np.ptp(values) ** 2 / (2 * values.var()))  # the largest term of a total
    rows = [
        [
            name,
            *_ends(found, "S1", at, count, (-2 * most, 2 * most), name),
            *_ends(found, "ST", at, count, (0.0, most), name),
        ]
        for at, name in enumerate(names)
    ]
    if "spread" in means:
        rows.append([REPETITION, math.nan, math.nan, math.nan, *_repetition(means, values, block, seed)])
    if second_order:
        missing = [math.nan] * 3
        for at, bt in ((i, j) for i in range(len(names)) for j in range(i + 1, len(names))):
            name = f"{names[at]} x {names[bt]}"
            rows.append([name, *_ends(found, "S2", (at, bt), count, UNKNOWN, name), *missing])
    columns = ["setting", "first", "first_low", "first_high", "total", "total_low", "total_high"]
    return _with_floor(pd.DataFrame(rows, columns=columns), "total")


def morris(
    table: pd.DataFrame, settings: Sequence[str], outcome: str, levels: int = 4, seed: int = SEED
) -> pd.DataFrame:
    """Morris's (1991) elementary effects from the runs of a design of trajectories: one row per setting.

    `table` as for `sobol`, in the order of the trajectories; `levels` those of the design. Columns: `mean` (the mean
    effect of crossing the setting's whole range), `size` (the mean of its absolute value: Campolongo, Cariboni and
    Saltelli 2007) with `size_low` and `size_high`, `spread` (large where the effect depends on other settings, or
    is noise), `floor` and `above_noise` as for `sobol`. Absolute values never average noise away: without a dummy a size
    says little. Where all trajectories say the same, one included, the interval is what they may have missed, as for `sobol`.

    >>> from SALib.sample import morris as sample
    >>> points = sample.sample({"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1]] * 2}, 10, seed=1)
    >>> table = pd.DataFrame(points, columns=["a", "b"]).assign(attacks=points @ [2.0, -1.0])
    >>> morris(table, ["a", "b"], "attacks")[["setting", "mean", "size"]].round(6).values.tolist()
    [['a', 2.0, 2.0], ['b', -1.0, 1.0]]
    """
    from SALib.analyze import morris as salib

    names, means = list(settings), point_means(table, settings, outcome)
    values = _varying(means["outcome"].to_numpy(), outcome)
    if len(values) % (len(names) + 1):
        allowed = f"a multiple of {len(names) + 1}, as trajectories have them"
        raise MultitrackError(f"found {len(values)} points; allowed: {allowed}")
    points = np.column_stack([_as_numbers(means[name]) for name in names])
    found = salib.analyze(_problem(names), points, values, RESAMPLES, LEVEL, num_levels=levels, seed=seed)
    size, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    delta = levels / (2.0 * (levels - 1))
    count, most = len(values) // (len(names) + 1), float(np.ptp(values)) / delta  # the largest effect
    ends = [_interval(one, by, count, (0.0, most), name) for one, by, name in zip(size, half, names)]
    frame = pd.DataFrame(
        {
            "setting": names,
            "mean": np.asarray(found["mu"], float),
            "size": size,
            "size_low": [max(low, 0.0) for low, _ in ends],
            "size_high": [high for _, high in ends],
            "spread": np.asarray(found["sigma"], float),
        }
    )
    if "spread" in means:  # two independent means of half the runs differ by sqrt(2) more than two of all of them
        noise = np.abs(means["spread"].to_numpy()) / math.sqrt(2) / delta
        low, high = _resampled(noise, seed, most / math.sqrt(2))
        at = len(frame)
        frame.loc[at] = [REPETITION, 0.0, float(noise.mean()), low, high, float(noise.std(ddof=1))]
    return _with_floor(frame, "size")


def point_means(table: pd.DataFrame, settings: Sequence[str], outcome: str) -> pd.DataFrame:
    """One row per point of a design, in order: its settings, the mean `outcome`, and where points were run several
    times `spread`, the mean of every other run less that of the rest.

    >>> runs = pd.DataFrame({"point": [0, 0, 1, 1], "a": [5, 5, 6, 6], "attacks": [1.0, 3.0, 4.0, 4.0]})
    >>> point_means(runs, ["a"], "attacks").values.tolist()
    [[5.0, 2.0, -2.0], [6.0, 4.0, 0.0]]
    """
    for name in [*settings, outcome]:
        if name not in table.columns:
            raise MultitrackError(
                f"the table has no column {printable(name)}; allowed: {', '.join(map(str, table.columns))}"
            )
    if len(set(settings)) < len(list(settings)):
        raise MultitrackError("a setting is named twice; allowed: each once, in the design's order")
    if not pd.api.types.is_numeric_dtype(table[outcome]):
        few = f'numbers: mt.sensitivity(sweep, {outcome!r}), or a share: table.assign({outcome}=table[{outcome!r}] == "...")'
        raise MultitrackError(Problem(outcome, "is a category", few))
    values = pd.to_numeric(table[outcome]).astype(float)
    if values.isna().any():
        raise MultitrackError(f"{outcome} is missing in some runs; allowed: outcomes that every run has")
    if "point" not in table.columns:
        return table[list(settings)].reset_index(drop=True).assign(outcome=values.to_numpy())
    table = table.assign(_outcome=values)
    table["_half"] = table.groupby("point").cumcount() % 2
    means = table.groupby("point")[list(settings)].first().assign(outcome=table.groupby("point")["_outcome"].mean())
    halves = table.groupby(["point", "_half"])["_outcome"].mean().unstack()
    if halves.shape[1] == 2 and not halves.isna().any().any():
        means["spread"] = halves[0] - halves[1]
    return means.sort_index().reset_index(drop=True)


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _as_numbers(column: pd.Series) -> np.ndarray:
    """A varied column from 0 to 1; words by their order of appearance."""
    if not pd.api.types.is_numeric_dtype(column):
        column = pd.Series(pd.factorize(column)[0])
    values = np.asarray(column, float)
    width = values.max() - values.min()
    return (values - values.min()) / width if width > 0 else values * 0.0


def _varying(values: np.ndarray, outcome: str) -> np.ndarray:
    if not len(values) or np.ptp(values) == 0:
        raise MultitrackError(f"{outcome} is the same at all points, so nothing can explain it")
    return values


def _ends(
    found: Any, index: str, at: Any, count: int, bounds: tuple[float, float], setting: str
) -> tuple[float, float, float]:
    """An index with its interval."""
    value = float(found[index][at])
    return value, *_interval(value, float(found[f"{index}_conf"][at]), count, bounds, setting)


def _interval(value: float, half: float, count: int, bounds: tuple[float, float], setting: str) -> tuple[float, float]:
    """`half` to either side of a mean of `count` terms between bounds; terms that are all alike leave open what was missed.

    Only the dummy's are alike for certain: it changes nothing.
    """
    if half > 1e-9 * abs(value) or (setting == DUMMY and half == 0):
        return value - half, value + half
    return alike_interval(value, count, *bounds) if half == half else (math.nan, math.nan)


def _repetition(means: pd.DataFrame, values: np.ndarray, block: int, seed: int) -> tuple[float, float, float]:
    """The total index of a dummy that changes nothing but the seeds, at the design's own points (Jansen's formula).

    Means of half the runs have twice the noise variance of means of all: hence a quarter instead of a half.
    """
    noise = means["spread"].to_numpy()[::block] ** 2 / 4 / values.var()
    return float(noise.mean()), *_resampled(noise, seed, float(np.ptp(values) ** 2 / (4 * values.var())))


def _resampled(values: np.ndarray, seed: int, most: float) -> tuple[float, float]:
    """The bootstrap interval of a mean (Efron 1979) of values from 0 to `most`; of values that are alike, what is left open."""
    if alike(values):
        return alike_interval(float(values[0]), len(values), 0.0, most)
    draws = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _with_floor(frame: pd.DataFrame, index: str) -> pd.DataFrame:
    """The noise floor drawn in: the upper end of the dummy's index (of the larger where there are two)."""
    dummies = frame["setting"].isin([DUMMY, REPETITION])
    floor = float(frame.loc[dummies, f"{index}_high"].max()) if dummies.any() else math.nan
    above = (frame[f"{index}_low"] > floor).astype(object)
    above[dummies | frame[f"{index}_low"].isna() | math.isnan(floor)] = None
    return frame.assign(floor=floor, above_noise=above)
