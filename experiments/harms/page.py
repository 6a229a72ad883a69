"""The page about where Track II harms and helps: every sentence is read off the search, whatever it says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from harms.figures import pooled
from harms.read import best_pair, chance_of_noise, credible, honest_rules, importance, true_spread
from harms.space import MONTHS, SETTINGS, meaning, parties_at, scale_of

from multitrack_sim.analysis.intervals import mean_interval, t_quantile, wilson
from multitrack_sim.reports.effect_figures import signed
from multitrack_sim.running.provenance import made_by
from multitrack_sim.scenario import CODES

__all__ = ["page"]

ENDS = {"harm": "worst", "benefit": "best"}


def page(search: Any, captions: dict[str, str]) -> tuple[str, pd.DataFrame]:
    """The page, and the extreme points as a table."""
    parts = [head(search), whole_space(search)]
    if captions:
        (map_name, map_caption), (other_name, other_caption) = captions.items()
        parts += [f"![The map](images/{map_name})\n\n*{map_caption}*\n"]
    parts += [rules(search), who_is_harmed(search), extreme_points(search), mechanisms(search)]
    if captions:
        parts += [f"![Mechanisms](images/{other_name})\n\n*{other_caption}*\n"]
    return "\n".join(parts), points_table(search)


def head(search: Any) -> str:
    s = search.sizes
    sizes = f"--points {s.points} --runs {s.runs} --candidates {s.candidates} --final {s.final} --seed {s.seed}"
    return f"""\
# Where Track II harms, and where it helps

{made_by(f"python experiments/where_track_two_harms.py {sizes}")}

The text is read off the results. The extreme points are in [a table](where_track_two_harms.csv).

The effect is *months under an agreement* (of {MONTHS}, each weighted by what the agreement settles of the whole
conflict) with Track II's budget at 1 less with it at 0, on the same seeds. The search
covers the eighteen codes, the two gates and how workshops are held, {search.points.shape[1]} dimensions in all, evenly:
it is a map of the *model*, weighted by nothing that was observed, with all other assumptions at their defaults. Harm and
benefit were looked for with the same effort."""


def share(count: int, total: int) -> str:
    low, high = wilson(count, total)
    return f"{100 * count / total:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def split_of_candidates(search: Any) -> tuple[np.ndarray, np.ndarray]:
    """Which candidates are credible on fresh seeds, and their effects there."""
    return credible(chance_of_noise(search.confirmed)), search.confirmed.mean(axis=1)


def whole_space(search: Any) -> str:
    effect, (mean, low, high, _) = search.pairs.mean(axis=1), mean_interval(search.pairs.mean(axis=1), -MONTHS, MONTHS)
    sure, fresh = split_of_candidates(search)
    harmed, helped, total = int((sure & (fresh < 0)).sum()), int((sure & (fresh > 0)).sum()), len(effect)
    half = search.pairs.shape[1] // 2
    first, second = search.pairs[:, :half].mean(axis=1), search.pairs[:, half:].mean(axis=1)
    below = mean_interval(second[first < 0], -MONTHS, MONTHS)[:3] if (first < 0).sum() > 1 else (math.nan,) * 3
    above = mean_interval(second[first > 0], -MONTHS, MONTHS)[:3] if (first > 0).sum() > 1 else (math.nan,) * 3
    nowhere = share(int((search.pairs == 0).all(axis=1).sum()), total)
    return f"""
## Over the whole space

- Mean effect {interval(mean, low, high)} months. Between points it truly varies with a standard deviation of
  {true_spread(search.pairs):.1f} months (chance between runs taken away). At {nowhere} of points no run differs at all.
- The {len(fresh)} clearest points, up to {search.sizes.candidates} of either sign, ran again on {search.confirmed.shape[1]}
  fresh pairs. Credible there (false discovery rate 5%, over all of them): **harm at {harmed}, benefit at {helped}**, that
  is at least {share(harmed, total)} and {share(helped, total)} of all points; the others
  cannot be told from nothing with this many runs{ceiling(search)}.{unharmed(harmed)}
- No winner's curse: at the {int((first < 0).sum())} points whose first {half} pairs lean to harm, the other pairs say
  {interval(*below)} months; at the {int((first > 0).sum())} that lean to benefit, {interval(*above)}.
"""


def unharmed(harmed: int) -> str:
    """What it means, and what not, that no place of harm was found."""
    if harmed:
        return ""
    return (
        "\n  No place was found where Track II clearly harms. That says something of this model at its defaults, not of the\n"
        "  world: ways to harm are in its rules (below), and here others outweigh them."
    )


def ceiling(search: Any) -> str:
    """Where the number of candidates was the limit, say so."""
    sure, fresh = split_of_candidates(search)
    mean = search.pairs.mean(axis=1)[search.candidates]
    told = [word for word, sign in (("harm", -1), ("benefit", 1))
            if (sign * mean > 0).sum() >= search.sizes.candidates and (sure & (sign * fresh > 0)).mean() > 0.2]  # fmt: skip
    return f" (for {' and '.join(told)} the number of candidates set a limit: the true share is larger)" if told else ""


def interval(mean: float, low: float, high: float) -> str:
    if mean != mean:
        return "nothing to say"
    return f"{signed(mean, 1)} ({signed(low, 1)} to {signed(high, 1)})" if low == low else signed(mean, 1)


def at(dimension: int, u: float) -> str:
    name, low, high = scale_of(dimension)
    if name == "code parties":
        return f"at {100 * u:.0f}% of its range"
    return f"{low + (high - low) * u:.2g}"


def said(rule: tuple[tuple[int, bool, float], ...]) -> str:
    """A rule in plain words."""
    if not rule:
        return "everywhere"
    parts = [parties_said(a, t) if scale_of(d)[0] == "code parties" else plain(d, a, t) for d, a, t in rule]
    return " and ".join(parts)


def plain(dimension: int, above: bool, threshold: float) -> str:
    return f"{scale_of(dimension)[0]} {'above' if above else 'up to'} {at(dimension, threshold)}"


def parties_said(above: bool, threshold: float) -> str:
    return f"{parties_at(threshold + 1e-9)} parties or more" if above else f"up to {parties_at(threshold)} parties"


def rules(search: Any) -> str:
    effect = search.pairs.mean(axis=1)
    alone = importance(search.points, effect)
    total = max(true_spread(search.pairs) ** 2, 1e-12)
    across, up = best_pair(search.points, effect)
    order = np.argsort(-alone)[:6]
    first = ", ".join(f"{scale_of(d)[0]} ({100 * alone[d] / total:.0f}%)" for d in order if alone[d] > 0) or "none"
    lines = ["## Rules", "",
             f"Of the true variance between points, one dimension alone explains: {first}. The pair that explains most: "
             f"{scale_of(across)[0]} with {scale_of(up)[0]}. A small tree, grown on every other point and measured on the others "
             "(mean effect, 95% interval over points), from harm to benefit:", "",
             "| where | months under an agreement | points |", "|---|---|---|"]  # fmt: skip
    lines += [f"| {said(leaf.rule)} | {interval(leaf.mean, leaf.low, leaf.high)} | {leaf.points} |"
              for leaf in honest_rules(search.points, effect)]  # fmt: skip
    return "\n".join(lines) + "\n"


def who_is_harmed(search: Any) -> str:
    """In which dimensions the credibly harmed and helped points differ most from the whole space."""
    sure, fresh = split_of_candidates(search)
    lines = []
    for word, here in (("harm", sure & (fresh < 0)), ("benefit", sure & (fresh > 0))):
        own = search.points[search.candidates[here]]
        if len(own) < 5:
            lines.append(f"- Points of credible {word}: {len(own)}, too few to say what they have in common.")
            continue
        gap = (own.mean(axis=0) - search.points.mean(axis=0)) / (search.points.std(axis=0) / math.sqrt(len(own)))
        clear = [d for d in np.argsort(-np.abs(gap)) if abs(gap[d]) > 3.2][
            :8
        ]  # 3.2: 5% over all dimensions and both signs
        told = ", ".join(f"{scale_of(d)[0]} {'higher' if gap[d] > 0 else 'lower'} (mean {at(d, own[:, d].mean())} against "
                         f"{at(d, search.points[:, d].mean())})" for d in clear)  # fmt: skip
        lines.append(
            f"- The {len(own)} points of credible {word} have, against the whole space: {told or 'nothing clearly in common'}."
        )
    return "\n".join(lines) + "\n"


def bonferroni(pairs: np.ndarray) -> tuple[float, float, float]:
    """Mean and an interval that holds for all ten extreme points at once (Bonferroni; Student's made wider by a normal ratio)."""
    mean, low, high, _ = mean_interval(pairs, -MONTHS, MONTHS)
    wider = 2.807 / t_quantile(10_000)
    return mean, mean - wider * (mean - low), mean + wider * (high - mean)


def extreme_points(search: Any) -> str:
    lines = ["## The extreme points", "",
             "Found by two rounds of varying the clearest points. *Chosen by*: the estimate that chose the point, too extreme "
             f"by construction. *Fresh seeds*: {search.sizes.final} new pairs that chose nothing; intervals hold for all ten "
             "points at once (95%)."]  # fmt: skip
    for word, which in ENDS.items():
        held = sum(clear(bonferroni(end["pairs"]), -1 if word == "harm" else 1) for end in search.ends[word])
        lines += [
            "",
            f"### The five {which}",
            "",
            f"On fresh seeds the {word} is credible at {held} of the five.",
            "",
            "| | fresh seeds | chosen by | what it is like |",
            "|---|---|---|---|",
        ]
        for number, end in enumerate(search.ends[word], 1):
            lines.append(
                f"| {number} | {interval(*bonferroni(end['pairs']))} | {signed(end['chosen_by'], 1)} | {in_words(end['point'])} |"
            )
    return "\n".join(lines) + "\n"


def in_words(point: np.ndarray) -> str:
    """Codes far from their middle in the codebook's words; the others are left out."""
    values, told = meaning(point), []
    for name, code in CODES.items():
        value = values[name]
        if name == "parties":
            told.append(f"{value:.0f} parties")
        elif value <= 1 or value >= 3:
            told.append(f"{name.replace('_', ' ')} {value:.1f}: {code.none if value <= 1 else code.full}")
    told += [f"{name} {values[name]:.2f}" for name in SETTINGS]
    return "; ".join(told)


def mechanisms(search: Any) -> str:
    lines = ["## Which mechanism carries it", "",
             "Each mechanism was switched off alone at these points, in both arms, on the same seeds. *Change*: the effect "
             "without the mechanism less the effect with it, mean over the five points. A positive change at the worst "
             "points means that the mechanism did part of the harm. Changes do not add up.", "",
             "| switched off | change at the five worst | change at the five best |", "|---|---|---|"]  # fmt: skip
    names = list(search.ends["harm"][0]["ablations"])
    for name in sorted(names, key=lambda one: -pooled(search.ends["harm"], one)[0]):
        lines.append(
            f"| {name} | {interval(*pooled(search.ends['harm'], name))} | {interval(*pooled(search.ends['benefit'], name))} |"
        )
    for word, which in ENDS.items():
        direction = 1 if word == "harm" else -1
        carried = [name for name in names if clear(pooled(search.ends[word], name), direction)]
        carried.sort(key=lambda one: -direction * pooled(search.ends[word], one)[0])
        lines += ["", f"At the {which} points the {word} is carried, in this order, by: "
                  + (", ".join(carried) if carried else "no single mechanism that stands out from noise") + "."]  # fmt: skip
    return "\n".join(lines) + "\n"


def clear(found: tuple[float, float, float], direction: int) -> bool:
    return found[1] > 0 if direction > 0 else found[2] < 0


def points_table(search: Any) -> pd.DataFrame:
    rows = []
    for word, ends in search.ends.items():
        for end in ends:
            mean, low, high = bonferroni(end["pairs"])
            rows.append({"end": word, "effect": mean, "low": low, "high": high, "chosen_by": end["chosen_by"],
                         **meaning(end["point"]), **{f"without {k}": v.mean() for k, v in end["ablations"].items()}})  # fmt: skip
    return pd.DataFrame(rows)
