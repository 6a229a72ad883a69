"""The record as a table, and the reference population."""

import numpy as np
import pandas as pd
import pytest

import multitrack_sim as mt
from multitrack_sim.evidence.misses import fitted_misses, mean_squared_miss, spread_of
from multitrack_sim.evidence.population import HARDNESS, PARTIES, POPULATION, Population, Record, conflict_codes
from multitrack_sim.evidence.targets import (
    CALIBRATED,
    TARGETS,
    compared,
    measured,
    reached,
    signing_hazard,
)


@pytest.fixture(scope="module")
def record():
    return Population(30, seed=3, months=120).run(runs=2)


def test_every_target_says_what_it_is():
    assert len(CALIBRATED) >= 30
    for target in TARGETS.values():
        assert target.low <= target.value <= target.high and target.error > 0, target.id
        assert target.kind in ("observed", "intervened", "order")
        assert target.use in ("calibrate", "predict", "illustration", "benchmark")
        assert target.tag in ("D", "S", "M", "S/D") and target.source
        assert target.measure or target.note, f"{target.id} is measured nowhere"


def test_every_pattern_can_be_read_from_runs(record):
    found = measured(record)
    assert list(found.index) == [t.id for t in TARGETS.values() if t.measure]
    shares = [name for name in found.index if name.startswith(("T1'", "T2'", "T3'", "T4", "T5", "T16", "T18"))]
    assert found.loc[shares, "model"].dropna().between(0, 1).all()
    assert found.loc[["T4-low activity", "T4-ceasefire", "T4-victory", "T4-agreement"], "model"].sum() == pytest.approx(
        1
    )
    assert mean_squared_miss(compared(record)) > 0


def test_two_ways_to_the_misses_agree(record):
    """Patterns that may be fitted, all of them: judged with the error that was found over the very same runs."""
    found = compared(record, CALIBRATED)
    pd.testing.assert_series_equal(fitted_misses(record, spread_of(found)), found["miss"], check_names=False)
    fitted = {target.id for target in TARGETS.values() if target.use == "calibrate" and target.measure}
    assert set(found.index) == fitted and "T25" in fitted


def test_kaplan_meier_by_hand():
    """Five: at 2 one happens, one is seen until 3 only, at 4 one of three, two are seen to the end."""
    months = pd.Series([2.0, np.nan, 4.0, np.nan, np.nan])
    until = pd.Series([10.0, 3.0, 10.0, 10.0, 10.0])
    assert reached(months, until, 2) == pytest.approx(1 / 5)
    assert reached(months, until, 9) == pytest.approx(1 - 4 / 5 * 2 / 3)


def test_the_hazard_of_the_next_signing_by_hand():
    """One run with texts in months 0, 2 and 30, seen until 100: gaps of 2 and 28, then nothing for 70 months."""
    texts = pd.DataFrame({"run": [0, 0, 0], "month": [0, 2, 30]})
    empty = pd.DataFrame({"run": [], "month": []})
    made = Record(pd.DataFrame({"run": [0], "conflict": [0]}), empty, empty, texts, 100)
    assert signing_hazard(made, 0, 6) == pytest.approx(1 / (2 + 6 + 6))
    assert signing_hazard(made, 24, 60) == pytest.approx(1 / (4 + 36))


def test_the_population_is_the_one_that_is_stated():
    codes = conflict_codes(4000, seed=5)
    for name, shares in POPULATION.items():
        found = codes[name].value_counts(normalize=True).reindex(range(5), fill_value=0.0).to_numpy()
        assert np.abs(found - np.array(shares) / 100).max() < 0.002, name
    found = codes["parties"].value_counts(normalize=True)
    assert all(abs(found[n] - share) < 0.03 for n, share in PARTIES.items())
    hard = codes["indivisibility"]
    assert codes["mediation"].corr(hard) > 0.1 and codes["guarantee"].corr(hard) > 0.1, "helpers go to hard cases"
    assert codes["public_support"].corr(hard) < -0.05 and abs(codes["cbm"].corr(hard)) < 0.06
    assert set(HARDNESS) <= set(POPULATION)


def test_a_population_gives_the_same_runs_whoever_runs_them(record):
    again = Population(30, seed=3, months=120).run(runs=2, threads=1)
    assert again.runs.equals(record.runs) and again.agreements.equals(record.agreements)
    one = mt.scenario_from_codes({name[5:]: float(v) for name, v in record.runs.filter(like="code_").iloc[0].items()})
    table = mt.simulate(
        one.with_settings({"society.communities": 40, "run.months": 120}), runs=2, seed=mt.run_seed(3, 0)
    )
    assert table["violence_total"].tolist() == record.runs["violence_total"].tolist()[:2]


def test_agreements_are_a_long_table():
    scenario = mt.scenario_from_codes({"hurting_stalemate": 4, "mediation": 4}).with_settings(
        {"society.communities": 20}
    )
    table = mt.agreements(scenario, runs=20, seed=4)
    assert list(table) == [
        "seed", "number", "kind", "month_signed", "month_in_force", "month_ended", "scope", "reach", "signatories",
    ]  # fmt: skip
    assert len(table) > 5 and set(table["kind"]) <= {"ceasefire", "framework", "comprehensive"}
    assert (table["number"] == table.groupby("seed").cumcount() + 1).all()
    assert (table["month_in_force"] >= table["month_signed"]).loc[table["month_in_force"].notna()].all()
    accords = table[table["kind"] != "ceasefire"]
    assert (accords["scope"] > 0).all() and (accords["reach"] <= 1 + 1e-9).all() and (accords["signatories"] >= 2).all()
    runs = mt.simulate(scenario, runs=20, seed=4).set_index("seed")
    counted = table[table["month_in_force"].notna()].groupby("seed").size().reindex(runs.index, fill_value=0)
    assert (counted == runs["agreements"]).all()
