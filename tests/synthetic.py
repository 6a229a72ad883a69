"""Made-up ensembles with the declared types, for tests that need results but not the model."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pandas as pd

from multitrack_sim.schema.categories import Agreement, Ending, Phase
from multitrack_sim.schema.outcomes import OUTCOMES, SERIES_ROW

# one name that tries everything: a terminal, rich, Markdown, HTML, a formula, mathtext, a spreadsheet, a path
NASTY = "=1+1\x1b[31m[bold red]$x^2$ $5\u202e<script>alert(1)</script>`{{7*7}}`**|../../etc/passwd\n# \u0000é漢"


@dataclass
class MadeUp:
    title: str = "A made-up conflict"
    month_zero: str | None = "1996-06"
    record: dict = field(default_factory=lambda: {"agreement": "comprehensive", "months": 22})


def made_up_ensemble(runs=60, months=120, seed=1, agree=0.008, collapse=0.004):
    """Runs that fight, talk, agree or end otherwise at constant hazards; `seed` with other hazards is a paired arm."""
    draws = np.random.default_rng(seed).random((runs, months, 6))
    series = np.zeros((runs, months), SERIES_ROW)
    table = {name: np.zeros(runs) for name in OUTCOMES}
    for name in (
        "months_to_talks",
        "months_to_first_agreement",
        "months_to_substantive",
        "months_to_comprehensive",
        "months_to_collapse",
        "recurred",
        "ratified",
        "implementation",
    ):
        table[name][:] = np.nan
    first, highest, ended_by = np.zeros(runs, int), np.zeros(runs, int), np.zeros(runs, int)
    code = Phase.words().index
    for run in range(runs):
        phase, signed = code("fighting"), -1
        for month in range(months):
            u = draws[run, month]
            if phase == code("fighting"):
                phase = code("talks") if u[0] < 0.06 else code("dormant") if u[1] < 0.004 else phase
                if phase == code("talks") and np.isnan(table["months_to_talks"][run]):
                    table["months_to_talks"][run] = month
                if phase == code("dormant") and not ended_by[run]:
                    ended_by[run] = 2 + int(3 * u[2])
            elif phase == code("talks"):
                phase = code("signed") if u[0] < 3 * agree else code("suspended") if u[1] < 0.03 else phase
                signed = month
            elif phase == code("suspended"):
                phase = code("talks") if u[0] < 0.2 else code("fighting") if u[1] < 0.1 else phase
            elif phase == code("signed"):
                phase = code("implementation")
                if np.isnan(table["months_to_substantive"][run]):
                    table["months_to_substantive"][run] = signed
                kind = 2 + int(2 * u[2])  # a framework or a comprehensive agreement
                first[run] = first[run] or kind
                highest[run] = max(highest[run], kind)
                table["agreements"][run] += 1
                if kind == 3 and np.isnan(table["months_to_comprehensive"][run]):
                    table["months_to_comprehensive"][run] = signed
                ended_by[run] = ended_by[run] or 1
            elif phase in (code("implementation"), code("durable")):
                if u[0] < collapse:
                    phase = code("collapsed")
                    if np.isnan(table["months_to_collapse"][run]):
                        table["months_to_collapse"][run] = month - table["months_to_substantive"][run]
                elif phase == code("implementation") and month - signed >= 60:
                    phase = code("durable")
                    table["durable"][run] = 1
            elif phase == code("collapsed"):
                phase = code("fighting")
            series[run, month]["phase"] = phase
    peace = np.isin(series["phase"], [code("implementation"), code("durable"), code("dormant")])
    in_force = np.isin(series["phase"], [code("implementation"), code("durable")])
    series["reach"] = np.where(in_force, 0.5 + 0.5 * draws[:, :1, 2], 0.0)
    noise = draws[:, :, 3]
    fading = np.arange(months) / months
    series["violence"] = np.where(peace, 0.03, 0.4) * (0.6 + 0.8 * noise)
    series["mean_trust"] = np.clip(0.25 + 0.3 * fading + 0.2 * (draws[:, :1, 4] - 0.5), 0, 1)
    series["mean_support"] = np.clip(0.45 + 0.2 * peace * fading + 0.3 * (draws[:, :1, 5] - 0.5), 0, 1)
    series["from_prior"] = -1.3
    series["from_measures"] = 0.9 * fading + 0.1 * noise
    series["from_attacks"] = -0.5 * fading
    series["from_dialogue"] = 0.3 * fading
    series["from_accord"] = 0.8 * fading * peace
    series["from_leaders"] = -0.1 * fading
    table["agreed"] = (highest >= 2).astype(float)
    table["comprehensive"] = (highest == 3).astype(float)
    table["talks_opened"] = (~np.isnan(table["months_to_talks"])).astype(float)
    table["months_under_accord"] = series["reach"].sum(axis=1)
    table["reach"] = series["reach"][:, -1].copy()
    table["months_without_fighting"] = peace.sum(axis=1).astype(float)
    table["violence_total"] = series["violence"].sum(axis=1)
    table["attacks"] = np.floor(10 * draws[:, 0, 3])
    table["mean_trust"], table["mean_support"] = series["mean_trust"][:, -1], series["mean_support"][:, -1]
    table["months_to_first_agreement"][:] = table["months_to_substantive"]
    for name, kinds in (("first_agreement", first), ("highest_agreement", highest)):
        table[name] = pd.Categorical.from_codes(kinds, Agreement.words(), ordered=True)
    table["ended_by"] = pd.Categorical.from_codes(ended_by, Ending.words(), ordered=True)
    frame = pd.DataFrame({"seed": np.arange(runs) + 1000 * seed, **table})
    return SimpleNamespace(table=frame, series=series)
