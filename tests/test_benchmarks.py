"""The benchmark compares like with like: its Mesa twin of the publics phase gives the same numbers."""

import mesa

from benchmarks.mesa_publics import PublicsModel, compiled_publics, months_of, record, worst_difference
from multitrack_sim.schema.categories import Phase


def test_the_twin_gives_the_same_numbers():
    world, seen = record(communities=40, months=12)
    # whatever that run was like, these months have an attack, a leak, talks with concessions, and an accord
    seen.spoilers["struck"][3, 0] = 1
    seen.process["backlash"][4:6], seen.process["momentum"][4:8] = 0.2, 0.3
    seen.process["phase"][5:9], seen.process["channel"][5:8] = Phase.TALKS, 0
    seen.governments["concession"][5:9] = 0.04
    seen.process["phase"][9:], seen.process["carried_out"][9:] = Phase.IMPLEMENTATION, 0.6
    history = months_of(seen)
    assert len(history) == 12 and sum(now.public_talks for now in history) >= 3

    twin = PublicsModel(world, history)
    assert isinstance(twin, mesa.Model) and len(twin.communities) == 40
    compiled_publics(world, seen.governments, seen.spoilers, seen.process)
    assert worst_difference(twin, world) > 0.01
    for _ in history:
        twin.step()
    assert worst_difference(twin, world) < 1e-12
