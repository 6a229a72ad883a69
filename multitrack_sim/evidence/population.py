"""The reference population: a stated distribution of armed conflicts within states, and runs of it.

Marginals are those of a first trial, made before any run was seen. Codes hang together as the record's do: guarantors,
mediators and unofficial helpers go to hard cases (T8, T24), where spoilers, hawks and indivisible stakes come together
and publics are against. The strength of each code's tie to that common hardness is an assumption.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..engine.random import run_seed
from ..running.agreements import agreements_frame
from ..running.ensemble import Written, outcome_frame, run_written
from ..scenario.codebook import scenario_from_codes
from ..scenario.layout import Layout, lay_out
from ..schema.events import Event

__all__ = ["HARDNESS", "PARTIES", "POPULATION", "Population", "Record", "conflict_codes"]

# Shares (in %) of each code 0-4. The record that the targets come from is one of armed conflicts: nothing is drawn
# without fighting (the trial had .10 of those).
POPULATION = {
    "hurting_stalemate": (10, 20, 30, 25, 15), "power_asymmetry": (15, 25, 30, 20, 10), "spoilers": (10, 25, 30, 25, 10),
    "guarantee": (30, 25, 25, 15, 5), "track2": (15, 25, 30, 20, 10), "track3": (20, 30, 30, 15, 5),
    "cbm": (15, 30, 30, 20, 5), "cbm_verification": (25, 30, 25, 15, 5), "secrecy": (20, 25, 30, 20, 5),
    "indivisibility": (10, 20, 35, 25, 10), "mediation": (20, 20, 30, 20, 10), "hawkishness": (5, 20, 40, 25, 10),
    "public_support": (10, 25, 35, 25, 5), "fighting_level": (0, 22, 28, 28, 22), "power_sharing": (20, 30, 30, 15, 5),
    "outside_pressure": (10, 25, 40, 20, 5), "cost_of_no_deal": (55, 25, 15, 5, 0),
}  # fmt: skip
PARTIES = {2: 0.65, 3: 0.20, 4: 0.10, 6: 0.05}
# How far a code goes with the hardness of a case: the correlation of what lies behind it with what lies behind all.
HARDNESS = {
    "indivisibility": 0.5, "spoilers": 0.5, "hawkishness": 0.4, "fighting_level": 0.5, "public_support": -0.3,
    "mediation": 0.4, "guarantee": 0.4, "hurting_stalemate": 0.3, "track2": 0.2,
}  # fmt: skip
MONTHS, COMMUNITIES = 300, 40


def conflict_codes(count: int, seed: int) -> pd.DataFrame:
    """The codes of so many conflicts of the population, one row each.

    >>> conflict_codes(3, seed=1)["parties"].between(2, 6).all().item()
    True
    """
    rng = np.random.default_rng(seed)
    hardness = rng.standard_normal(count)
    table = {}
    for name, shares in POPULATION.items():
        tie = HARDNESS.get(name, 0.0)
        behind = tie * hardness + math.sqrt(1.0 - tie * tie) * rng.standard_normal(count)
        # ranks, not draws: the marginal is met as nearly as the number of conflicts allows
        ranks = np.argsort(np.argsort(behind)) / count
        table[name] = np.searchsorted(np.cumsum(shares) / 100.0 - 1e-9, ranks, side="right").clip(0, 4)
    table["parties"] = rng.choice(list(PARTIES), size=count, p=list(PARTIES.values()))
    return pd.DataFrame(table)


@dataclass(frozen=True)
class Record:
    """Runs of a population, as targets read them: `runs` (outcomes and codes, a row a run), `agreements` (a row each, by
    `run`), `attacks` and `texts` (the months of attacks, and of everything that was signed, by `run`). `run` numbers the
    rows of `runs`; `conflict` groups runs of one conflict.
    """

    runs: pd.DataFrame
    agreements: pd.DataFrame
    attacks: pd.DataFrame
    texts: pd.DataFrame
    months: int

    def of(self, keep: np.ndarray) -> Record:
        """The same, of some of the runs."""
        runs = self.runs[keep]
        signed, attacks, texts = (
            part[part["run"].isin(runs["run"])] for part in (self.agreements, self.attacks, self.texts)
        )
        return Record(runs, signed, attacks, texts, self.months)


class Population:
    """Conflicts laid out once and run as often as one likes: so many, their codes drawn with this seed, or those whose codes
    (and what stands beside codes) are given.
    """

    def __init__(
        self,
        conflicts: int | Sequence[Mapping[str, Any]],
        seed: int,
        months: int = MONTHS,
        settings: Mapping[str, Any] | None = None,
    ):
        if isinstance(conflicts, int):
            self.codes = conflict_codes(conflicts, seed)
            self.given = [{name: float(v) for name, v in codes.items()} for codes in self.codes.to_dict("records")]
        else:
            self.given = [dict(one) for one in conflicts]
            self.codes = pd.DataFrame(self.given)[[*POPULATION, "parties"]]
        self.seed, self.months = seed, months
        small = {"society.communities": COMMUNITIES, "run.months": months} | dict(settings or {})
        self.layouts: list[Layout] = [lay_out(scenario_from_codes(one).with_settings(small)) for one in self.given]
        self._written: dict[tuple[str, ...], list[Written]] = {}  # by the names of settings

    def run(
        self,
        settings: Mapping[str, float] | None = None,
        runs: int = 1,
        threads: int = 2,
        progress: Callable[[int, int], None] | None = None,
    ) -> Record:
        """Every conflict so many times, with these parameters changed: the same seeds whatever the settings."""
        changed = dict(settings or {})
        names, row = tuple(changed), np.array([list(changed.values())], float)
        places = self.places(names)
        for written in places[:1]:
            written.checked(row)
        with ThreadPoolExecutor(threads) as pool:
            jobs = [pool.submit(self._run_one, at, places[at], row, runs) for at in range(len(self.layouts))]
            parts = []
            for done, job in enumerate(jobs, 1):
                parts.append(job.result())
                if progress:
                    progress(done, len(jobs))
        seeds, outcomes, accords, events = (list(part) for part in zip(*parts, strict=True))
        table = outcome_frame(np.concatenate(seeds), np.concatenate(outcomes))
        conflict = np.repeat(np.arange(len(self.layouts)), runs)
        codes = self.codes.iloc[conflict].reset_index(drop=True).add_prefix("code_")
        table = pd.concat([table.assign(run=np.arange(len(table)), conflict=conflict), codes], axis=1)
        happened = _numbered([rows for many in events for rows in many])
        signed = agreements_frame(_numbered([rows for many in accords for rows in many])).rename(
            columns={"seed": "run"}
        )
        return Record(table, signed, happened[happened["kind"].isin(_ATTACKS)], _texts(happened, signed), self.months)

    def places(self, names: tuple[str, ...]) -> list[Written]:
        """Where these settings stand in each layout: looked up once, for that takes longer than a run."""
        if names not in self._written:
            self._written[names] = [Written(layout, names) for layout in self.layouts]
        return self._written[names]

    def _run_one(self, at: int, written: Written, row: np.ndarray, runs: int) -> tuple:
        layout = self.layouts[at]
        seeds = np.array([run_seed(run_seed(self.seed, at), k) for k in range(runs)], dtype=np.int64)
        finals = np.zeros((runs, len(layout.world.words)))
        values = np.repeat(written.as_bits(row), runs, axis=0)
        outcomes, _ = run_written(layout, seeds, written.cells, values, finals=finals)
        accords, events = [], []
        for k in range(runs):
            world = layout.world_on(finals[k])
            happened = np.asarray(world.events)[: min(int(world.tally["events"][0]), len(world.events))]
            accords.append(np.asarray(world.accords)[world.accords["signed"] >= 0])
            events.append(happened[np.isin(happened["kind"], _ATTACKS + _TEXTS)][["month", "kind"]].copy())
        return seeds, np.asarray(outcomes), accords, events


_ATTACKS = (int(Event.ATTACKED),)
_TEXTS = (int(Event.TALKS_OPENED), int(Event.PROCEDURE_SIGNED))


def _numbered(many: Sequence[np.ndarray]) -> pd.DataFrame:
    """Rows of all runs in one table, with the number of their run."""
    frame = pd.DataFrame(np.concatenate(many))
    frame.insert(0, "run", np.repeat(np.arange(len(many)), [len(rows) for rows in many]))
    return frame


def _texts(happened: pd.DataFrame, signed: pd.DataFrame) -> pd.DataFrame:
    """The months of everything that was signed: texts that open talks or say how to go on, and agreements."""
    process = happened[happened["kind"].isin(_TEXTS)][["run", "month"]]
    agreed = signed[["run", "month_signed"]].rename(columns={"month_signed": "month"})
    return pd.concat([process, agreed], ignore_index=True).sort_values(["run", "month"], ignore_index=True)
