"""Which outcome each parameter and each column of the cast moves most, and by how much.

Each is set to the ends of its range of study (a word: to each of its choices), in every reference scenario, on the
same seeds as the scenario as it stands. What is beyond noise is decided by flipping signs within pairs, over everything
at once; what stays within noise is turned again on more seeds.
`python experiments/what_each_parameter_moves.py --out docs/sensitivity.md`.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from support.moves_page import page
from support.runs import Progress, measured, units
from support.worlds import REFERENCE, column_range, parameter_range

import multitrack_sim as mt
from multitrack_sim.analysis.intervals import t_quantile
from multitrack_sim.scenario.settings import key_tables
from multitrack_sim.scenario.validation import IN_A_FILE, row_columns
from multitrack_sim.schema.parameters import PARAMETERS
from multitrack_sim.schema.tables import REFERS

FALSE_CALLS = 0.05  # of all stages together: once in 20 pages one of all the calls is false
AGAIN = 100  # what is added to the seed from stage to stage
FLIPS = 1000  # sets of random signs from which the family-wise noise floor is read
DUMMIES = 20  # comparisons of the scenario as it stands with itself on other seeds
LEAST_KNOWN = 0.25  # of the pairs; an outcome known in fewer is not compared
CHANGING_ONE_ROW = ("active", "required")  # set in every row at once they would leave nobody


@dataclass(frozen=True)
class Knob:
    """Something to turn: a parameter, or a column in the first row or in every row of its table."""

    name: str
    rows: str  # "" of a parameter, "first row" or "every row"
    settings: tuple[str, ...]
    values: tuple[Any, ...]


def between(low: float, high: float, whole: bool, choices: tuple[str, ...]) -> tuple[Any, ...]:
    """All choices of a word, the two ends of a range."""
    return choices or ((int(low), int(high)) if whole else (low, high))


def knobs(scenario: mt.Scenario) -> Iterator[Knob]:
    """Every parameter, then every column that a scenario may write; the columns by one row and by all rows."""
    for name, parameter in PARAMETERS.items():
        yield Knob(name, "", (name,), between(*parameter_range(name), parameter.whole, parameter.choices))
    names = scenario.names
    for table in IN_A_FILE:
        keys = [
            k for k in itertools.product(*(names[t] for t in key_tables(table))) if table != "dyads" or k[0] != k[1]
        ]
        for column in row_columns(table).values():
            choices = names[REFERS[column.name]] if column.name in REFERS else column.choices
            values = between(*column_range(table, column), column.whole, tuple(choices))
            settings = [".".join([table, *(f'"{key}"' for key in row), column.name]) for row in keys]
            if settings:
                yield Knob(f"{table}.{column.name}", "first row", tuple(settings[:1]), values)
            if len(settings) > 1 and column.name not in CHANGING_ONE_ROW:
                yield Knob(f"{table}.{column.name}", "every row", tuple(settings), values)


def arms(scenario: mt.Scenario, knob: Knob) -> list[tuple[str, mt.Scenario]]:
    """The scenarios that turning the knob gives, each with its value in words; values that make none are left out."""
    found = []
    for value in knob.values:
        try:
            made = scenario.with_settings(dict.fromkeys(knob.settings, value))
        except mt.SettingError:
            continue
        if made != scenario:
            found.append((f"{value:g}" if isinstance(value, (int, float)) else str(value), made))
    return found


def as_it_stands(scenario: mt.Scenario, knob: Knob) -> str:
    values = {scenario.value(setting) for setting in knob.settings}
    value = values.pop()
    return "mixed" if values else "" if value is None else f"{value:g}" if isinstance(value, (int, float)) else value


class Floor:
    """What noise alone would give: for each set of random signs the largest statistic of all, and dummies' swings."""

    def __init__(self, runs: int, seed: int, false_calls: float = FALSE_CALLS):
        self.false_calls = false_calls
        self.signs = np.random.default_rng(seed).choice([-1.0, 1.0], (FLIPS, runs))
        self.largest = np.zeros(FLIPS)

    def see(self, differences: np.ndarray) -> np.ndarray:
        """The statistic of each column of differences (pairs x columns); its noise joins the family's."""
        size = np.sqrt((differences**2).sum(axis=0))
        size[size == 0] = np.inf
        self.largest = np.maximum(self.largest, np.abs(self.signs @ differences / size).max(axis=1))
        return np.abs(differences.sum(axis=0)) / size

    @property
    def height(self) -> float:
        return float(np.quantile(self.largest, 1.0 - self.false_calls))


def turned(knob: Knob, label: str, scenario: mt.Scenario, base: np.ndarray, runs: int, seed: int, floor: Floor):
    """What turning one knob in one scenario does to every outcome: one row each; squares and runs within the arms."""
    made = arms(scenario, knob)
    tables = [base] + [measured(one, runs, seed) for _, one in made]
    words = [as_it_stands(scenario, knob), *(value for value, _ in made)]
    pairs = list(itertools.combinations(range(len(tables)), 2))
    means, rows = np.array([_mean(table) for table in tables]), []
    if pairs:
        apart = np.stack([comparable(tables[b] - tables[a]) for a, b in pairs])
        known = np.nan_to_num(apart)
        statistic = floor.see(known.transpose(1, 0, 2).reshape(runs, -1)).reshape(len(pairs), -1)
        best = np.nan_to_num(statistic).argmax(axis=0)
        for column, outcome in enumerate(units()):
            at = best[column]
            one, two = pairs[at]
            mean, low, high = paired(apart[at][:, column])
            rows.append({"name": knob.name, "rows": knob.rows, "scenario": label, "outcome": outcome, "from": words[one],
                         "to": words[two], "stands_at": words[0], "mean_from": means[one][column],
                         "mean_to": means[two][column], "mean_as_it_stands": means[0][column], "effect": mean, "low": low,
                         "high": high, "statistic": statistic[at][column],
                         "pairs_that_differ": int((known[:, :, column] != 0).any(axis=0).sum())})  # fmt: skip
    squares = [np.nansum((table - mean) ** 2, axis=0) for table, mean in zip(tables, means)]
    return rows, np.array([np.sum(squares, axis=0), np.sum([_known(table) for table in tables], axis=0)])


def _known(table: np.ndarray) -> np.ndarray:
    return (~np.isnan(table)).sum(axis=0)


def _mean(table: np.ndarray) -> np.ndarray:
    return np.nansum(table, axis=0) / np.maximum(_known(table), 1)


def comparable(apart: np.ndarray) -> np.ndarray:
    """The differences, those of outcomes that hardly any pair knows made missing."""
    return np.where(_known(apart) >= LEAST_KNOWN * len(apart), apart, math.nan)


@cache
def student(freedom: int) -> float:
    return t_quantile(freedom)


def paired(gaps: np.ndarray) -> tuple[float, float, float]:
    """Mean difference and its 95% interval (Student 1908); zero where nothing can be compared."""
    gaps = gaps[~np.isnan(gaps)]
    if len(gaps) < 2:
        return 0.0, 0.0, 0.0
    mean, half = float(gaps.mean()), student(len(gaps) - 1) * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    return mean, mean - half, mean + half


def stage(
    runs: int, seed: int, false_calls: float = FALSE_CALLS, only: Container[str] | None = None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Everything (or what is named) turned in every reference scenario: the long table, and what the noise is like."""
    scenarios = {label: make() for label, make in REFERENCE.items()}
    work = [
        (label, knob)
        for label, scenario in scenarios.items()
        for knob in knobs(scenario)
        if only is None or knob.name in only
    ]
    floor, rows = Floor(runs, seed, false_calls), []
    spreads: dict[str, list[np.ndarray]] = {label: [] for label in scenarios}
    bases = {label: measured(scenario, runs, seed) for label, scenario in scenarios.items()}
    progress = Progress(len(work), "settings turned")
    for label, knob in work:
        found, spread = turned(knob, label, scenarios[label], bases[label], runs, seed, floor)
        rows += found
        spreads[label].append(spread)
        progress.step()
    table = pd.DataFrame(rows).assign(runs=runs, floor=floor.height)
    sd = between_runs(np.stack([np.sum(spreads[label], axis=0) for label in scenarios]))
    table["standardised"] = (table["effect"].abs() / table["outcome"].map(sd)).fillna(0.0)
    noise: dict[str, Any] = {"floors": [floor.height], "flips": FLIPS, "runs": [runs], "seed": seed}
    if only is None:
        noise["dummies"] = {label: dummy(scenario, runs, seed, sd) for label, scenario in scenarios.items()}
    noise["asked"] = {(knob.name, knob.rows) for _, knob in work}
    return table, noise


def study(runs: int, again: Sequence[int], seed: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Everything on a few seeds; then, stage by stage, what is not beyond noise yet on more and fresh ones."""
    false_calls = FALSE_CALLS / (1 + len(again))
    table, noise = stage(runs, seed, false_calls)
    noise["weak"] = []
    for at, more in enumerate(again, 1):
        beyond = table[table["statistic"] > table["floor"]]["name"]
        weak = set(table["name"]) - set(beyond)
        if not weak:
            break
        found, known = stage(more, seed + at * AGAIN, false_calls, weak)
        table = pd.concat([table[~table["name"].isin(weak)], found], ignore_index=True)
        noise["weak"].append(len(weak))
        for name in ("floors", "runs"):
            noise[name] += known[name]
    return table, noise


def between_runs(sums: np.ndarray) -> pd.Series:
    """Standard deviation of each outcome within an arm (root mean square over scenarios); missing if it never varies."""
    squares, known = sums[:, 0], sums[:, 1]
    variance = np.mean(squares / np.maximum(known, 1), axis=0)
    return pd.Series(np.where(variance > 1e-12, np.sqrt(variance), math.nan), index=list(units()))


def dummy(scenario: mt.Scenario, runs: int, seed: int, sd: pd.Series) -> float:
    """Of 20 dummies with other seeds in their two arms: the largest standardised effect on any outcome, 95% quantile."""
    tables = [measured(scenario, runs, seed + 1 + at) for at in range(DUMMIES + 1)]
    means = [np.where(_known(table) >= LEAST_KNOWN * runs, _mean(table), math.nan) for table in tables]
    swings = [np.abs(b - a) / sd.to_numpy() for a, b in itertools.pairwise(means)]
    return float(np.quantile([np.nanmax(swing) for swing in swings], 0.95))


def main(given: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=64, help="seeds per value")
    options.add_argument(
        "--again", type=int, nargs="*", default=[512, 2048], help="seeds for what is within noise on those, by stages"
    )
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path, default=None, help="the page; a CSV of its data gets the same name")
    options.add_argument("--full", type=Path, default=None, help="CSV of every outcome of every setting, large")
    chosen = options.parse_args(given)
    if chosen.out:  # a folder that cannot be made is told now, not after the study
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
    table, noise = study(chosen.runs, chosen.again, chosen.seed)
    text, data = page(table, noise)
    print(text)
    if chosen.out:
        chosen.out.write_text(text, encoding="utf-8")
        data.to_csv(chosen.out.with_suffix(".csv"), index=False, float_format="%.4g")
    if chosen.full:
        table.to_csv(chosen.full, index=False, float_format="%.5g")


if __name__ == "__main__":
    main()
