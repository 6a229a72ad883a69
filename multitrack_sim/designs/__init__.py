"""What to run, as values: designs, ready-made arms, and both as people write them."""

from .design import (
    CODE,
    DESIGNS,
    DUMMY,
    TRACKS,
    Design,
    coalitions,
    dose_response,
    factorial,
    latin,
    morris,
    one_at_a_time,
    paired,
    replicates,
    run_identity,
    sobol,
)

__all__ = [
    "CODE", "DESIGNS", "DUMMY", "TRACKS", "Design", "coalitions", "dose_response", "factorial", "latin", "morris",
    "one_at_a_time", "paired", "replicates", "run_identity", "sobol",
]  # fmt: skip
