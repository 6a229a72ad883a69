"""multitrack_sim: what unofficial and grassroots diplomacy does for peace, under stated assumptions.

>>> import multitrack_sim as mt
>>> scenario = mt.scenario_from_codes({"hurting_stalemate": 3, "track2": 4}).with_settings({"run.months": 24})
>>> mt.simulate(scenario, runs=2, seed=7)["months_under_accord"].between(0, 24).all().item()
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__version__ = "0.1.0"

# Public names and where they live; loaded when first used, so that `multitrack --help` need not wait for a compiler.
_PUBLIC = {
    "Academic": "agents",
    "CODES": "scenario",
    "Community": "agents",
    "Comparison": "analysis.comparison",
    "Ensemble": "running.ensemble",
    "Government": "agents",
    "Issue": "agents",
    "MultitrackError": "errors",
    "NGO": "agents",
    "Organisation": "agents",
    "PeaceProcess": "model",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "SettingError": "errors",
    "Spoiler": "agents",
    "Sweep": "running.sweep",
    "agreements": "running.agreements",
    "attribute": "studies.attribution",
    "codes_table": "scenario",
    "compare": "studies.comparison",
    "event_log": "single_run.event_log",
    "explain": "single_run.explanation",
    "headline": "evidence.headline",
    "load": "scenario.library",
    "loads": "scenario",
    "necessity": "analysis.necessity",
    "open_sweep": "running.sweep",
    "paired_difference": "analysis.summary",
    "paths": "studies.paths",
    "plausible_sets": "scenario.plausible",
    "predict_cases": "evidence.validation",
    "run_ensemble": "running.ensemble",
    "run_seed": "engine.random",
    "scenario_from_codes": "scenario",
    "sensitivity": "analysis.sensitivity",
    "simulate": "running.ensemble",
    "story": "single_run.chronicle",
    "summarise": "analysis.summary",
    "sweep": "running.sweep",
    "until": "analysis.sequential",
    "validate": "evidence.beside_record",
    "validate_cases": "evidence.scored_cases",
    "variants": "scenario.variants",
}

__all__ = ["__version__", "designs", "outcomes", "parameters", *_PUBLIC]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name == "designs":
        return importlib.import_module(".designs", __name__)
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_PUBLIC[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC, "designs"})


def parameters() -> pd.DataFrame:
    """Every parameter: default, what is allowed, range of study, unit, meaning, source.

    `parameters()["track_two.budget"]` is one of them.
    """
    import pandas as pd

    from .scenario.by_name import ByName
    from .schema.parameters import PARAMETERS, SECTIONS

    rows = [
        {
            "name": p.name,
            "default": p.value,
            "low": p.low,
            "high": p.high,
            "sweep_low": p.range[0],
            "sweep_high": p.range[1],
            "unit": p.unit,
            "meaning": p.meaning,
            "source": p.source,
            "section": SECTIONS[p.name.split(".")[0]],
        }
        for p in PARAMETERS.values()
    ]
    return ByName(pd.DataFrame(rows).set_index("name"))


def outcomes() -> pd.DataFrame:
    """Every outcome of a run (`outcomes()["agreed"]` one of them): unit, meaning, what missing means, whether it is official.

    "By the horizon" is by the end of the run: what has not happened in its `run.months` is not known.
    """
    import pandas as pd

    from .scenario.by_name import ByName
    from .schema.outcomes import OUTCOMES

    rows = [
        {
            "name": o.name,
            "unit": o.unit,
            "meaning": o.meaning,
            "missing": o.missing,
            "official": o.official,
            "values": ", ".join(o.values),
        }
        for o in OUTCOMES.values()
    ]
    return ByName(pd.DataFrame(rows).set_index("name"))
