"""What the record says, as numbers the model is held against."""

# Pattern, what the record says, and how far off it may be (one standard deviation, sampling and coding together).
TARGETS = {
    "agreed, of opened talks": (0.42, 0.08),  # T1: PA-X v10, comprehensive by 240 months, .33-.53
    "months of the round that led to it": (22.0, 7.0),  # T2: median 12-30; 22 in the coded cases
    "stands after 5 years": (0.74, 0.06),  # T3: UCDP Peace Agreements, .60-.85
    "ended by low activity": (0.46, 0.07),  # T4: UCDP Conflict Termination v3
    "ended by ceasefire": (0.17, 0.05),
    "ended by victory": (0.15, 0.05),
    "ended by agreement": (0.22, 0.07),  # the record has .12; the population is one in which talks are conceivable
    "active again after agreement": (0.34, 0.08),  # T5
}
