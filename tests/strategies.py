"""Random valid scenarios, for tests that must hold whatever the scenario."""

from hypothesis import strategies as st

from multitrack_sim.scenario import CODES, scenario_from_codes
from multitrack_sim.scenario.validation import row_columns
from multitrack_sim.schema.parameters import PARAMETERS
from multitrack_sim.schema.tables import NAMED, REFERS

FREE = [name for name, p in PARAMETERS.items() if not p.structural]
# Columns of rows that may change in mid-run without leaving too few parties or issues.
CHANGING = [
    (table, column)
    for table in NAMED
    for column in row_columns(table).values()
    if column.name not in ("active", "required", "population", "weight")
]


def full_cast(parties=3, **codes):
    """A small world in which every mechanism is at work."""
    codes = {
        "hurting_stalemate": 3, "track2": 4, "track3": 3, "cbm": 3, "spoilers": 3, "fighting_level": 3, "secrecy": 1,
        "mediation": 2, "guarantee": 2, "indivisibility": 2, "public_support": 3, "cost_of_no_deal": 1, **codes,
    }  # fmt: skip
    scenario = scenario_from_codes(codes | {"parties": parties})
    columns = {
        "governments": {"term": 24, "interests": 0.3, "military": 0.3, "ratified_by": "parliament"},
        "organisations": {"pressure": 0.5, "proposes": 0.5, "funding": 0.2, "hosting": 0.2},
        "spoilers": {"inside": 1},
    }
    rows = {
        f"{table}.'{name}'.{column}": value
        for table, said in columns.items()
        for name in scenario.names[table]
        for column, value in said.items()
    }
    one, two, *_ = scenario.names["governments"]
    first, second, *_ = scenario.names["ngos"]
    more = {
        f"dyads.'{one}'.'{two}'.recognition": 0.5, f"ngos.'{first}'.programme": "education",
        f"ngos.'{second}'.programme": "interfaith", f"standing.'{first}'.'{one}'.legitimacy": 0.6,
        f"issues.'{scenario.names['issues'][-1]}'.tabled": 0, f"spoilers.'{scenario.names['spoilers'][0]}'.kind": "limited",
        "track_one.participation": 0.6, "track_one.participation_power": 0.4, "track_one.technology": 0.3,
        "track_one.instruction_lag": 2, "track_two.digital": 0.3, "track_three.digital": 0.3, "spoiling.payment": 0.3,
        "spoiling.socialisation": 0.3, "spoiling.departing_train": 0.3, "spoiling.coercion": 0.05,
        "society.communities": 40, "run.months": 180,
    }  # fmt: skip
    return scenario.with_settings(rows | more)


def codes(most_parties=6):
    """Some of the codes, between whole numbers too."""
    values = {
        name: st.integers(2, most_parties) if code.whole else st.integers(0, 4) | st.floats(code.low, code.high)
        for name, code in CODES.items()
    }
    return st.fixed_dictionaries({}, optional=values)


def parameter_values(name):
    """A value of a parameter in the range in which a study would vary it."""
    p = PARAMETERS[name]
    low, high = p.range
    return st.integers(int(low), int(high)) if p.whole else st.floats(low, high)


def column_values(column, names):
    if column.choices:
        return st.sampled_from(column.choices)
    if column.name in REFERS:
        return st.sampled_from(names[REFERS[column.name]])
    return st.integers(int(column.low), int(column.high)) if column.whole else st.floats(column.low, column.high)


@st.composite
def interventions(draw, scenario, most=3):
    """A few changes, each of another setting: parameters and columns of rows, for good or for a while."""
    months, names, made, taken = scenario.value("run.months"), scenario.names, [], set()
    for _ in range(draw(st.integers(0, most))):
        month = draw(st.integers(0, months - 1))
        if draw(st.booleans()):
            setting = draw(st.sampled_from(FREE))
            change = {"set": setting, "to": draw(parameter_values(setting))}
        else:
            table, column = draw(st.sampled_from([pair for pair in CHANGING if names[pair[0]]]))
            setting = f"{table}.'{draw(st.sampled_from(names[table]))}'.{column.name}"
            change = {"set": setting, "to": draw(column_values(column, names))}
        if setting not in taken:
            taken.add(setting)
            until = draw(st.none() | st.integers(month + 1, months + 12))
            made.append({"month": month, **change, "until": until})
    if draw(st.booleans()):
        month = draw(st.integers(0, months - 1))
        row = f"organisations.'{draw(st.sampled_from(names['organisations']))}'"
        if not any(setting.startswith("organisations") for setting in taken):
            made.append({"month": month, draw(st.sampled_from(["add", "remove"])): row})
        made.append({"month": month, "shift": "communities.*.fear", "by": draw(st.floats(-0.5, 0.5))})
        made.append({"month": month, "scale": "governments.*.burden", "by": draw(st.floats(0, 2)), "until": month + 3})
    if "track_two.budget" not in taken and draw(st.booleans()):
        made.append(
            {"month": draw(st.integers(0, months - 1)), "scale": "track_two.budget", "by": draw(st.floats(0, 1))}
        )
    return made


@st.composite
def scenarios(draw, most_parties=6, months=(12, 60), communities=(4, 30), settings=5, with_interventions=True):
    """A scenario of random codes, small and short, with random settings inside their sweep ranges and interventions."""
    scenario = scenario_from_codes(draw(codes(most_parties)))
    parties = len(scenario.rows["governments"])
    chosen = draw(st.lists(st.sampled_from(FREE), max_size=settings, unique=True))
    changed = {name: draw(parameter_values(name)) for name in chosen}
    for _ in range(draw(st.integers(0, settings))):
        table, column = draw(st.sampled_from([pair for pair in CHANGING if scenario.names[pair[0]]]))
        name = draw(st.sampled_from(scenario.names[table]))
        changed[f"{table}.'{name}'.{column.name}"] = draw(column_values(column, scenario.names))
    if draw(st.booleans()):
        one, two = draw(st.permutations(scenario.names["governments"]))[:2]
        ngo, person = (draw(st.sampled_from(scenario.names[table])) for table in ("ngos", "academics"))
        changed[f"dyads.'{one}'.'{two}'.recognition"] = draw(st.floats(0, 1))
        changed[f"standing.'{ngo}'.'{one}'.legitimacy"] = draw(st.floats(0, 2))
        changed[f"positions.'{person}'.'{scenario.names['issues'][0]}'.position"] = draw(st.floats(0, 1))
    changed["run.months"] = draw(st.integers(*months))
    changed["society.communities"] = draw(st.integers(max(communities[0], parties), max(communities[1], parties)))
    changed["society.ties"] = draw(st.integers(0, 8))
    scenario = scenario.with_settings(changed)
    return scenario.with_interventions(draw(interventions(scenario))) if with_interventions else scenario
