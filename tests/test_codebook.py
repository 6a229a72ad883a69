"""The codebook: eighteen codes, one mapping, the same for every case."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import codes

from multitrack_sim.errors import ScenarioError
from multitrack_sim.scenario import CODES, codes_table, lay_out, loads, scenario_from_codes
from multitrack_sim.schema.parameters import PARAMETERS


def rows(scenario, table, column):
    return [row[column] for row in scenario.rows[table]]


def test_there_are_eighteen_codes_and_each_says_what_it_sets():
    assert len(CODES) == 18
    table = codes_table()
    assert list(table["code"]) == list(CODES) and table["sets"].str.len().min() > 5


# What a code gives at 0, 2 and 4, worked out by hand from the mapping.
SETTINGS = [
    ("hurting_stalemate", "conflict.stalemate", 0.15, 0.775, 1.4),
    ("fighting_level", "conflict.violence", 0.0, 0.5, 1.0),
    ("cost_of_no_deal", "conflict.cost_of_no_deal", 0.0, 0.25, 1.0),
    ("power_sharing", "conflict.internal_guarantee", 0.0, 0.4, 0.8),
    ("outside_pressure", "pressure.outside", -1.0, 0.0, 1.0),
    ("public_support", "society.support", 0.25, 0.475, 0.7),
    ("public_support", "society.attitude", 0.2, 0.4, 0.6),
    ("track2", "track_two.funds", 0.0, 0.5, 1.0),
    ("secrecy", "track_two.confidentiality", 0.0, 0.5, 1.0),
    ("track3", "track_three.funds", 0.0, 0.5, 1.0),
    ("cbm", "cbm.push", 0.15, 0.575, 1.0),
    ("cbm_verification", "cbm.verification", 0.0, 0.45, 0.9),
    ("track2", "academics.'Scholar of Party 1'.access", 0.1, 0.4, 0.7),
    ("hawkishness", "governments.'Party 2'.hawkishness", 0.15, 0.5, 0.85),
    ("guarantee", "organisations.'Guarantor'.guarantee", 0.0, 0.45, 0.9),
    ("guarantee", "organisations.'Guarantor'.monitoring", 0.0, 0.45, 0.9),
    ("mediation", "organisations.'Mediator'.skill", 0.0, 0.5, 1.0),
    ("mediation", "organisations.'Mediator'.leverage", 0.0, 0.3, 0.6),
    ("indivisibility", "issues.'Security'.indivisibility", 0.25, 0.5, 0.75),
    ("indivisibility", "issues.'Status and territory'.indivisibility", 0.45, 0.7, 0.95),
    ("indivisibility", "issues.'Resources and rights'.indivisibility", 0.05, 0.3, 0.55),
    ("indivisibility", "issues.'Security'.potential", 0.7625, 0.675, 0.5875),
    ("spoilers", "spoilers.'Faction of Party 1'.capacity", 0.0, 0.3 * 0.5**1.5, 0.3),
    ("power_asymmetry", "governments.'Party 1'.power", 1.0, 1.4, 1.8),
]


@pytest.mark.parametrize(("code", "setting", "none", "middling", "full"), SETTINGS)
def test_the_mapping(code, setting, none, middling, full):
    for value, expected in ((0, none), (2, middling), (4, full)):
        assert scenario_from_codes({code: value}).value(setting) == pytest.approx(expected, abs=1e-12)


def test_every_code_but_parties_changes_something_and_only_its_own():
    base = scenario_from_codes(dict.fromkeys((n for n in CODES if n != "parties"), 1) | {"parties": 2})
    for code in CODES:
        other = scenario_from_codes({**dict.fromkeys(CODES, 1), "parties": 2, code: 3})
        assert other.settings != base.settings or other.rows != base.rows, code


def test_no_fighting_is_exactly_none():
    assert scenario_from_codes({"fighting_level": 0}).settings["conflict.violence"] == 0.0


@pytest.mark.parametrize("parties", [2, 3, 10, 27])
def test_power_is_balanced_at_0_and_one_sided_at_4(parties):
    power = np.array(rows(scenario_from_codes({"parties": parties, "power_asymmetry": 0}), "governments", "power"))
    assert power == pytest.approx(np.ones(parties))
    power = np.array(rows(scenario_from_codes({"parties": parties, "power_asymmetry": 4}), "governments", "power"))
    assert power[0] / power.sum() == pytest.approx(0.9) and len(set(power[1:])) == 1


def test_spoilers_stand_at_both_ends_and_want_more_as_the_code_rises():
    for code, kind in ((0, "limited"), (2, "greedy"), (3, "total"), (4, "total")):
        scenario = scenario_from_codes({"spoilers": code, "parties": 4})
        assert rows(scenario, "spoilers", "kind") == [kind, kind]
        assert rows(scenario, "spoilers", "party") == ["Party 1", "Party 4"]
        assert rows(scenario, "spoilers", "ideal") == [0.0, 1.0]


def test_the_hardest_issue_is_avoided_where_it_is_sacred_and_hawks_lead():
    for indivisibility, hawkishness, avoided in ((0, 4, 0), (2.9, 4, 0), (4, 2.9, 0), (3, 3, 1), (4, 4, 1), (4, 0, 0)):
        scenario = scenario_from_codes({"indivisibility": indivisibility, "hawkishness": hawkishness})
        assert rows(scenario, "issues", "tabled") == [1 - avoided, 1, 1]
        assert rows(scenario, "issues", "indivisibility")[0] == max(rows(scenario, "issues", "indivisibility"))


def test_measures_in_force_at_the_start_are_light_first():
    for code, count in ((0, 0), (1, 0), (1.9, 0), (2, 2), (2.5, 3), (3, 4), (4, 6)):
        measures = scenario_from_codes({"cbm": code}).rows["measures"]
        weights = sorted(row["sensitivity"] for row in measures)
        assert sorted(row["sensitivity"] for row in measures if row["in_force"]) == weights[:count]


def test_a_missing_code_is_its_middle_and_said():
    some = scenario_from_codes({"track2": 4, "cbm": None, "secrecy": float("nan"), "mediation": np.float64("nan")})
    middle = scenario_from_codes({name: code.middle for name, code in CODES.items()} | {"track2": 4})
    assert (some.settings, some.rows) == (middle.settings, middle.rows)
    assert "track2 4" in some.summary and "cbm" in some.summary and "secrecy" in some.summary
    assert "Not coded" not in middle.summary


def test_all_problems_at_once():
    wrong = {
        "track_2": 3,
        "cbm": 5,
        "secrecy": "2",
        "hawkishness": True,
        "parties": 2.5,
        "spoilers": math.inf,
        "case": 1,
    }
    with pytest.raises(ScenarioError) as caught:
        scenario_from_codes(wrong)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(wrong)
    for line, words in zip(
        lines, ("did you mean 'track2'", "0 to 4", "'2'", "True", "whole number from 2 to 27", "inf", "case")
    ):
        assert words in line
    for parties in (1, 28, 0):
        with pytest.raises(ScenarioError, match="2 to 27"):
            scenario_from_codes({"parties": parties})


def test_a_title_is_text():
    assert scenario_from_codes({}, title=" <b>Sea</b> ").title == "<b>Sea</b>"
    for title in ("", "a\x1b[31m", "x" * 201, 7):
        with pytest.raises(ScenarioError, match="title"):
            scenario_from_codes({}, title=title)


@settings(max_examples=60, deadline=None)
@given(codes(most_parties=27))
def test_what_codes_give_is_a_valid_file(given_codes):
    """The trusted way around pydantic gives only what a file may say too."""
    scenario = scenario_from_codes(given_codes)
    assert loads(scenario.to_toml()) == scenario
    assert all(PARAMETERS[name].low <= value <= PARAMETERS[name].high for name, value in scenario.settings.items())


def test_a_sweep_over_codes_is_fast():
    lay_out(scenario_from_codes({}))
    took = []
    for step in range(50):
        start = time.perf_counter()
        lay_out(scenario_from_codes({"track2": step / 50 * 4}))
        took.append(time.perf_counter() - start)
    assert min(took) < 0.004  # about 1.3 ms on an idle core
