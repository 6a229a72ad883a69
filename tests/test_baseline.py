"""The pinned baseline: the same seed gives the same numbers as when they were last renewed on purpose.

If a change of the model moves them, renew them with `python tests/test_baseline.py` and say so in docs/changelog.md under
"Results that changed". Runs are short, so that machines whose `exp` differs in the last bit still agree.
"""

import json
from pathlib import Path

import pytest

import multitrack_sim as mt

PINNED = Path(__file__).with_name("baseline.json")
WATCHED = ("violence_total", "mean_trust", "mean_misperception", "mean_support", "mean_attitude", "mean_fear",
           "mean_readiness", "measures_in_force", "options_found", "mean_rapport", "spent_track_three", "attacks",
           "workshops", "leader_changes")  # fmt: skip
SCENARIOS = {
    "coded": lambda: mt.scenario_from_codes({"hurting_stalemate": 3, "track2": 4, "spoilers": 3, "parties": 3}),
    **{
        name: lambda name=name: mt.load(Path(__file__).parents[1] / "scenarios" / f"{name}.toml")
        for name in ("northern_ireland_1998", "oslo_1993")
    },
}


def measured(name):
    scenario = SCENARIOS[name]().with_settings({"run.months": 24, "society.communities": 60})
    table = mt.simulate(scenario, runs=3, seed=42)
    return {outcome: [float(f"{value:.9g}") for value in table[outcome]] for outcome in WATCHED}


@pytest.mark.parametrize("name", SCENARIOS)
def test_same_seed_same_numbers(name):
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))[name]
    now = measured(name)
    for outcome in WATCHED:
        assert now[outcome] == pytest.approx(pinned[outcome], rel=1e-6, abs=1e-9), outcome


if __name__ == "__main__":
    PINNED.write_text(json.dumps({name: measured(name) for name in SCENARIOS}, indent=1) + "\n", encoding="utf-8")
