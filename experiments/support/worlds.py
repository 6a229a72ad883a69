"""The worlds in which the experiments look at the model."""

from __future__ import annotations

from pathlib import Path

import multitrack_sim as mt
from multitrack_sim.schema.parameters import PARAMETERS
from multitrack_sim.schema.tables import Column

__all__ = ["REFERENCE", "column_range", "full_cast", "parameter_range"]

# Where what is allowed is far wider than what any study would try, and the table declares no range of study.
NARROWER: dict[str, tuple[float, float]] = {
    "run.months": (120, 600), "society.communities": (20, 200), "society.ties": (0, 12),
    "governments.power": (0.25, 4), "governments.population": (0.25, 4), "governments.term": (0, 72),
    "governments.next_election": (1, 72), "issues.weight": (0.25, 4), "measures.cost": (0, 4), "dyads.prior": (-2, 1.5),
}  # fmt: skip


def codebook_middle() -> mt.Scenario:
    """All eighteen codes at their middle."""
    return mt.scenario_from_codes({}, "Codebook, all codes in the middle").with_settings({"society.communities": 40})


def full_cast() -> mt.Scenario:
    """Four parties and every mechanism switched on; see the comments in full_cast.toml."""
    return mt.load(Path(__file__).with_name("full_cast.toml"))


def quiet_dispute() -> mt.Scenario:
    """A dispute without fighting in which having no deal is costly: shared water, say."""
    codes = {"fighting_level": 0, "cost_of_no_deal": 3, "spoilers": 1, "public_support": 1.5}
    return mt.scenario_from_codes(codes, "A dispute without fighting").with_settings({"society.communities": 40})


def hard_peace() -> mt.Scenario:
    """Seven parties that vote on everything; attacks, leaks, slow instructions and a faction at the table."""
    codes = {"parties": 7, "track2": 4, "spoilers": 4, "hurting_stalemate": 3, "public_support": 1.5, "cbm": 3}
    made = mt.scenario_from_codes({**codes, "cbm_verification": 2, "secrecy": 3}, "A hard peace")
    faction = 'spoilers."Faction of Party 1"'
    return made.with_settings({
        "society.communities": 40, "publics.influence": 0.3, "track_one.opposition": 1.0, "track_one.suspension": 0.5,
        "track_one.resumption": 0.05, "track_one.instruction_lag": 18.0, "track_one.technology": 0.8,
        "track_two.channel": 0.3, "track_two.leak": 0.15, "track_two.digital": 0.6, "spoiling.control": 0.9,
        f"{faction}.inside": 1, f"{faction}.kind": "limited", f"{faction}.capacity": 0.5,
        'governments."Party 1".attitude': 0.3, 'governments."Party 7".attitude': -0.3,
        **{f'governments."{party}".ratified_by': "referendum" for party in made.names["governments"]},
    })  # fmt: skip


REFERENCE = {
    "middle": codebook_middle, "full cast": full_cast, "no fighting": quiet_dispute, "hard peace": hard_peace
}  # fmt: skip


def parameter_range(name: str) -> tuple[float, float]:
    """The range in which a study would vary a parameter."""
    return NARROWER.get(name, PARAMETERS[name].range)


def column_range(table: str, column: Column) -> tuple[float, float]:
    """The same for a column that scenarios may write."""
    low, high = NARROWER.get(f"{table}.{column.name}", (column.low, column.high))
    return (low, high) if high <= 100 else (low, max(4 * column.default, 1.0))
