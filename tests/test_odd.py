"""The ODD page: as the code has it, and what it says of products of parameters is right."""

import ast
import inspect
import itertools
import re
from pathlib import Path

import pytest

import multitrack_sim as mt
from docs.generate import odd
from multitrack_sim import process
from multitrack_sim.errors import MultitrackError
from multitrack_sim.evidence.identifiability import (
    all_products,
    always_beside,
    inseparable,
    products_in,
    read_by,
    rule_modules,
)
from multitrack_sim.process.month import SCHEDULE
from multitrack_sim.schema.draws import Draw
from multitrack_sim.schema.outcomes import OUTCOMES, SERIES
from multitrack_sim.schema.parameters import PARAMETERS
from multitrack_sim.schema.tables import TABLES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "odd.md"


def test_the_page_is_as_the_code_has_it():
    page = PAGE.read_text("utf-8")
    assert odd.rewritten(page) == page, "stale: run python -m docs.generate.odd docs/odd.md"


def test_the_page_has_everything_that_is_declared():
    page = PAGE.read_text("utf-8")
    rows = {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| `")}
    for names in (
        PARAMETERS,
        OUTCOMES,
        SERIES,
        *({c.name for c in t.columns} for n, t in TABLES.items() if n != "parameters"),
    ):
        assert not [name for name in names if f"`{name}`" not in rows]
    for at, name in enumerate(SCHEDULE, start=1):
        assert f"### 7.{at} {name.capitalize()}" in page
    for concept in (
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
        "Stochasticity", "Collectives", "Observation",
    ):  # fmt: skip
        assert f"**{concept}.**" in page


def is_rule(node):
    """Whether a function is a rule or a step of the month, not what Python itself or a kernel does around it."""
    marks = {ast.unparse(mark).partition("(")[0] for mark in node.decorator_list}
    return bool(marks & {"rule", "arithmetic", "phase", "part"})


def test_every_rule_is_told_once_and_with_its_agent():
    page = PAGE.read_text("utf-8").split("## 7 Submodels")[1].split("## 8 ")[0]
    for module in rule_modules():
        if module.__name__.endswith("initial"):
            continue
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.FunctionDef) and node.name not in (*SCHEDULE, "pass_month") and is_rule(node):
                assert page.count(f"\n- `{node.name}`") == 1, node.name
                assert ast.get_docstring(node), f"{node.name} says nothing"
    assert "- `convene` (NGO): " in page and "- `listen` (Community): " in page and "- `meet`: " in page


def test_every_draw_is_told_where_it_is_made():
    page = PAGE.read_text("utf-8")
    drawn = [line.split("|")[-2] for line in page.splitlines() if line.startswith("| ") and "| `" in line[:8]]
    drawn += [line.split(":*")[1] for line in page.splitlines() if line.startswith("*Drawn at the start:*")]
    told = [name.strip(" .") for line in drawn for name in line.split(",")]
    rules = "".join(path.read_text("utf-8") for path in Path(process.__file__).parent.glob("*.py"))
    for draw in Draw:
        assert (draw.name.lower().replace("_", " ") in told) == (re.search(rf"Draw\.{draw.name}\b", rules) is not None)


def test_tables_hold_in_markdown():
    """Every row of a table has as many cells as its head."""
    wide = 0
    for line in PAGE.read_text("utf-8").splitlines():
        cells = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        assert not wide or cells in (0, wide), line
        wide = cells


def test_marks_that_mean_nothing_are_refused():
    page = PAGE.read_text("utf-8")
    with pytest.raises(MultitrackError, match="did you mean series") as wrong:
        odd.rewritten(page.replace("generated: series", "generated: seris"))
    assert len(wrong.value.problems) == 2  # and series is not there


def test_the_command_rewrites_a_stale_page_and_leaves_what_is_written_by_hand(tmp_path, capsys):
    page = PAGE.read_text("utf-8")
    stale = tmp_path / "odd.md"
    stale.write_text(page.replace("| `run.months` | 120 |", "| `run.months` | 200 |"), "utf-8")
    assert odd.main([str(stale), "--check"]) == 1 and "200" in stale.read_text("utf-8")
    assert odd.main([str(stale)]) == 0 and stale.read_text("utf-8") == page
    assert odd.main([str(stale), "--check"]) == 0
    assert "as the code has it" in capsys.readouterr().out


# --- products, by hand

A, B, C, D = "track_two.funds", "track_two.budget", "trust.prior", "accord.months"
a, b, c, d = ("p." + PARAMETERS[name].column for name in (A, B, C, D))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"return {a} * x * {b}", [((B, 1), (A, 1))]),
        (f"return {a} * (1 - {b} * x)", [((A, 1),), ((B, 1),)]),
        (f"return {a} + {b}", [((A, 1),), ((B, 1),)]),
        (f"return clip(-{a} * {b}, 0.0, 10.0)", [((B, 1), (A, 1))]),
        (f"return clip({a}, 0.0, {b})", [((A, 1),), ((B, 1),)]),
        (f"return x / ({a} * {b})", [((B, -1), (A, -1))]),
        (f"return sqrt({a}) * {a} ** 2", [((A, 2.5),)]),
        (f"y = {a} * x\n    return y * {b}", [((B, 1), (A, 1))]),
        (f"y = {a} * x\n    y = y + 1\n    return y * {b}", [((A, 1),), ((B, 1),)]),
        (f"me.x = {a} if x else 0.0", [((A, 1),)]),
        (f"y = {a} if x else 0.0\n    me.x = y * {b}", [((B, 1), (A, 1))]),
        (f"if {a} <= 0.0:\n        me.x += {b}", [((B, 1),)]),
        (f"if x % {a} == 0:\n        me.x += {b}", [((A, 1),), ((B, 1),)]),
        (f"if x >= {a}:\n        me.x *= {b}", [((A, 1),), ((B, 1),)]),
        (f"return exp(-{a} * x) * {b}", [((A, 1),), ((B, 1),)]),
        ("return q.track_two_funds * world.parameters[0].track_two_budget", [((B, 1),)]),
        (f"return {a} / {a}", [()]),
    ],
)
def test_products_by_hand(text, expected):
    assert sorted(products_in(f"def f(me, x, p):\n    {text}\n")) == sorted(expected)


@pytest.mark.parametrize(
    ("products", "groups"),
    [
        ([{A: 1, B: 1}], [((B, A), 1)]),
        ([{A: 1, B: 1}, {A: 1}], []),
        ([{A: 1, B: 1}, {A: 1, C: 1}], [((B, A, C), 1)]),  # two products cannot tell three apart
        ([{A: 1, B: 1}, {A: 1, C: 1}, {B: 1, C: 1}], []),  # three can
        ([{A: 1, B: 1, C: 1}, {C: 1}], [((B, A), 1)]),
        ([{A: 1, B: 1, C: 1}], [((B, A, C), 2)]),
        ([{A: 1, B: -1}, {A: 2, B: -2}, {D: 1}], [((B, A), 1)]),
    ],
)
def test_groups_by_hand(products, groups):
    given = {tuple(sorted(product.items())) for product in products}
    found = [(set(group.parameters), group.freedom) for group in inseparable(given)]
    assert found == [(set(names), freedom) for names, freedom in groups]


def test_always_beside_by_hand():
    given = {((B, 1), (A, 1)), ((B, 1),), ((C, 1),)}
    assert always_beside(given) == {A: [B]}


def harmless(group):
    """Every scaling by halves and doubles that leaves all products of a group as they are."""
    for powers in itertools.product((-1, 0, 1), repeat=len(group.parameters)):
        scale = dict(zip(group.parameters, powers))
        products = (sum(scale.get(name, 0) * power for name, power in product) for product in group.products)
        if max(powers) == 1 and not any(products):
            yield {name: 2.0**power for name, power in scale.items() if power}


def test_what_is_said_to_be_inseparable_is():
    """The claim, tried on the model: halving and doubling parameters of a group against one another changes no bit."""
    base = mt.scenario_from_codes({"hurting_stalemate": 3, "secrecy": 1, "spoilers": 4})
    base = base.with_settings({"run.months": 48, "society.communities": 20})
    for group in inseparable():
        tried = list(harmless(group))
        assert tried, group
        for factors in tried[:4]:
            before, after = room_for(base, factors)
            one, two = (mt.simulate(base.with_settings(settings), runs=6, seed=1) for settings in (before, after))
            for name in one.columns:
                same = one[name].equals(two[name])
                assert same, (factors, name)


def room_for(base, factors):
    """Values of the parameters from which scaling leads to values that are allowed; what is 0 begins at a quarter."""
    before = {}
    for name, factor in factors.items():
        start = base.value(name) or PARAMETERS[name].high / 4
        before[name] = start if start * factor <= PARAMETERS[name].high else start / 2
    return before, {name: before[name] * factor for name, factor in factors.items()}


def test_every_parameter_that_is_read_stands_in_a_product():
    read = {name for module in rule_modules() for name in read_by(ast.parse(inspect.getsource(module)))}
    told = {name for product in all_products() for name, _ in product}
    assert read - told == set()
