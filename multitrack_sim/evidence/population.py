"""The reference population: a stated distribution of conflicts."""

import numpy as np

from ..scenario import Scenario, scenario_from_codes

# Shares (in %) of each code 0-4 in the population: an assumption, made before any run was seen.
POPULATION = {
    "hurting_stalemate": (10, 20, 30, 25, 15), "power_asymmetry": (15, 25, 30, 20, 10), "spoilers": (10, 25, 30, 25, 10),
    "guarantee": (30, 25, 25, 15, 5), "track2": (15, 25, 30, 20, 10), "track3": (20, 30, 30, 15, 5),
    "cbm": (15, 30, 30, 20, 5), "cbm_verification": (25, 30, 25, 15, 5), "secrecy": (20, 25, 30, 20, 5),
    "indivisibility": (10, 20, 35, 25, 10), "mediation": (20, 20, 30, 20, 10), "hawkishness": (5, 20, 40, 25, 10),
    "public_support": (10, 25, 35, 25, 5), "fighting_level": (0, 15, 30, 30, 25), "power_sharing": (20, 30, 30, 15, 5),
    "outside_pressure": (10, 25, 40, 20, 5), "cost_of_no_deal": (55, 25, 15, 5, 0),
}  # fmt: skip
PARTIES = {2: 0.65, 3: 0.20, 4: 0.10, 6: 0.05}


def conflicts(count: int, seed: int) -> list[Scenario]:
    """So many conflicts of the population, their codes drawn with this seed."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(count):
        codes = {name: int(rng.choice(5, p=np.array(shares) / 100)) for name, shares in POPULATION.items()}
        codes["parties"] = int(rng.choice(list(PARTIES), p=list(PARTIES.values())))
        drawn.append(scenario_from_codes(codes).with_settings({"society.communities": 40}))
    return drawn
