"""Every agreement of every run as a long table: one row each, in the order of signature."""

from __future__ import annotations

import pandas as pd

from ..scenario.scenario import Scenario
from ..schema.categories import Agreement
from .ensemble import run_ensemble

__all__ = ["agreements", "agreements_frame"]


def agreements_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """The agreements of final worlds as people read them, from their rows with the `run` (or seed) they belong to."""
    rows = rows.rename(columns={"run": "seed"})
    frame = pd.DataFrame({"seed": rows["seed"], "number": rows.groupby("seed").cumcount() + 1})
    frame["kind"] = pd.Categorical.from_codes(rows["kind"].astype(int), list(Agreement.words()), ordered=True)
    for name in ("signed", "in_force", "ended"):
        frame[f"month_{name}"] = rows[name].where(rows[name] >= 0).astype(float)
    return frame.assign(**{name: rows[name] for name in ("scope", "reach", "signatories")}).reset_index(drop=True)


def agreements(scenario: Scenario, runs: int = 1000, seed: int = 1, threads: int | None = None) -> pd.DataFrame:
    """Run a scenario many times: one row per agreement that was signed.

    Columns: `seed`, `number` (in the order of signature), `kind` (ceasefire, framework, comprehensive), `month_signed`,
    `month_in_force`, `month_ended` (missing: it has not), `scope` (weight of the issues it adds), `reach` (of the whole
    conflict, what it settles with those it builds on) and `signatories`.

    >>> import multitrack_sim as mt
    >>> scenario = mt.scenario_from_codes({"hurting_stalemate": 4}).with_settings({"run.months": 60})
    >>> mt.agreements(scenario, runs=2, seed=7).columns.tolist()[:4]
    ['seed', 'number', 'kind', 'month_signed']
    """
    result = run_ensemble(scenario, runs, seed, threads, worlds=True)
    signed = result.entities("accords")
    return agreements_frame(signed[signed["signed"] >= 0])
