"""What drives the model? Morris's screening of wide priors, then Sobol's indices of the eight that stand out, beside noise.

Months under an agreement, and Track II's effect on them (with less without, same seeds). All codes in the middle, 40
communities. The noise floor is what a dummy shows that changes nothing but the seeds.
"""

from __future__ import annotations

import pandas as pd
from support.runs import asked, swept
from support.sentences import SHARES, SIZES, Names, above_noise, lasting, tell
from support.worlds import codebook_middle, parameter_range

from multitrack_sim.analysis.sensitivity import morris as screened
from multitrack_sim.analysis.sensitivity import sobol as indices
from multitrack_sim.designs import Design, morris, sobol
from multitrack_sim.reports.effect_figures import framed, ranked_bars
from multitrack_sim.reports.style import Told, drawn

__all__ = ["drivers_figure"]

PRIORS = (
    "fighting.cost_rate", "fighting.no_deal_rate", "fighting.victory", "fighting.ceasefire", "fighting.recurrence",
    "leaders.turnover", "trust.prior", "trust.fading", "track_one.concession", "track_one.breakdown", "track_two.rapport_gain",
    "track_two.invention", "track_two.transfer", "track_three.contact_gain", "cbm.funds", "accord.withdrawal",
)  # fmt: skip
HEADLINE = "months_under_accord"
ARMS, KEPT = {"with": {}, "without": {"track_two.budget": 0.0}}, 8
OUTCOMES = {HEADLINE: "Months under an agreement", "effect": "Track II's effect on them"}


def runs_of(design: Design, options, what: str) -> pd.DataFrame:
    """Every run with Track II, and its effect: months under an agreement less those without it on the same seed."""
    table = swept(codebook_middle(), design.with_arms(ARMS), options, what).table()
    have, lack = (table[table["arm"] == arm].reset_index(drop=True) for arm in ARMS)
    return have.assign(effect=have[HEADLINE] - lack[HEADLINE])


def look(options) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Elementary effects of all priors, then indices of those that were largest for either outcome."""
    vary = {name: parameter_range(name) for name in PRIORS}
    runs = runs_of(morris(vary, max(2, options.points // 4), options.runs, options.seed), options, "screening")
    first = pd.concat([screened(runs, PRIORS, name).assign(outcome=name) for name in OUTCOMES], ignore_index=True)
    sizes = first[first["setting"].isin(PRIORS)].pivot(index="setting", columns="outcome", values="size")
    chosen = list((sizes / sizes.max()).max(axis=1).nlargest(KEPT).index)
    design = sobol({name: vary[name] for name in chosen}, options.points, options.runs, options.seed)
    runs = runs_of(design, options, "indices")
    return first, pd.concat([indices(runs, chosen, name).assign(outcome=name) for name in OUTCOMES], ignore_index=True)


def finding(first: pd.DataFrame, found: pd.DataFrame) -> str:
    return " ".join(f"{name}: above the noise floor stand, in the screening, {above_noise(first, outcome, 'size')}; of total "
                    f"Sobol' indices, {above_noise(found, outcome, 'total')}." for outcome, name in OUTCOMES.items())  # fmt: skip


def main(given: list[str] | None = None) -> None:
    options = asked(__doc__, given, runs=64, points=128)
    first, found = look(options)
    one, two = drivers_figure(first, "size", SIZES, OUTCOMES), drivers_figure(found, "total", SHARES, OUTCOMES)
    told = f"{finding(first, found)} {lasting([codebook_middle().value('run.months')])}"
    tell(options.out, {"screening": one, "sobol": two}, {"screening": first, "sobol": found}, told)


if __name__ == "__main__":
    main()


@drawn
def drivers_figure(found: pd.DataFrame, index: str, words: tuple[str, str, str], names: Names) -> Told:
    high = 2.2 + 0.3 * found["setting"].nunique()
    made, (panels,) = framed((11.6, high), 1, 2, "What drives the model?", words[0], left=1.9, wspace=0.55)
    for axes, (outcome, name) in zip(panels, names.items()):
        ranked_bars(axes, found[found["outcome"] == outcome].sort_values(index, ascending=False), index, name, words[1])
    return (
        made,
        words[2]
        + " The dashed line is the noise floor; filled marks have 95% intervals above it, open grey ones do not.",
    )
