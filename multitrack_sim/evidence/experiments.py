"""Experiments of the record, done in the model: the same runs with and without what was tried.

Each is an intervention of the model's own over conflicts of a population, on the same seeds, with an error by jackknife
over conflicts. What the model has no word for (names in texts, ethnic salience) is not asked of it, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.random import run_seed
from ..running.ensemble import run_rows
from ..scenario.codebook import scenario_from_codes
from ..scenario.layout import lay_out
from ..scenario.scenario import Scenario
from .population import COMMUNITIES

__all__ = ["NOT_ASKED", "Tried", "try_experiments"]

CONFLICTS, RUNS = 120, 4  # of each arm
CONTACT_MONTHS, ATTACK_MONTH, BEFORE_VOTE, YEAR = 24, 12, 3, 12
NOT_ASKED = {
    "T13": "not asked of the model: it knows no ethnic salience apart from attitudes",
    "T27": "not asked of the model: without exploratory talks there are no talks in it",
    "T28": "not asked of the model: its texts name nobody",
    "T30": "asked with coded cases: multitrack validate --cases",
    "T32": "not asked of the model: the record is a reading of four initiatives",
}


@dataclass(frozen=True)
class Tried:
    """What an experiment gives in the model, its standard error, what was done, and (where only a direction counts) whether
    that is the record's.
    """

    id: str
    value: float
    error: float
    told: str
    direction: str = ""


def direction_of(value: float, error: float, sign: float = 1.0) -> str:
    """Whether a number is clearly of a sign.

    >>> direction_of(0.3, 0.1), direction_of(0.1, 0.1), direction_of(0.3, 0.1, -1)
    ('same direction', 'no clear direction', 'opposite direction')
    """
    if math.isnan(value):
        return "not measured"
    if abs(value) <= 1.96 * error or value == 0:
        return "no clear direction"
    return "same direction" if value * sign > 0 else "opposite direction"


@dataclass(frozen=True)
class _Laboratory:
    codes: Sequence[Mapping[str, Any]]
    seed: int
    settings: Mapping[str, Any]
    threads: int
    done: Callable[[], None]

    def scenarios(self, more: Mapping[str, Any] | None = None, **codes: float) -> list[Scenario]:
        small = {"society.communities": COMMUNITIES} | dict(self.settings) | dict(more or {})
        # parties go by their numbers here: the experiments name the first
        named = [{name: value for name, value in one.items() if name != "party_names"} for one in self.codes]
        return [scenario_from_codes({**one, **codes}).with_settings(small) for one in named]

    def read(self, scenarios: Sequence[Scenario], read: Callable[[Any, Any], Any]) -> list[list[Any]]:
        """What `read` finds in every final world, by conflict and run."""

        def run(at: int) -> list[Any]:
            layout = lay_out(scenarios[at])
            own = run_seed(self.seed, at)
            seeds = np.array([run_seed(own, k) for k in range(RUNS)], np.int64)
            finals = np.zeros((RUNS, len(layout.world.words)))
            outcomes, _ = run_rows(layout, seeds, finals=finals)
            return [read(layout.world_on(finals[k]), outcomes[k]) for k in range(RUNS)]

        with ThreadPoolExecutor(self.threads) as pool:
            found = list(pool.map(run, range(len(scenarios))))
        self.done()
        return found


STEPS = 13  # calls of `read` in all, for a progress bar


def try_experiments(
    codes: Sequence[Mapping[str, Any]],
    seed: int,
    settings: Mapping[str, Any] | None = None,
    threads: int = 2,
    done: Callable[[], None] = lambda: None,
) -> list[Tried]:
    """T7, T10, T11, T12 and T31, over the first conflicts of a population."""
    laboratory = _Laboratory(list(codes)[:CONFLICTS], run_seed(seed, 7), dict(settings or {}), threads, done)
    return [*_contact(laboratory), _attack(laboratory), _guarantee(laboratory), _workshops(laboratory)]


def ratio(tops: np.ndarray, bottoms: np.ndarray) -> tuple[float, float]:
    """A ratio of sums over conflicts and its standard error, by leaving out one conflict at a time.

    >>> ratio(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    (2.0, 1.0)
    """
    top, bottom = tops.sum(), bottoms.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        without = (top - tops) / (bottom - bottoms)
        value = float(top / bottom) if bottom else math.nan
    without, count = without[np.isfinite(without)], int(np.isfinite(without).sum())
    if count < 2:
        return value, math.nan
    return value, math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))


# ---- contact: T10 and T11 --------------------------------------------------------------------------------------------
def _contact(laboratory: _Laboratory) -> list[Tried]:
    """Communities that have just been through a programme, against themselves without any programmes: towards those met,
    and towards strangers. In standard deviations of attitudes as they are at the start: the record's are between people,
    of whom the model knows none; between communities that talk to one another attitudes come to differ much less.
    """
    length = {"run.months": CONTACT_MONTHS}
    with_it = laboratory.read(laboratory.scenarios(length), _after_a_programme)
    without = laboratory.read(laboratory.scenarios(length | {"track_three.budget": 0.0}), _after_a_programme)
    met, strangers, people, spread = (np.zeros(len(with_it)) for _ in range(4))
    for at, (treated, control) in enumerate(zip(with_it, without)):
        for one, other in zip(treated, control):
            inside = one["finished"]
            gap = (one["attitude"] - other["attitude"])[inside] / one["yardstick"]
            met[at] += (gap + one["effect"][inside] / one["yardstick"]).sum()
            strangers[at] += gap.sum()
            people[at] += inside.sum()
            spread[at] += (other["spread"][inside] / one["yardstick"]).sum()
    value, error = ratio(met, people)
    apart, apart_error = ratio(met - strangers, people)
    far, narrow = ratio(strangers, people)[0], ratio(spread, people)[0]
    count = (
        f"{int(people.sum()):,} communities that have just finished a programme, each against itself without programmes"
    )
    measure = "in standard deviations of attitudes at the start"
    if people.sum() and narrow > 0:
        measure += f" ({value / narrow:.2f} of those between communities of a side by then)"
    return [
        Tried("T10", value, error, f"{count}; {measure}"),
        Tried(
            "T11", apart, apart_error, f"the same: {value:.2f} towards those met, {far:.2f} towards strangers (imposed: the form "
            "lets little of it last as an attitude)", direction_of(apart, apart_error),
        ),
    ]  # fmt: skip


def _after_a_programme(world: Any, _: Any) -> dict[str, Any]:
    people, parameters = world.communities, world.parameters
    stay = int(parameters["track_three_programme_months"][0])
    # a programme ends, and another may begin, where a community's number and the month add up to a multiple of its length
    finished = (people["programme"] != 0) & ((np.arange(len(people["programme"])) + CONTACT_MONTHS) % stay == 0)
    spread = np.zeros(len(finished))
    for party in np.unique(people["party"]):
        own = people["party"] == party
        spread[own] = people["attitude"][own].std()
    return {"attitude": people["attitude"].copy(), "effect": people["programme_effect"].copy(), "finished": finished,
            "spread": spread, "yardstick": max(float(parameters["society_attitude_spread"][0]), 1e-6)}  # fmt: skip


# ---- an attack before a vote: T12 ------------------------------------------------------------------------------------
def _attack(laboratory: _Laboratory) -> Tried:
    """One attack's fear in the communities of the first party; support for a settlement that it costs there, one to three
    months later.
    """
    party = "Party 1"
    calm = [one.with_settings({"run.months": ATTACK_MONTH}) for one in laboratory.scenarios()]
    fears = [np.nanmean([run[0] for run in runs]) for runs in laboratory.read(calm, _first_public)]
    tops, bottoms = np.zeros(len(fears)), np.zeros(len(fears))
    for later in range(1, BEFORE_VOTE + 1):
        base = [one.with_settings({"run.months": ATTACK_MONTH + later}) for one in laboratory.scenarios()]
        struck = []
        for one, fear in zip(base, fears):
            more = float(one.value("publics.fear_attack")) * (1.0 - fear)  # fear grows into what is left of it
            change = {"month": ATTACK_MONTH, "shift": f"communities.'{party}'.fear", "by": more}
            struck.append(one.with_interventions([change]))
        with_it, without = (laboratory.read(arm, _first_public) for arm in (struck, base))
        for at, (hit, spared) in enumerate(zip(with_it, without)):
            gaps = np.array([100.0 * (two[1] - one[1]) for one, two in zip(hit, spared)])
            tops[at] += np.nansum(gaps)
            bottoms[at] += np.isfinite(gaps).sum()
    value, error = ratio(tops, bottoms)
    told = "support for a settlement lost in the struck party's communities one to three months after one attack, in points"
    return Tried("T12", value, error, told)


def _first_public(world: Any, _: Any) -> tuple[float, float]:
    people = world.communities
    own = people["party"] == 0
    return (float(people["fear"][own].mean()), float(people["support"][own].mean())) if own.any() else (math.nan,) * 2


# ---- a guarantee: T7 -------------------------------------------------------------------------------------------------
def _guarantee(laboratory: _Laboratory) -> Tried:
    arms = [laboratory.read(laboratory.scenarios(guarantee=code), _implementation) for code in (4.0, 0.0)]
    found = []
    for arm in arms:
        kept = np.array([np.nansum(runs) for runs in arm])
        found.append((kept, np.array([np.isfinite(runs).sum() for runs in arm])))
    value = ratio(*found[0])[0] - ratio(*found[1])[0]
    parts = []
    for at in range(len(arms[0])):
        rest = np.arange(len(arms[0])) != at
        tops = [(kept[rest].sum(), count[rest].sum()) for kept, count in found]
        parts.append(tops[0][0] / max(tops[0][1], 1) - tops[1][0] / max(tops[1][1], 1))
    spread = np.array(parts)
    error = math.sqrt((len(spread) - 1) / len(spread) * float(((spread - spread.mean()) ** 2).sum()))
    told = "share of due provisions carried out, of the runs with an agreement: guarantee 4 less guarantee 0, all else alike"
    return Tried("T7", value, error, told, direction_of(value, error))


def _implementation(_: Any, outcomes: Any) -> float:
    return float(outcomes["implementation"])


# ---- a workshop, a year later: T31 -----------------------------------------------------------------------------------
def _workshops(laboratory: _Laboratory) -> Tried:
    """A year of sustained dialogue, then a year without; against two years without."""
    base = laboratory.scenarios({"run.months": 2 * YEAR}, track2=4.0)
    end = {"month": YEAR, "set": "track_two.budget", "to": 0.0}
    dialogue = laboratory.read([one.with_interventions([end]) for one in base], _rapport_and_trust)
    silence = laboratory.read([one.with_settings({"track_two.budget": 0.0}) for one in base], _rapport_and_trust)
    gaps = np.array([np.mean(np.array(one) - np.array(two), axis=0) for one, two in zip(dialogue, silence)])
    count = np.ones(len(gaps))
    (rapport, rapport_error), (trust, trust_error) = ratio(gaps[:, 0], count), ratio(gaps[:, 1], count)
    warmer = direction_of(rapport, rapport_error) == "same direction"
    unmoved = direction_of(trust, trust_error) == "no clear direction"
    direction = "same direction" if warmer and unmoved else "opposite direction" if not warmer else "no clear direction"
    told = (
        "a year of dialogue, then a year without: rapport of participants "
        f"{rapport:+.3f} ({rapport_error:.3f}), leaders' trust in the "
        f"other side {trust:+.3f} ({trust_error:.3f}); the record is of participants' empathy and trust"
    )
    return Tried("T31", rapport, rapport_error, told, direction)


def _rapport_and_trust(world: Any, outcomes: Any) -> tuple[float, float]:
    trust = np.asarray(world.dyads["trust"])
    return float(np.nan_to_num(outcomes["mean_rapport"])), float((1.0 / (1.0 + np.exp(-trust))).mean())
