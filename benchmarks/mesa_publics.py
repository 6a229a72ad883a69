"""The publics phase in pure Python, as a Mesa modeller would write it, against the compiled phase.

The twin is written for this benchmark alone, from model and papers and not from our rules. Both start from one
furnished world and live through the same circumstances: violence, attacks, leaders, accords, recorded month by month
from a run of the whole model. They must give the same numbers before their times are compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import mesa
import numpy as np

from multitrack_sim import load
from multitrack_sim.engine.compiled import kernel
from multitrack_sim.process.initial import draw_world
from multitrack_sim.process.month import SCHEDULE
from multitrack_sim.process.publics import publics
from multitrack_sim.process.warmup import prepare
from multitrack_sim.scenario.layout import lay_out
from multitrack_sim.schema.categories import Phase
from multitrack_sim.schema.world import World, restore, snapshot

from .measure import Bar, Figure, Part, cpu_clock, interleaved

__all__ = ["Circumstances", "PublicsModel", "measure", "months_of", "record", "compiled_publics", "worst_difference"]

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "northern_ireland_1998.toml"

# ---------------------------------------------------------------- the twin


class GovernmentNow(NamedTuple):
    """What the rest of the world makes of one government this month."""

    burden: float
    optimism: float
    hawkishness: float
    concession: float
    resentment: float
    suspected: float


class Circumstances(NamedTuple):
    """What the rest of the world does to publics in one month."""

    violence: float
    carried_out: float  # of an accord in force
    left_out: float  # by an accord in force
    public_talks: bool
    momentum: float
    backlash: float
    attacks_by: tuple[int, ...]  # the parties of the spoilers that struck
    governments: tuple[GovernmentNow, ...]


def clamp(x: float, low: float = 0.0, high: float = 1.0) -> float:
    return max(low, min(high, x))


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


class Government(mesa.Agent):
    """Tells its public what it thinks of a settlement, and hears what its public thinks."""

    def __init__(self, model: PublicsModel, party: int):
        super().__init__(model)
        self.party = party
        self.communities: list[Community] = []
        self.strike = 0.0
        self.resentment = 0.0
        self.reasons = 0.0
        self.support = 0.0
        self.grievance = 0.0
        self.mobilisation = 0.0

    def be_struck(self):
        """Attacks by spoilers of other parties frighten its communities."""
        attacks = sum(1 for party in self.model.now.attacks_by if party != self.party)
        self.strike = self.model.p.fear_attack * attacks / (len(self.model.governments) - 1)

    def give_cue(self):
        """A leader speaks for a settlement when it sees a surplus in it, against it when hawkish and without one."""
        p, now = self.model.p, self.model.now
        mine = now.governments[self.party]
        self.resentment = min(1.0, mine.resentment + p.accord_untabled_grievance * now.left_out)
        cue = clamp(p.cue_optimism * mine.optimism - p.cue_doubt - mine.hawkishness, -1.0, 1.0)
        self.reasons = (
            p.burden * clamp(mine.burden, 0.0, p.burden_felt)
            + p.momentum * now.momentum
            + p.cue * cue
            - p.audience_cost * (clamp(mine.concession / p.audience_step) if now.public_talks else 0.0)
            - p.backlash * now.backlash
            - p.captured_support * p.known * mine.suspected
        )

    def hear_public(self):
        """Its public's mean support and grievance; a party without publics hears everybody's."""
        public = self.communities
        if public:
            self.support = sum(community.support for community in public) / len(public)
            self.grievance = sum(community.grievance for community in public) / len(public)
        else:
            everybody = self.model.communities
            self.support = sum(community.support for community in everybody) / len(everybody)
            self.grievance = sum(community.grievance for community in everybody) / len(everybody)
        self.mobilisation = logistic(self.model.p.mobilisation_steepness * (self.support - self.model.p.mobilisation))


class Community(mesa.Agent):
    """A locality on a social network."""

    def __init__(self, model: PublicsModel, government: Government, row: np.void):
        super().__init__(model)
        self.government = government
        self.neighbours: list[tuple[Community, float]] = []
        self.attitude = float(row["attitude"])
        self.attitude_before = self.attitude
        self.home = float(row["home"])
        self.support = float(row["support"])
        self.fear = float(row["fear"])
        self.grievance = float(row["grievance"])
        self.dividend = float(row["dividend"])
        self.programme_effect = float(row["programme_effect"])

    def remember(self):
        self.attitude_before = self.attitude

    def listen(self):
        """Move toward neighbours one can still understand (bounded confidence; Deffuant et al. 2000)."""
        p = self.model.p
        for neighbour, weight in self.neighbours:
            gap = neighbour.attitude_before - self.attitude_before
            if abs(gap) < p.bound:
                self.attitude += p.influence * weight * gap

    def feel(self):
        """Fear and grievance rise with violence and fade; fear sours attitudes, which slowly return home."""
        p, violence = self.model.p, self.model.now.violence
        self.fear *= 1 - p.fear_fading
        self.fear += (1 - self.fear) * clamp(p.fear_violence * violence + self.government.strike)
        self.grievance *= 1 - p.grievance_fading
        self.grievance += (1 - self.grievance) * clamp(p.grievance_violence * violence + self.government.resentment)
        pull = p.attitude_return * (self.home - self.attitude)
        self.attitude = clamp(self.attitude - p.attitude_fear * self.fear + pull)

    def enjoy_peace(self):
        """A peace dividend is felt as far as an accord is carried out, and fades without."""
        self.dividend += self.model.p.accord_dividend * (self.model.now.carried_out - self.dividend)

    def judge(self):
        """Support follows attitude, fear, dividend and the reasons of the whole public, with inertia."""
        p = self.model.p
        case = (
            self.government.reasons
            + p.attitude * (self.attitude + self.programme_effect - 0.5)
            - p.fear * self.fear
            + p.dividend * self.dividend
        )
        self.support += p.inertia * (logistic(case) - self.support)


class PublicsModel(mesa.Model):
    """Publics alone: everything else that happens is read from `history`, one `Circumstances` a month."""

    def __init__(self, world: World, history: Sequence[Circumstances]):
        super().__init__(rng=1)
        parameters = world.parameters[0]
        names = [name for name in world.parameters.dtype.names if name.startswith("publics_")]
        self.p = SimpleNamespace(**{name.removeprefix("publics_"): float(parameters[name]) for name in names})
        self.p.accord_dividend = float(parameters["accord_dividend"])
        self.p.captured_support = float(parameters["track_two_captured_support"])
        self.p.known = float(parameters["track_two_publicity"]) * (1 - float(parameters["track_two_confidentiality"]))
        self.p.accord_untabled_grievance = float(parameters["accord_untabled_grievance"])
        self.history = history
        self.month = 0
        self.momentum = self.backlash = 0.0

        governments = [Government(self, party) for party in range(len(world.governments))]
        communities = [Community(self, governments[row["party"]], row) for row in world.communities]
        for community, row in zip(communities, world.communities):
            community.government.communities.append(community)
            ties = world.ties[row["first_tie"] : row["first_tie"] + row["ties"]]
            community.neighbours = [(communities[tie["heard"]], float(tie["weight"])) for tie in ties]
        self.governments = self.agents_by_type[Government]
        self.communities = self.agents_by_type[Community]

    def step(self):
        self.now = self.history[self.month]
        self.governments.do("be_struck")
        self.governments.do("give_cue")
        self.communities.do("remember")
        self.communities.do("listen")
        self.communities.do("feel")
        self.communities.do("enjoy_peace")
        self.communities.do("judge")
        self.governments.do("hear_public")
        self.momentum = self.now.momentum * (1 - self.p.momentum_fading)
        self.backlash = self.now.backlash * (1 - self.p.momentum_fading)
        self.month += 1


# ---------------------------------------------------------------- the compiled phase under the same circumstances


@dataclass(frozen=True)
class Recording:
    """The tables that publics read and others write, as they stood before publics' turn, months x rows."""

    governments: np.ndarray
    spoilers: np.ndarray
    process: np.ndarray

    def only(self, months: slice) -> Recording:
        return Recording(self.governments[months], self.spoilers[months], self.process[months])


@kernel
def compiled_publics(world, governments, spoilers, process):
    """The phase month by month under recorded circumstances, without Python between the months."""
    for month in range(len(process)):
        for i in range(len(world.governments)):
            world.governments[i] = governments[month, i]
        for row in range(len(world.spoilers)):
            world.spoilers[row] = spoilers[month, row]
        world.process[0] = process[month, 0]
        publics(world, month)


def record(communities: int, months: int, seed: int = 7) -> tuple[World, Recording]:
    """A furnished world, and what happens to its publics in a run of the whole model.

    Programmes, which the phase reads but does not move, stay as that run left them.
    """
    prepare()
    layout = lay_out(load(SCENARIO).with_settings({"society.communities": communities, "run.months": max(12, months)}))
    world = layout.new_world()
    world.process["key"] = seed
    draw_world(world)
    start = snapshot(world)
    seen = Recording(*(np.stack([getattr(world, name)] * months) for name in ("governments", "spoilers", "process")))
    for month in range(months):
        for name, phase in SCHEDULE.items():
            if name == "publics":
                for table in ("governments", "spoilers", "process"):
                    getattr(seen, table)[month] = getattr(world, table)
            phase(world, month)
    programme_effect = world.communities["programme_effect"].copy()
    restore(world, start)
    world.communities["programme_effect"] = programme_effect
    return world, seen


def months_of(seen: Recording) -> list[Circumstances]:
    """The recording in plain Python, for the twin."""
    history, fields = [], GovernmentNow._fields
    for governments, spoilers, (process,) in zip(seen.governments, seen.spoilers, seen.process):
        at_table = process["phase"] == Phase.TALKS or process["talks_go_on"]
        history.append(
            Circumstances(
                violence=float(process["violence"]),
                carried_out=float(process["carried_out"]) if process["in_force"] else 0.0,
                left_out=float(process["ownerless"]) if process["in_force"] else 0.0,
                public_talks=bool(at_table and not process["channel"]),
                momentum=float(process["momentum"]),
                backlash=float(process["backlash"]),
                attacks_by=tuple(int(row["party"]) for row in spoilers if row["struck"]),
                governments=tuple(GovernmentNow(*(float(row[name]) for name in fields)) for row in governments),
            )
        )
    return history


def worst_difference(twin: PublicsModel, world: World) -> float:
    """The greatest difference between the twin and the tables, in anything that publics move."""
    pairs = []
    for agents, table, columns in (
        (twin.communities, world.communities, ("attitude", "support", "fear", "grievance", "dividend")),
        (
            twin.governments,
            world.governments,
            ("support", "grievance", "mobilisation", "reasons", "strike", "resentment"),
        ),
    ):
        pairs += [(np.array(agents.get(column)), table[column]) for column in columns]
    pairs += [(np.array([getattr(twin, name)]), world.process[name]) for name in ("momentum", "backlash")]
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in pairs)


# ---------------------------------------------------------------- the measurement


def measure(communities: int = 200, months: int = 180, repeats: int = 11) -> Part:
    """The twin and the compiled phase in turns, on one core."""
    world, seen = record(communities, months)
    history, start = months_of(seen), snapshot(world)
    recorded = (seen.governments, seen.spoilers, seen.process)
    twins: list[PublicsModel] = []

    def twin() -> float:
        restore(world, start)
        model = PublicsModel(world, history)
        began = cpu_clock()
        for _ in range(months):
            model.step()
        took = cpu_clock() - began
        twins[:] = [model]
        return took

    def compiled() -> float:
        took = 0.0
        for _ in range(10):  # one is over too soon to be timed well
            restore(world, start)
            began = cpu_clock()
            compiled_publics(world, *recorded)
            took += cpu_clock() - began
        return took / 10

    def from_python() -> float:
        restore(world, start)
        began = cpu_clock()
        for month in range(months):
            publics(world, month)
        return cpu_clock() - began

    twin()
    from_python()
    compiled()
    difference = worst_difference(twins[0], world)
    turns = interleaved({"twin": twin, "compiled": compiled, "from Python": from_python}, repeats)

    each = 1e9 / communities / months
    phases, attacks = len(set(seen.process["phase"].ravel().tolist())), int(seen.spoilers["struck"].sum())
    return Part(
        "publics",
        f"{communities} communities of Northern Ireland ({len(world.governments)} governments), {months} months recorded "
        f"from a run of the whole model ({phases} phases of the process, {attacks} attacks), one core; "
        f"{turns.how()} (ratios: of all). The twin is Mesa {mesa.__version__} and plain Python.",
        [
            Figure("Mesa twin / compiled phase", turns.ratio("twin", "compiled"), "times", Bar("at least", 100)),
            Figure("the same with a call from Python each month", turns.ratio("twin", "from Python"), "times"),
            Figure("greatest difference of their numbers", difference, "", Bar("below", 1e-12)),
            Figure("Mesa twin, per community and month", turns.median("twin") * each, "ns"),
            Figure("compiled phase, per community and month", turns.median("compiled") * each, "ns"),
            Figure("called from Python, per community and month", turns.median("from Python") * each, "ns"),
        ],
    )
