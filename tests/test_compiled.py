"""Compiled rules: the same bits as Python."""

import json
import struct
from textwrap import dedent

import numpy as np
import pytest
from fresh import PACKAGE, run
from hypothesis import given, settings
from hypothesis import strategies as st

from multitrack_sim.engine import arithmetic, compiled
from multitrack_sim.engine.random import standard_normal
from multitrack_sim.process import basics

ANY = st.floats(allow_nan=False)
SHARE = st.floats(0.0, 1.0)
SAME_BITS = {
    "clip": (basics.clip, st.tuples(ANY, ANY, ANY)),
    "sigma": (arithmetic.sigma, st.tuples(ANY)),
    "log_odds": (basics.log_odds, st.tuples(ANY)),
    "threshold": (basics.threshold, st.tuples(SHARE | st.just(-0.0), st.floats(1e-3, 1.0), st.floats(1.0, 40.0))),
    "dyad_row": (basics.dyad_row, st.tuples(*[st.integers(0, 30)] * 2, st.integers(2, 31))),
    "standard_normal": (standard_normal, st.tuples(st.floats(2.0**-53, 1.0 - 2.0**-53))),
}


def bits(value):
    return struct.pack("d", value)


@pytest.mark.parametrize(("rule", "inputs"), SAME_BITS.values(), ids=SAME_BITS)
def test_compiled_rules_give_the_bits_of_their_text(rule, inputs):
    @settings(max_examples=300, deadline=None)
    @given(inputs)
    def agree(values):
        values = tuple(map(np.float64, values)) if rule is not basics.dyad_row else values
        with np.errstate(all="ignore"):
            assert bits(rule(*values)) == bits(compiled.plain(rule)(*values))

    agree()


RUN = """
    import hashlib, json
    import numpy as np
    import multitrack_sim as mt
    from multitrack_sim.running.ensemble import run_ensemble

    def digest(array):
        return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()

    quick = {
        "run.months": 12, "society.communities": 10, "track_one.pretalks": 0.9, "track_one.opening": 0.9,
        "track_one.war_cost": 1.0, "track_one.aspiration": 0.1, "track_one.ratification_months": 1, "cbm.review": 1,
        "accord.months": 6, "track_two.transfer": 0.9, "track_two.channel": 0.5, "spoiling.deterrence": 0.2,
        "conflict.exposure": 0.1, "accord.doubt": 0.2, "conflict.incidents": 0.5, "track_two.tabling": 0.5,
        "track_two.office": 0.3, "track_two.officials_attend": 0.5,
    }
    codes = {"parties": 3, "hurting_stalemate": 4, "track2": 4, "track3": 4, "cbm": 4, "mediation": 3, "spoilers": 3}
    scenario = mt.scenario_from_codes(codes).with_settings(quick)
    party = scenario.names["governments"][0]
    scenario = scenario.with_interventions(
        [
            {"month": 3, "set": "track_two.budget", "to": 0.0, "until": 6},
            {"month": 4, "set": f"governments.'{party}'.ratified_by", "to": "referendum"},
        ]
    )
    model = mt.PeaceProcess(scenario, seed=8)
    found = {name: value if isinstance(value, str) else value.hex() for name, value in model.run().items()}
    found["monthly"] = digest(model.datacollector.get_model_vars_dataframe()["violence"].to_numpy())
    found["world"] = digest(model.tables.words)
    many = run_ensemble(scenario, runs=3, seed=4, threads=2, series=True, worlds=True, vary={"cbm.budget": [0, 1, 2]})
    found["seeds"] = many.table["seed"].tolist()
    found["table"] = many.table.map(str).to_numpy().tolist()
    found["series"] = digest(many.series)
    found["worlds"] = [digest(world.words) for world in many.worlds]
    print(json.dumps(found))
"""


def test_with_compilation_off_everything_is_the_same_bit_for_bit(capsys, tmp_path):
    plain = json.loads(run(RUN, PACKAGE.parent, tmp_path, NUMBA_DISABLE_JIT="1").stdout)
    capsys.readouterr()
    exec(dedent(RUN), {})
    fast = json.loads(capsys.readouterr().out)
    assert fast["highest_agreement"] and len(set(fast["worlds"])) == 3
    assert fast == plain


@pytest.mark.skipif(not compiled.COMPILED, reason="compilation is off")
def test_a_part_of_a_phase_cannot_be_called_from_python():
    """It has no way in from Python, and without a guard the interpreter would crash."""
    from multitrack_sim.process.month import pass_month

    with pytest.raises(TypeError, match="pass_month is a part of a phase"):
        pass_month(None, 0)
