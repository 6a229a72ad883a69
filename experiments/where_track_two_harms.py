"""Where in the space of conflicts Track II harms and where it helps: a search for both ends with the same effort.

The effect is paired: months at peace with `track_two.budget` at 1 less months with it at 0, on the same seeds. A Latin
hypercube covers the codes, the two gates and the settings of workshops. The clearest points of either sign are run again
on fresh seeds, then varied and run again twice; what is reported in the end comes from seeds that chose nothing.
`python experiments/where_track_two_harms.py --out docs/where_track_two_harms.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from harms_figures import draw
from harms_page import page
from reference import Progress

import multitrack_sim as mt
from multitrack_sim.scenario import CODES

OUTCOME = "months_at_peace"
COMMUNITIES, WORKERS = 40, 2
# Besides the codes: who is let through, and how workshops are held.
SETTINGS = {
    "track_two.access": (0, 1), "track_two.publicity": (0, 1), "track_two.continuity": (0, 1), "track_two.digital": (0, 1),
    "track_two.coordination": (0, 1), "track_two.research": (0, 1), "track_two.clash": (0, 1),
    "track_two.hardening": (0, 1), "track_two.transfer": (0.05, 0.6),
}  # fmt: skip
PARTIES = ((0.55, 2), (0.8, 3), (0.95, 4), (1.0, 6))  # up to which share of points, how many
DIMENSIONS = [*CODES, *SETTINGS]
# What is switched off at the extreme points, one at a time.
ABLATIONS: dict[str, dict[str, Any]] = {
    "the gate to officials": {"track_two.access": 0}, "the gate to publics": {"track_two.publicity": 0},
    "reports": {"track_two.transfer": 0}, "insight into sincerity": {"track_two.insight": 0.5},
    "understanding": {"track_two.understanding": 0}, "raised hopes": {"track_two.raised_hopes": 0},
    "inventing options": {"track_two.invention": 0}, "tabling of avoided issues": {"track_two.tabling": 0},
    "divergence from the official line": {"track_two.divergence": 0}, "clashes of agendas": {"track_two.clash": 0},
    "hardening of identities": {"track_two.hardening": 0}, "the back channel": {"track_two.channel": 0},
    "leaks": {"track_two.leak": 0}, "the price of secrecy": {"track_two.legitimacy_deficit": 0},
    "alarm of spoilers": {"track_two.alarm": 0}, "momentum of civil society": {"track_two.momentum": 0},
    "explaining attacks": {"track_two.explanation": 0}, "proposing measures": {"track_two.proposals": 0},
    "contact in a suspension": {"track_one.resumption_contact": 0}, "damping of incidents": {"fighting.contact_damping": 0},
}  # fmt: skip


@dataclass
class Sizes:
    points: int = 3000
    runs: int = 24  # pairs at each point of the first sample
    candidates: int = 250  # of either sign, run again
    final: int = 1000  # pairs at each extreme point
    seed: int = 1


@dataclass
class Search:
    """All that was found: the sample with its pairs, what fresh seeds said, the extreme points and their ablations."""

    sizes: Sizes
    points: np.ndarray
    pairs: np.ndarray
    candidates: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    confirmed: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    ends: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def hypercube(count: int, rng: np.random.Generator) -> np.ndarray:
    """Points in the unit cube, one in every one of `count` layers of each dimension (McKay, Beckman, Conover 1979)."""
    layers = np.stack([rng.permutation(count) for _ in DIMENSIONS], axis=1)
    return (layers + rng.random(layers.shape)) / count


def meaning(point: np.ndarray) -> dict[str, float]:
    """The codes and settings that a point of the unit cube stands for."""
    found: dict[str, float] = {}
    for name, u in zip(DIMENSIONS, point):
        low, high = SETTINGS.get(name) or (CODES[name].low, CODES[name].high)
        found[name] = (
            next(n for up_to, n in PARTIES if u <= up_to) if name == "parties" else low + (high - low) * float(u)
        )
    return found


def scenario_at(point: np.ndarray) -> mt.Scenario:
    values = meaning(point)
    coded = mt.scenario_from_codes({name: values[name] for name in CODES})
    return coded.with_settings({name: values[name] for name in SETTINGS} | {"society.communities": COMMUNITIES})


def effects(scenario: mt.Scenario, runs: int, seed: int, changes: Mapping[str, Any] | None = None) -> np.ndarray:
    """Run by run: months at peace with Track II less months without."""
    arms = [scenario.with_settings({**(changes or {}), "track_two.budget": budget}) for budget in (1.0, 0.0)]
    with_it, without = (mt.run_ensemble(arm, runs, seed, threads=1).table[OUTCOME].to_numpy() for arm in arms)
    return with_it - without


def everywhere(points: np.ndarray, runs: int, seed: int, what: str) -> np.ndarray:
    """The pairs at every point (points x runs), each point with seeds of its own."""
    found, progress = np.zeros((len(points), runs)), Progress(len(points), what)
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = {
            pool.submit(lambda at: (at, effects(scenario_at(points[at]), runs, mt.run_seed(seed, at))), at)
            for at in range(len(points))
        }
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for one in done:
                    at, pairs = one.result()
                    found[at] = pairs
                progress.step(len(done))
        except BaseException:  # Ctrl-C too: what has not begun never will
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def chance_of_noise(pairs: np.ndarray) -> np.ndarray:
    """Two-sided p of each point: the sum of differences against flipped signs (normal approximation, never too bold)."""
    size = np.sqrt((pairs**2).sum(axis=1))
    statistic = np.abs(pairs.sum(axis=1)) / np.where(size > 0, size, np.inf)
    return np.array([2 * (1 - NormalDist().cdf(value)) for value in statistic])


def credible(chances: np.ndarray, level: float = 0.05) -> np.ndarray:
    """Those that stand at a false discovery rate of 5% (Benjamini and Hochberg 1995)."""
    order = np.argsort(chances)
    good = np.nonzero(chances[order] <= level * np.arange(1, len(order) + 1) / max(1, len(order)))[0]
    found = np.zeros(len(chances), bool)
    found[order[: good[-1] + 1 if len(good) else 0]] = True
    return found


def varied(parents: np.ndarray, each: int, rng: np.random.Generator) -> np.ndarray:
    """The points and `each` neighbours of every one: a third of the coordinates moved a little, or taken from another."""
    children = np.repeat(parents, each, axis=0)
    other = parents[rng.integers(len(parents), size=len(children))]
    children = np.where(rng.random(children.shape) < 0.2, other, children)
    moved = np.clip(children + rng.normal(0, 0.15, children.shape), 0, 1)
    return np.concatenate([parents, np.where(rng.random(children.shape) < 0.33, moved, children)])


def apart(points: np.ndarray, order: np.ndarray, count: int) -> np.ndarray:
    """The first so many in this order that are not near neighbours of one before them."""
    kept: list[int] = []
    for at in order:
        if all(np.abs(points[at] - points[k]).mean() > 0.08 for k in kept):
            kept.append(int(at))
    kept += [int(at) for at in order if at not in kept]
    return points[kept[:count]]


def extremes(search: Search, sign: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Five points where the effect is most negative (sign -1) or most positive, and what chose them."""
    sizes, word = search.sizes, "harm" if sign < 0 else "benefit"
    points, chosen_by = search.points[search.candidates], search.confirmed.mean(axis=1)
    for turn, runs in ((1, 64), (2, 128)):
        best = np.argsort(-sign * chosen_by)[:16]
        points = varied(points[best], 3, rng)
        chosen_by = everywhere(
            points, min(runs, sizes.final), sizes.seed + 100 * turn + sign, f"refining {word}, {turn} of 2"
        ).mean(axis=1)
    five = apart(points, np.argsort(-sign * chosen_by), 5)
    fresh = everywhere(five, sizes.final, sizes.seed + 500 + sign, f"fresh seeds for {word}")
    chosen = {tuple(point): value for point, value in zip(points, chosen_by)}
    return [{"point": p, "chosen_by": chosen[tuple(p)], "pairs": pairs} for p, pairs in zip(five, fresh)]


def ablated(ends: list[dict[str, Any]], runs: int, seed: int, what: str) -> None:
    """What each mechanism's absence changes at these points, run by run on the same seeds; written into `ends`."""
    progress = Progress(len(ends) * len(ABLATIONS), what)
    with ThreadPoolExecutor(WORKERS) as pool:
        for at, end in enumerate(ends):
            scenario, own = scenario_at(end["point"]), mt.run_seed(seed, at)
            whole = effects(scenario, runs, own)
            jobs = {name: pool.submit(effects, scenario, runs, own, off) for name, off in ABLATIONS.items()}
            end["ablations"] = {}
            for name, job in jobs.items():
                end["ablations"][name] = job.result() - whole
                progress.step()


def look(sizes: Sizes) -> Search:
    """The whole search."""
    rng = np.random.default_rng(sizes.seed)
    points = hypercube(sizes.points, rng)
    search = Search(sizes, points, everywhere(points, sizes.runs, sizes.seed + 1000, "points sampled"))
    mean, clear = search.pairs.mean(axis=1), np.argsort(chance_of_noise(search.pairs), kind="stable")
    picked = [[at for at in clear if sign * mean[at] > 0][: sizes.candidates] for sign in (-1, 1)]
    search.candidates = np.array(sorted(picked[0] + picked[1]), int)
    search.confirmed = everywhere(points[search.candidates], 64, sizes.seed + 2000, "candidates on fresh seeds")
    for name, sign in (("harm", -1), ("benefit", 1)):
        search.ends[name] = extremes(search, sign, rng)
        ablated(search.ends[name], max(2, sizes.final // 4), sizes.seed + 3000 + sign, f"mechanisms of {name}")
    return search


def main(given: list[str] | None = None) -> None:
    usual = Sizes()
    options = argparse.ArgumentParser(description=__doc__)
    for name, help_text in (("points", "points of the sample"), ("runs", "pairs of runs at each"),
                            ("candidates", "points of either sign run again"), ("final", "pairs at extreme points"),
                            ("seed", "")):  # fmt: skip
        options.add_argument(f"--{name}", type=int, default=getattr(usual, name), help=help_text)
    options.add_argument("--out", type=Path, default=None, help="the page; figures go to images/ beside it")
    chosen = vars(options.parse_args(given))
    out = chosen.pop("out")
    try:
        search = look(Sizes(**chosen))
    except KeyboardInterrupt:
        raise SystemExit("stopped; nothing was written") from None
    captions = draw(search, out.parent / "images") if out else {}
    text, table = page(search, captions)
    print(text)
    if out:
        out.write_text(text, encoding="utf-8")
        table.to_csv(out.with_suffix(".csv"), index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
