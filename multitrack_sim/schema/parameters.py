"""Every parameter: value, range, unit, meaning and source, declared once.

Validation, sampling, sliders, documentation and report labels are all read from `PARAMETERS`. Nothing here was chosen so
that a track helps or harms. A source of "assumption" means just that; "trial" means a value carried over from a
throw-away prototype (about 200 random settings on small populations), which is an assumption with a history; "coarse fit"
one fitted to the record over a stated population of conflicts, never to a case: it lies among the values that history
matching left plausible (`multitrack_sim/evidence/calibration.py`), where these together meet the patterns best.
"""

from __future__ import annotations

from .parameter import Parameter
from .parameters_of_conflict import CONFLICT
from .parameters_of_tracks import TRACKS

__all__ = ["PARAMETERS", "SECTIONS", "Parameter"]


SECTIONS = {
    "run": "The run",
    "conflict": "The conflict as it stands",
    "society": "Publics and their networks at the start",
    "fighting": "Violence and the hurting stalemate",
    "leaders": "Leaderships and their turnover",
    "pressure": "Pressure from outside and below",
    "funding": "Donors of Track II and Track III",
    "technology": "Digital channels on any track",
    "trust": "What governments believe of one another",
    "track_one": "Track I: official talks",
    "track_two": "Track II: unofficial dialogue",
    "track_three": "Track III: grassroots",
    "cbm": "Confidence-building measures",
    "spoiling": "Spoilers",
    "accord": "Carrying out an accord",
    "publics": "Opinion among the publics",
}

PARAMETERS: dict[str, Parameter] = {parameter.name: parameter for parameter in [*CONFLICT, *TRACKS]}
