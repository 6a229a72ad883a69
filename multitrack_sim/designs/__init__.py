"""What to run, as values: designs, parts and ready-made arms, and all of them as people write them."""

from .design import CODE, DUMMY, Design, run_identity
from .kinds import (
    DESIGNS,
    coalitions,
    dose_response,
    factorial,
    latin,
    morris,
    one_at_a_time,
    paired,
    replicates,
    sobol,
)
from .parts import TRACKS, coalition_names

__all__ = [
    "CODE", "DESIGNS", "DUMMY", "TRACKS", "Design", "coalition_names", "coalitions", "dose_response", "factorial",
    "latin", "morris", "one_at_a_time", "paired", "replicates", "run_identity", "sobol",
]  # fmt: skip
