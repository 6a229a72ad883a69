"""Published numbers: what twenty short runs gave, to the last bit, so that any machine can tell whether it gives the same.

They lie in `published.json`, with the model version they belong to: the hash of each run's outcomes and the outcomes
themselves, so that one can say how far they are off, and a hash for each of its months, so that one can say from when.
`multitrack info --check` makes the runs again; `python -m multitrack_sim.running.published` publishes them anew.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.random import run_seed
from ..engine.sources import model_version
from ..errors import MultitrackError, printable
from ..scenario.codebook import scenario_from_codes
from ..scenario.library import as_scenario
from ..scenario.scenario import Scenario
from ..schema.outcomes import OUTCOMES
from ..schema.world import as_numbers
from .ensemble import Ensemble, run_ensemble
from .files import write_whole

__all__ = ["GROUPS", "Check", "Group", "check", "measured", "publish", "published"]

FILE = Path(__file__).with_name("published.json")
RENEW = "python -m multitrack_sim.running.published"
SEED, RUNS_OF_A_GROUP = 1, 4


@dataclass(frozen=True)
class Group:
    """Four runs of one scenario: one that comes with the package, or what codes give, with settings of its own."""

    name: str
    scenario: str | Mapping[str, float]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def made(self) -> Scenario:
        """The scenario, small and short."""
        written = self.scenario
        whole = as_scenario(written) if isinstance(written, str) else scenario_from_codes(written)
        return whole.with_settings({"run.months": 24, "society.communities": 24, **self.settings})


_LIVELY = {
    "hurting_stalemate": 3, "track2": 4, "track3": 3, "cbm": 4, "spoilers": 3, "fighting_level": 3, "secrecy": 2,
    "mediation": 2, "guarantee": 1, "indivisibility": 1, "public_support": 2,
}  # fmt: skip
# Everything goes faster than in any study, so that 24 months see what usually takes years.
_FIGHTING = {
    "fighting.ceasefire": 0.2, "fighting.ceasefire_ends": 0.1, "fighting.quiet_months": 3, "fighting.recurrence": 0.2,
    "fighting.victory": 0.3, "fighting.petering_out": 0.05, "track_three.digital": 0.5, "track_two.research": 0.3,
}  # fmt: skip
_QUICK = {
    "conflict.start": "talks", "accord.months": 6, "accord.durable_months": 12, "track_one.ratification_months": 1,
    "track_one.margin": 0.1, "track_one.concession": 0.3, "track_one.drafting": 0.6,
    "track_one.indivisibility_effect": 0.2, "track_one.learning": 0.6, "track_one.invention": 0.4,
}  # fmt: skip
_VOTED = {"governments.'Party 1'.ratified_by": "referendum", "track_one.vote_base": -3.0}
_SOCIALISED = {"spoiling.socialisation": 1.0, "spoiling.socialisation_effect": 0.5, "spoiling.near": 0.1}
_CHANNEL = {
    "track_two.office": 0.3, "track_two.officials_attend": 0.5,
    "conflict.channel_at_start": 1, "track_two.channel": 1.0, "track_two.leak": 0.2, "track_two.channel_ends": 0.2,
    "track_two.tabling": 0.5,
    "issues.'Policing'.tabled": 0, "track_one.suspension": 0.9, "track_one.resumption": 0.8, "conflict.start": "talks",
}  # fmt: skip

GROUPS = (
    Group("two parties, fighting", {**_LIVELY, "parties": 2}, _FIGHTING),
    Group("three parties, talks", {**_LIVELY, "parties": 3}, {**_QUICK, **_VOTED}),
    Group("three parties, a fragile accord", {**_LIVELY, "parties": 3, "guarantee": 0}, _QUICK),
    Group("Northern Ireland", "northern_ireland_1998", _CHANNEL),
    Group("Oslo", "oslo_1993", {**_QUICK, **_SOCIALISED}),
)  # fmt: skip


def _canonical(numbers: np.ndarray) -> bytes:
    """Numbers as bytes, the same on every machine: little-endian, and one of the many ways to say "missing".

    >>> _canonical(np.array([1.0, -np.nan])) == _canonical(np.array([1.0, np.nan]))
    True
    """
    known = np.asarray(numbers, dtype="<f8")
    return np.where(np.isnan(known), np.array(math.nan, "<f8"), known).tobytes()


def _hash(numbers: np.ndarray, length: int = 16) -> str:
    return hashlib.sha256(_canonical(numbers)).hexdigest()[:length]


def _outcomes(result: Ensemble) -> np.ndarray:
    """Runs x outcomes as plain numbers; a category is the place of its word."""
    table = result.table
    return np.column_stack(
        [table[name].cat.codes if one.values else table[name] for name, one in OUTCOMES.items()]
    ).astype("f8")


def measured(groups: Sequence[Group] = GROUPS, threads: int | None = None) -> dict[str, dict[str, Any]]:
    """The runs of these groups as they come out here, by name: hashes, outcomes, and a hash for each month."""
    found: dict[str, dict[str, Any]] = {}
    for group in groups:
        result = run_ensemble(group.made(), RUNS_OF_A_GROUP, SEED, threads, series=True)
        for run, outcomes in enumerate(_outcomes(result)):
            months = as_numbers(result.series[run])  # type: ignore[index]
            found[f"{group.name}, seed {run_seed(SEED, run)}"] = {
                "outcomes": _hash(outcomes),
                "series": _hash(months),
                "values": {
                    name: None if math.isnan(x) else x for name, x in zip(OUTCOMES, outcomes.tolist(), strict=True)
                },
                "months": [_hash(month, 8) for month in months],
            }
    return found


def published() -> dict[str, Any]:
    """What was published: `model_version` and `runs`. MultitrackError if the file is missing or damaged."""
    try:
        found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
        kinds = {"outcomes": str, "series": str, "values": dict, "months": list}
        whole = [isinstance(run[part], kind) for run in found["runs"].values() for part, kind in kinds.items()]
        if isinstance(found["model_version"], str) and whole and all(whole):
            return found
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise MultitrackError(f"{printable(FILE, 300)}: no published numbers; allowed: what `{RENEW}` writes")


@dataclass(frozen=True)
class Check:
    """What a comparison with the published numbers gave: `differences` are lines, one for each run that differs."""

    runs: int
    differences: tuple[str, ...]
    of_version: str
    here: str

    @property
    def same(self) -> bool:
        return not self.differences

    @property
    def verdict(self) -> str:
        """The whole in one line."""
        of = (
            "" if self.of_version == self.here else f" (published by model version {self.of_version}, here {self.here})"
        )
        if self.same:
            return f"same numbers as published: {self.runs} runs, bit for bit{of}"
        if of:
            return (
                f"the published numbers belong to another model version ({self.of_version}, here {self.here}): "
                f"{len(self.differences)} of {self.runs} runs differ"
            )
        return f"other numbers than published: {len(self.differences)} of {self.runs} runs differ"


def check(here: Mapping[str, Mapping[str, Any]] | None = None, against: Mapping[str, Any] | None = None) -> Check:
    """Compare runs made here (if left out, they are made) with the published ones (or others in their form)."""
    there = published() if against is None else against
    here = measured() if here is None else here
    lines = []
    for name in {**there["runs"], **here}:
        line = _difference(there["runs"].get(name), here.get(name))
        if line:
            lines.append(f"{name}: {line}")
    return Check(len(here), tuple(lines), there["model_version"], model_version())


def _difference(there: Mapping[str, Any] | None, here: Mapping[str, Any] | None) -> str:
    """How a run differs from the published one: "" if it does not."""
    if there is None:
        return "not among the published runs"
    if here is None:
        return "published, but not made here"
    told = []
    if there["outcomes"] != here["outcomes"]:
        told.append(_apart(there["values"], here["values"]))
    if there["series"] != here["series"]:
        one, two = there["months"], here["months"]
        differing = (month for month, pair in enumerate(zip(one, two)) if pair[0] != pair[1])
        first = next(differing, min(len(one), len(two)))
        told.append(f"months differ from month {first} on")
    return "; ".join(told)


def _apart(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """Which outcomes differ, and by how much the one that is farthest off.

    >>> _apart({"attacks": 4.0, "agreed": 1.0}, {"attacks": 5.0, "agreed": 1.0})
    '1 outcome differs, most of all attacks: 5.0, published 4.0 (25% off)'
    """
    both = {**there, **here}
    off = {name: _distance(there.get(name), here.get(name)) for name in both}
    differing = [name for name in off if off[name] > 0]
    if not differing:
        return "outcomes differ in the sign of a zero"
    worst = max(differing, key=off.__getitem__)
    count = f"{len(differing)} outcomes differ" if len(differing) > 1 else "1 outcome differs"
    one, two = ("missing" if side.get(worst) is None else repr(side[worst]) for side in (here, there))
    size = f" ({100 * off[worst]:.2g}% off)" if math.isfinite(off[worst]) else ""
    return f"{count}, most of all {worst}: {one}, published {two}{size}"


def _distance(one: float | None, two: float | None) -> float:
    """How far apart two numbers are, against the first: endless if only one is missing, or the first is 0."""
    if one is None or two is None:
        return 0.0 if one is two else math.inf
    return 0.0 if one == two else abs(two - one) / abs(one) if one else math.inf


def publish(file: Path = FILE) -> None:
    """Write the numbers as they come out here: a run a line, so that a change shows where it is."""
    runs = ",\n".join(f"{json.dumps(name)}: {json.dumps(run)}" for name, run in measured().items())
    write_whole(file, f'{{"model_version": "{model_version()}",\n"runs": {{\n{runs}\n}}}}\n', replace=True)


def main() -> int:
    """Publish the numbers of this model version anew."""
    publish()
    print(f"{FILE}: {len(GROUPS) * RUNS_OF_A_GROUP} runs of model version {model_version()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
