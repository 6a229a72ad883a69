"""A month is a list of phases; what a month adds to a run's outcomes and series is counted after it."""

from __future__ import annotations

from ..engine.compiled import arithmetic, kernel, part, plain
from .accord import accord
from .cbm import cbm
from .circumstances import circumstances
from .fighting import fighting
from .initial import draw_world
from .observation import count, measure_month, measure_run
from .publics import publics
from .spoiling import spoiling
from .track_one import track_one
from .track_three import track_three
from .track_two import track_two

__all__ = ["run_months"]


@part
def pass_month(world, month):
    """One month of the process: the schedule, once and in order."""
    circumstances(world, month)
    fighting(world, month)
    track_three(world, month)
    track_two(world, month)
    cbm(world, month)
    track_one(world, month)
    spoiling(world, month)
    accord(world, month)
    publics(world, month)
    count(world, month)


# The schedule as data, read from the text of the month itself.
SCHEDULE = {name: globals()[name] for name in plain(pass_month).__code__.co_names}


@arithmetic
def copy_words(target, source):
    """Copy one buffer into another."""
    for at in range(len(target)):
        target[at] = source[at]


@kernel
def run_chunk(world, template, seeds, cells, values, outcomes, numbers, series, finals):
    """Runs with these seeds, one after the other in the same arrays.

    `cells` and `values` (runs x cells) are settings that differ from run to run. `outcomes` are filled by name, and are
    `numbers` (runs x outcomes) in the same memory. `series` (runs x months) and `finals`
    (runs x words) are filled unless they have no columns.
    """
    months = int(world.parameters[0].run_months)
    for run in range(len(seeds)):
        copy_words(world.words, template)
        for c in range(len(cells)):
            world.words[cells[c]] = values[run, c]
        world.process[0].key = seeds[run]
        draw_world(world)
        for month in range(months):
            pass_month(world, month)
            if series.shape[1] > 0:
                measure_month(world, series[run, month])
        measure_run(world, outcomes[run], numbers[run])
        if finals.shape[1] > 0:
            copy_words(finals[run], world.words)


@kernel
def run_months(world, first, last):
    """The months from `first` up to, not including, `last`: to go on from a snapshot."""
    for month in range(first, last):
        pass_month(world, month)
