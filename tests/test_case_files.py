"""The cases of scenarios/: they load, every number says where it comes from, and codes are the published ones."""

import re
import tomllib
from pathlib import Path
from statistics import mean

import pytest

from multitrack_sim.schema.parameters import PARAMETERS
from multitrack_sim.schema.tables import REFERS, TABLES

ROOT = Path(__file__).resolve().parents[1]
CASES = sorted((ROOT / "scenarios").glob("*.toml"))
CODES = {
    "HS": "hurting_stalemate", "PA": "power_asymmetry", "SP": "spoilers", "TG": "guarantee", "T2": "track2",
    "T3": "track3", "CB": "cbm", "CV": "cbm_verification", "SE": "secrecy", "IN": "indivisibility", "ME": "mediation",
    "HA": "hawkishness", "PU": "public_support", "FL": "fighting_level", "PS": "power_sharing",
    "OP": "outside_pressure", "CN": "cost_of_no_deal",
}  # fmt: skip
# The codebook's table of cases, as published: HS PA SP TG T2 T3 CB CV SE IN, and the number of parties.
PUBLISHED = {
    "northern_ireland_1998": (4, 2, 3, 3, 3, 4, 3, 3, 3, 2, 10),
    "oslo_1993": (2, 4, 4, 1, 4, 1, 2, 1, 4, 4, 2),
    "india_pakistan": (1, 2, 4, 0, 3, 1, 2, 1, 3, 4, 2),
    "camp_david_1978": (3, 1, 2, 4, 1, 0, 3, 4, 3, 2, 2),
    "sudan_2005": (3, 2, 3, 3, 2, 2, 3, 3, 1, 3, 2),
    "south_africa_1994": (4, 2, 3, 0, 4, 3, 2, 1, 3, 2, 26),
    "korean_peninsula": (1, 2, 1, 2, 2, 0, 2, 1, 1, 4, 3),
    "nile_basin": (1, 3, 1, 1, 2, 1, 2, 1, 1, 3, 11),
    "cyber_norms_2015": (1, 2, 1, 0, 3, 0, 2, 0, 3, 1, 20),
    "asean_regional_forum": (0, 2, 0, 0, 3, 0, 2, 0, 2, 3, 27),
}
# What a case has settled or stood for, read nowhere but beside results.
OUTCOMES = {
    "northern_ireland_1998": ("comprehensive", 22, "yes"),
    "oslo_1993": ("framework", 8, "no"),
    "india_pakistan": ("none", None, ""),
    "camp_david_1978": ("comprehensive", 10, "yes"),
    "sudan_2005": ("comprehensive", 31, "yes"),
    "south_africa_1994": ("comprehensive", 42, "yes"),
    "korean_peninsula": ("framework", None, "no"),
    "nile_basin": ("framework", 156, ""),
    "cyber_norms_2015": ("framework", 12, "no"),
    "asean_regional_forum": ("none", None, ""),
}
NUMBER = re.compile(r"(?<![\w.+-])[+-]?(?:\d[\d_]*)?\.?\d+(?:[eE][+-]?\d+)?(?![\w.])")
# What a comment may say of a number; several are parted by semicolons, one for each number of the line.
ORIGIN = re.compile(
    r"source: (?P<key>[\w-]+)(?= |$)|assumption\b|code (?P<code>[A-Z][A-Z0-9])=(?P<value>[0-4])(?P<own> for this\b)?"
)

every_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


def parted(line: str) -> tuple[str, str]:
    """A line of TOML without its strings, and its comment."""
    code, rest = "", line
    while match := re.match(r"""([^"'#]*)("(?:\\.|[^"\\])*"|'[^']*')""", rest):
        code, rest = code + match[1] + '""', rest[match.end() :]
    bare, _, comment = rest.partition("#")
    return code + bare, comment.strip()


def codes_of(text: str) -> dict[str, int]:
    """The codes of a header: lines `# codes: name=value name=value ...`."""
    pairs = [pair for line in re.findall(r"^# codes: (.*)$", text, re.MULTILINE) for pair in line.split()]
    assert all(re.fullmatch(r"[a-z0-9_]+=[0-9]+", pair) for pair in pairs), "a code is written name=value"
    names = [pair.partition("=")[0] for pair in pairs]
    assert len(names) == len(set(names)), "a code stands there twice"
    return {name: int(value) for name, _, value in (pair.partition("=") for pair in pairs)}


def settings(data: dict, section: str) -> dict:
    """A section of parameters; `spoilers` is also the name of a table of rows."""
    found = data.get(section, {})
    return found if isinstance(found, dict) else {}


def origins(comment: str) -> list[re.Match]:
    return [found for part in comment.split(";") if (found := ORIGIN.match(part.strip()))]


def test_the_reader_of_lines():
    assert parted('a = "x # 1" # source: k "2"') == ('a = "" ', 'source: k "2"')
    assert parted("set = \"governments.'A 1'.power\"") == ('set = ""', "")
    assert NUMBER.findall("{ a1 = 0.5, b_2 = -3, c = 1e3, d = .5 }") == ["0.5", "-3", "1e3", ".5"]
    assert [o["key"] for o in origins("source: a_1 why; assumption: so; code HS=2")] == ["a_1", None, None]
    assert codes_of("# codes: a=1 b=2\n# codes: c=3") == {"a": 1, "b": 2, "c": 3}


def test_the_cases_are_there():
    assert {path.stem for path in CASES} >= set(PUBLISHED)


@every_case
def test_it_loads(path):
    from multitrack_sim.scenario.load import load

    scenario = load(path)
    assert scenario.month_zero and scenario.history and scenario.sources


@every_case
def test_every_number_says_where_it_comes_from(path):
    text = path.read_text("utf-8")
    sources, codes = tomllib.loads(text)["sources"], codes_of(text)
    wrong = []
    for at, line in enumerate(text.splitlines(), start=1):
        code, comment = parted(line)
        numbers, found = NUMBER.findall(code), origins(comment)
        if len(numbers) > len(found):
            wrong.append(f"{at}: {len(numbers)} numbers, {len(found)} origins")
        for origin in found:
            if origin["key"] and origin["key"] not in sources:
                wrong.append(f"{at}: no source {origin['key']}")
            if origin["code"] and CODES.get(origin["code"]) not in codes:
                wrong.append(f"{at}: no code {origin['code']}")
            elif origin["code"] and not origin["own"] and codes[CODES[origin["code"]]] != int(origin["value"]):
                wrong.append(f"{at}: {origin['code']} is {codes[CODES[origin['code']]]} in the header")
    assert not wrong, f"{path.name}, line " + "; ".join(wrong)


@every_case
def test_the_codes_are_complete_and_as_published(path):
    codes = codes_of(path.read_text("utf-8"))
    assert set(codes) == {*CODES.values(), "parties"}
    assert all(0 <= value <= 4 for name, value in codes.items() if name != "parties") and codes["parties"] >= 2
    assert codes["parties"] == len(tomllib.loads(path.read_text("utf-8"))["governments"])
    if path.stem in PUBLISHED:
        names = [*list(CODES.values())[:10], "parties"]
        assert tuple(codes[name] for name in names) == PUBLISHED[path.stem]


@every_case
def test_the_codes_give_the_numbers_of_the_mapping(path):
    """What the codes of a case give by `scenario_from_codes` stands in its file, whoever wrote the number."""
    from multitrack_sim.scenario.codebook import scenario_from_codes

    text = path.read_text("utf-8")
    data, coded = tomllib.loads(text), scenario_from_codes(codes_of(text))
    differing = []
    for name, value in coded.settings.items():
        section, _, key = name.partition(".")
        here = settings(data, section).get(key, PARAMETERS[name].default)
        if section != "run" and here != pytest.approx(value, abs=1e-3):
            differing.append(f"{name}: {here} in the file, {value} by the codes")
    for column in ("guarantee", "monitoring", "skill", "leverage"):
        here = max([row.get(column, 0.0) for row in data["organisations"]], default=0.0)
        there = max([row[column] for row in coded.rows["organisations"]], default=0.0)
        if here != pytest.approx(there, abs=1e-3):
            differing.append(f"organisations, highest {column}: {here} in the file, {there} by the codes")
    # rows with real names share what the codes give: capacity in sum, the others on average
    required = [row for row in data["governments"] if row.get("required", True)]
    for table, column, rows, share in (
        ("spoilers", "capacity", data["spoilers"], sum),
        ("academics", "access", data["academics"], mean),
        ("governments", "hawkishness", required, mean),
    ):
        here, there = share(row[column] for row in rows), share(row[column] for row in coded.rows[table])
        if here != pytest.approx(there, abs=2e-3):
            differing.append(f"{table}, {column} of all: {here} in the file, {there} by the codes")
    powers = [[row["power"] for row in rows] for rows in (data["governments"], coded.rows["governments"])]
    here, there = (max(of_all) / sum(of_all) for of_all in powers)
    if here != pytest.approx(there, abs=2e-3):
        differing.append(f"governments, share of the strongest: {here} in the file, {there} by the codes")
    assert not differing, f"{path.name}: " + "; ".join(differing)


@every_case
def test_history_and_interventions_say_why(path):
    data = tomllib.loads(path.read_text("utf-8"))
    assert [row["source"] for row in data["history"] if row["source"] not in data["sources"]] == []
    dates = [row["date"] for row in data["history"]]
    assert dates == sorted(dates)
    for change in data.get("interventions", []):
        assert len(change.get("why", "")) > 20, f"{change.get('set')} says no why"


@every_case
def test_nothing_scheduled_is_the_models_to_bring_about(path):
    """Interventions set what is outside the model: leaders' lines, who exists or sits where; no attacks or accords."""
    allowed = r"(governments|ngos|academics|organisations)\..*\.(hawkishness|active|outside)|standing\..*\.legitimacy"
    for change in tomllib.loads(path.read_text("utf-8")).get("interventions", []):
        name = change.get("set") or change.get("scale") or change.get("shift")
        if name is None:  # a row that enters or leaves
            name = (change.get("add") or change["remove"]) + ".active"
        assert re.fullmatch(allowed, name), name


@every_case
def test_stakes_are_complete_and_add_up(path):
    data = tomllib.loads(path.read_text("utf-8"))
    parties, issues = ({row["name"] for row in data[table]} for table in ("governments", "issues"))
    assert {(row["party"], row["issue"]) for row in data["stakes"]} == {(p, i) for p in parties for i in issues}
    for party in parties:
        assert sum(row["salience"] for row in data["stakes"] if row["party"] == party) == pytest.approx(1.0, abs=1e-6)


@every_case
def test_names_and_ranges_are_those_of_the_tables(path):
    """What `load` checks too, without it: a file must not depend on how kindly it is read."""
    data, wrong = tomllib.loads(path.read_text("utf-8")), []
    for section in {name.partition(".")[0] for name in PARAMETERS}:
        for key, value in settings(data, section).items():
            p = PARAMETERS.get(f"{section}.{key}")
            if p is None or not (value in p.choices if p.choices else p.low <= value <= p.high):
                wrong.append(f"{section}.{key} = {value}")
    for table, rows in data.items():
        if table not in TABLES or table in ("interventions", "parameters") or not isinstance(rows, list):
            continue
        columns = {c.name: c for c in TABLES[table].columns if c.given}
        names = [row["name"] for row in rows if "name" in row]
        assert len(names) == len(set(names))
        for row in rows:
            for key, value in row.items():
                if key in ("name", *REFERS):
                    continue
                c = columns.get(key)
                good = c is not None and (value in c.choices if c.choices else c.low <= value <= c.high)
                if not good:
                    wrong.append(f"{table} {row.get('name', '')}: {key} = {value}")
    assert not wrong, f"{path.name}: " + "; ".join(wrong)


@every_case
def test_the_record_is_that_of_the_table_of_cases(path):
    if path.stem in OUTCOMES:
        record = tomllib.loads(path.read_text("utf-8"))["record"]
        assert (record["agreement"], record.get("months"), record["held_60"]) == OUTCOMES[path.stem]


@every_case
def test_the_sequence_of_agreements_fits_the_record(path):
    """The record's one agreement and the history's sequence are two tellings of one thing; where they differ, it is known:
    the table of cases gives a month that fits no date of the Nile's, and calls none what PA-X calls partial.
    """
    from multitrack_sim.evidence.beside_history import happened
    from multitrack_sim.scenario.load import load

    scenario = load(path)
    record, found = scenario.record, happened(scenario)
    months = [month for _, month in found.agreements]
    assert months == sorted(months) and all(month <= scenario.value("run.months") for month in months)
    assert found.kind == record["agreement"] or path.stem == "india_pakistan" and found.kind == "framework"
    if record.get("months") is not None and path.stem != "nile_basin":
        assert found.month(record["agreement"]) == pytest.approx(record["months"], abs=1)
    kinds = [kind for kind, _ in found.agreements]
    assert "comprehensive" not in kinds[:-1]  # the road to the first comprehensive one, no further
