"""The page about what each parameter moves, read off the table of `what_each_parameter_moves.py`."""

from __future__ import annotations

from typing import Any

import pandas as pd
from support.runs import units
from support.worlds import REFERENCE

from multitrack_sim.running.provenance import made_by
from multitrack_sim.schema.parameters import PARAMETERS, SECTIONS
from multitrack_sim.schema.tables import TABLES

__all__ = ["page"]

HEADLINE = "months_under_accord"

# What the targets that may be fitted are about, and the tolerance that multitrack_sim/evidence/calibration.py gives them.
TARGETS = {
    "comprehensive": ("T1", 0.08), "months_to_substantive": ("T2", 7.0), "durable": ("T3", 0.06),
    "ended_by: low activity": ("T4", 0.07), "ended_by: ceasefire": ("T4", 0.05), "ended_by: victory": ("T4", 0.05),
    "ended_by: agreement": ("T4", 0.07), "recurred": ("T5", 0.08),
}  # fmt: skip

# The experiments among the targets say something only about the mechanism they tried: outcome and tolerance.
TRIED = {
    "T10": (("track_three.", "ngos."), "mean_attitude", 0.01),
    "T12": (("publics.fear", "publics.attitude_fear", "track_one.vote_attacks"), "mean_support", 0.005),
    "T16": (("spoiling.", "spoilers."), "attacks", 0.5),
}  # fmt: skip

MOVED = ("beyond noise", "within noise")
KEPT = (
    "rows", "scenario", "outcome", "from", "to", "stands_at", "mean_from", "mean_as_it_stands", "mean_to", "effect", "low",
    "high", "standardised", "statistic", "runs",
)  # fmt: skip

HEAD = """\
# What each parameter moves

{made} The numbers behind it are in [sensitivity.csv](sensitivity.csv).

**What was done.** Every parameter, and every column of the cast that a scenario may write, was set to both ends of its
range of study (a word: to each of its choices) in {count} scenarios: {scenarios}. Each value ran on the same seeds
as the scenario as it stands: {runs}. For every outcome the two values that differ most clearly are compared, run by run. A column
of the cast is turned in the first row of its table and in every row; the clearer is shown.

**In which units.** An effect is a difference of means (shares: 0.05 is 5 points) with a 95% interval of the paired
differences, and the same in standard deviations between runs on different seeds (SD: one yardstick for each outcome, the
root mean square over the scenarios; 0 where an outcome never varies between seeds, as some spending). The outcome
and the values were chosen because they differ, so the intervals are somewhat narrow and the sizes somewhat large.
Months to talks and to agreements are cut at the horizon, so that runs without them count.

**What noise would give.** On equal seeds a dummy parameter, one that no rule reads, changes nothing at all: exactly 0. So two
other floors are used. (1) *Signs flipped*: had a parameter only shuffled runs without any direction, each pair's
difference could as well have the other sign. Flipping the signs seed by seed, the same way for everything,
{flips} times, the largest statistic (sum of differences / root of the sum of their squares) over *all* settings, outcomes
and scenarios stays below {floors} (stage by stage) but for 5% of cases, shared by the stages. Only what lies above is
called *beyond noise*: one false call in 20 such pages.
(2) *Other seeds*: a dummy whose two values ran on different seeds would, on the outcome it moves most, seem to move
{dummies} (95% of 20 dummies). That is what a study without equal seeds could not see below.

"""


def page(table: pd.DataFrame, noise: dict[str, Any]) -> tuple[str, pd.DataFrame]:
    """The page, and one row for each parameter or column with what it moves most."""
    found = pd.DataFrame([summary(name, own) for name, own in table.groupby("name", sort=False)])
    # those that make no other scenario anywhere (an empty table, say) are said too
    silent = [name for name, _ in dict.fromkeys(noise["asked"]) if name not in set(found["name"])]
    found = pd.concat([found, pd.DataFrame([{"name": name, "verdict": "not tried"} for name in sorted(set(silent))])])
    found["section"] = [section_of(name) for name in found["name"]]
    order = {section: at for at, section in enumerate([*SECTIONS.values(), *TABLES])}
    found = found.sort_values("section", key=lambda s: s.map(order), kind="stable").reset_index(drop=True)
    dummies = ", ".join(f"{value:.2f} SD in {label}" for label, value in noise["dummies"].items())
    text = HEAD.format(
        made=made_by(
            f"python experiments/what_each_parameter_moves.py {commanded(noise['runs'])} --seed {noise['seed']}"
        ),
        runs=seeds_of(noise), floors=", ".join(f"{floor:.2f}" for floor in noise["floors"]), dummies=dummies, flips=noise["flips"],
        count=len(REFERENCE),
        scenarios="; ".join(f"*{label}* ({said_of(make)})" for label, make in REFERENCE.items()),
    )  # fmt: skip
    return text + answers(found, noise) + tables(found), found


def seeds_of(noise: dict[str, Any]) -> str:
    """On how many seeds the stages ran, in words."""
    first, *more = noise["runs"]
    again = [
        f", then {runs} fresh ones for the {weak} names still within noise" for runs, weak in zip(more, noise["weak"])
    ]
    return f"{first} for everything{''.join(again)}"


def commanded(runs: list[int]) -> str:
    """The options that were given."""
    again = " --again " + " ".join(map(str, runs[1:])) if runs[1:] else ""
    return f"--runs {runs[0]}{again}"


def said_of(make: Any) -> str:
    return str(make.__doc__).rstrip(".")


def section_of(name: str) -> str:
    first = name.partition(".")[0]
    return SECTIONS.get(first, first)


def summary(name: str, own: pd.DataFrame) -> dict[str, Any]:
    """One row: where it moves most and what, what it does to months under an agreement, which targets bound it."""
    clear = own[own["statistic"] > own["floor"]]
    best = clear.loc[clear["standardised"].idxmax()] if len(clear) else own.loc[own["statistic"].idxmax()]
    verdict = "beyond noise" if len(clear) else "within noise" if own["pairs_that_differ"].any() else "moves nothing"
    headline = own[own["outcome"] == HEADLINE]
    headline = headline.loc[headline["statistic"].idxmax()]
    told = best.to_dict() if verdict != "moves nothing" else {"stands_at": best["stands_at"], "statistic": 0.0}
    return {
        "name": name, "verdict": verdict, **{key: told.get(key) for key in KEPT},
        "headline_scenario": headline["scenario"], "headline_from": headline["from"], "headline_to": headline["to"],
        "headline_effect": headline["effect"], "headline_low": headline["low"], "headline_high": headline["high"],
        "headline_clear": bool(headline["statistic"] > headline["floor"]), "targets": " ".join(bounding(name, clear)),
    }  # fmt: skip


def bounding(name: str, clear: pd.DataFrame) -> list[str]:
    """The targets whose pattern the parameter moves beyond noise and by more than the target's tolerance."""
    bounds = [(target, outcome, tolerance) for outcome, (target, tolerance) in TARGETS.items()]
    bounds += [
        (target, outcome, tolerance) for target, (about, outcome, tolerance) in TRIED.items() if name.startswith(about)
    ]
    moved = clear.groupby("outcome")["effect"].agg(lambda effects: effects.abs().max()).to_dict()
    return sorted(
        {target for target, outcome, tolerance in bounds if moved.get(outcome, 0) > tolerance}, key=lambda t: int(t[1:])
    )


def listed(names: pd.Series) -> str:
    return ", ".join(f"`{name}`" for name in names) if len(names) else "none"


def answers(found: pd.DataFrame, noise: dict[str, Any]) -> str:
    """The short answers, read off."""
    is_parameter = found["name"].isin(PARAMETERS)
    lines = ["## Short answers", ""]
    for what, here in (("parameters", found[is_parameter]), ("columns of the cast", found[~is_parameter])):
        by = {verdict: here[here["verdict"] == verdict]["name"] for verdict in
              ("beyond noise", "within noise", "moves nothing", "not tried")}  # fmt: skip
        weak = here[(here["verdict"] == "beyond noise") & (here["standardised"] < min(noise["dummies"].values()))]
        lines += [
            f"- Of {len(here)} {what}, **{len(by['beyond noise'])} move some outcome beyond noise**.",
            f"- Moves something, but no more clearly than noise ({len(by['within noise'])}): {listed(by['within noise'])}.",
            f"- Not a bit of any outcome differs ({len(by['moves nothing'])}): {listed(by['moves nothing'])}.",
            f"- Beyond noise thanks to equal seeds, but by less than a dummy on other seeds ({len(weak)}): {listed(weak['name'])}.",
        ]
        if len(by["not tried"]):
            lines.append(f"- No value other than its own was possible anywhere: {listed(by['not tried'])}.")
    loose = found[(found["verdict"] == "beyond noise") & (found["targets"] == "") & is_parameter]["name"]
    lines += [
        f"- No target bounds these {len(loose)} parameters that do move something: over their whole range they shift no "
        "pattern of T1-T5 (nor, where they belong to what an experiment tried, of T10, T12, T16) by more than its "
        f"tolerance: {listed(loose)}. The scenarios stand in for the population here; a "
        "parameter that is listed could still be bounded by several targets together, and one that is not listed shares "
        "its target with many others.",
        "", "## The strongest: months under an agreement", "",
        "| parameter or column | in | from | to | months under an agreement (95% interval) |", "|---|---|---|---|---|",
    ]  # fmt: skip
    strong = found[found["headline_clear"].eq(True) & ~found["name"].str.startswith("run.")]
    for _, row in (
        strong.reindex(strong["headline_effect"].abs().sort_values(ascending=False).index).head(20).iterrows()
    ):
        lines.append(f"| `{row['name']}` | {row['headline_scenario']} | {row['headline_from']} | {row['headline_to']} "
                     f"| {row['headline_effect']:+.1f} ({row['headline_low']:+.1f} to {row['headline_high']:+.1f}) |")  # fmt: skip
    return "\n".join(lines) + "\n"


def tables(found: pd.DataFrame) -> str:
    """One table for each section, in the order of the declarations."""
    lines = ["", "## All, by section", "",
             "*Stands at*: its value in that scenario. *Means*: at the first value, as it stands, at the second value. *In "
             "brackets* a verdict other than beyond noise. *Targets*: those that bound it."]  # fmt: skip
    for section, own in found.groupby("section", sort=False):
        lines += ["", f"### {section if section in SECTIONS.values() else f'Table {section}'}", "",
                  "| name | moves most | in | from, stands at, to | means | effect (95% interval) | SD | months under an agreement "
                  "| targets |",
                  "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
        lines += [line(row) for _, row in own.iterrows()]
    return "\n".join(lines) + "\n"


def line(row: pd.Series) -> str:
    name = f"`{row['name']}`" + (f", {row['rows']}" if row["verdict"] in MOVED and row["rows"] else "")
    if row["verdict"] in ("moves nothing", "not tried"):
        return f"| {name} | ({row['verdict']}) | | | | | | | |"
    outcome = f"{row['outcome']}" + ("" if row["verdict"] == "beyond noise" else f" ({row['verdict']})")
    means = f"{row['mean_from']:.3g}, {row['mean_as_it_stands']:.3g}, {row['mean_to']:.3g}"
    effect = f"{row['effect']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g}) {units()[row['outcome']]}"
    headline = f"{row['headline_effect']:+.1f}" + ("" if row["headline_clear"] else " (noise)")
    return (f"| {name} | {outcome} | {row['scenario']} | {row['from']}, {row['stands_at']}, {row['to']} | {means} "
            f"| {effect} | {row['standardised']:.2f} | {headline} | {row['targets']} |")  # fmt: skip
