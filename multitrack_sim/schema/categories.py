"""Categories and their codes; the order is part of the model."""

from __future__ import annotations

__all__ = ["AGREEMENTS", "ENDINGS", "PHASES"]

# Codes of the categories and of the kinds of events; the order is part of the model.
PHASES = ("fighting", "pretalks", "talks", "suspended", "signed", "implementation", "durable", "collapsed", "dormant")
FIGHTING, PRETALKS, TALKS, SUSPENDED, SIGNED, IMPLEMENTATION, DURABLE, COLLAPSED, DORMANT = range(9)
AGREEMENTS = ("none", "ceasefire", "framework", "comprehensive")
NO_AGREEMENT, CEASEFIRE_ONLY, FRAMEWORK, COMPREHENSIVE = range(4)
ENDINGS = ("none", "agreement", "ceasefire", "victory", "low activity")
NOT_ENDED, BY_AGREEMENT, BY_CEASEFIRE, BY_VICTORY, BY_LOW_ACTIVITY = range(5)
AGENDAS = ("package", "gradual")
STARTS = ("fighting", "pretalks", "talks")
MUTED_MONEY = ("burned", "moved", "replaced")

# More of the same entity for later months: rows are laid out at the start and switched on when they enter.
RATIFIERS = ("leader", "parliament", "referendum")
SPOILER_TYPES = ("limited", "greedy", "total")
MEASURE_KINDS = ("transparency", "communication", "cooperation", "non-traditional")
ACADEMIC_KINDS = (
    "scholar",
    "think-tank",
    "former official",
    "former officer",
    "business",
    "religious",
    "community",
    "journalist",
    "exile",
)
ORGANISATION_KINDS = ("mediator", "guarantor", "international", "regional", "donor")
INTERVENTION_KINDS = ("set", "scale", "shift")
PROGRAMMES = ("exchange", "education", "interfaith")
