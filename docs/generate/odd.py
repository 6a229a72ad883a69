"""The generated parts of `docs/odd.md`: tables and rules as the code has them, written between marks in the page.

`python -m docs.generate.odd docs/odd.md` rewrites them; what stands outside the marks is left as it is.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from multitrack_sim.agents import AGENTS
from multitrack_sim.engine.compiled import plain
from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError, Problem, nearest
from multitrack_sim.evidence.identifiability import always_beside, inseparable, read_by, rule_modules, switches, written
from multitrack_sim.process import initial
from multitrack_sim.process.month import SCHEDULE
from multitrack_sim.schema.categories import Agreement, Ending, Phase
from multitrack_sim.schema.draws import Draw
from multitrack_sim.schema.events import Event
from multitrack_sim.schema.outcomes import OUTCOMES, SERIES, Outcome
from multitrack_sim.schema.parameters import PARAMETERS, SECTIONS, Parameter
from multitrack_sim.schema.tables import TABLES, Column, Table

from .pages import restamped

__all__ = ["PARTS", "rewritten"]

_MARK = re.compile(r"<!-- generated: ([\w ]+) -->\n.*?<!-- end of generated -->", re.DOTALL)
_HUGE = 2.0**53
_AGENT_OF = {agent.table: agent.__name__ for agent in AGENTS}

# What carries trust and burden into decisions.
_CARRIERS = (
    ("dyads", "trust"), ("dyads", "misperception"), ("governments", "belief"), ("governments", "misperception"),
    ("governments", "burden"), ("governments", "motivation"), ("governments", "surplus"), ("governments", "readiness"),
    ("process", "least_readiness"),
)  # fmt: skip
_SETTINGS = ("parameters",)  # of the tables of a world, those that are listed elsewhere on the page


def rewritten(page: str) -> str:
    """The page with every generated part and the model version as the code has it now.

    MultitrackError lists marks that mean nothing.
    """
    asked = [match[1] for match in _MARK.finditer(page)]
    problems = [
        Problem(
            f"<!-- generated: {name} -->", "no such part", ", ".join(PARTS), f"did you mean {near}?" if near else ""
        )
        for name in asked
        if name not in PARTS
        for near in [nearest(name, PARTS)]
    ]
    problems += [Problem(f"<!-- generated: {name} -->", "is not in the page") for name in PARTS if name not in asked]
    if problems:
        raise MultitrackError(problems)

    def part(match: re.Match) -> str:
        return f"<!-- generated: {match[1]} -->\n\n{PARTS[match[1]]().strip()}\n\n<!-- end of generated -->"

    return restamped(_MARK.sub(part, page), model_version(), made_now=True)


# --- words and numbers in Markdown
def _text(words: str) -> str:
    """Our own words in a line or a cell; what stands in backticks is left as it is."""
    parts = " ".join(words.split()).split("`")
    parts[::2] = [re.sub(r"([|*<>])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1000 else f"{value:g}"


def _range(low: float, high: float) -> str:
    """A range in words, where it has ends.

    >>> _range(0, 1), _range(0, float("inf")), _range(float("-inf"), float("inf"))
    ('0 to 1', '0 and more', 'any')
    """
    endless_low, endless_high = low == float("-inf"), high >= _HUGE
    if endless_low and endless_high:
        return "any"
    if endless_high:
        return f"{_number(low)} and more"
    return f"up to {_number(high)}" if endless_low else f"{_number(low)} to {_number(high)}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in ([*head], *rows)]
    return "\n".join([lines[0], re.sub(r"[^|]+", "---", lines[0]), *lines[1:]])


def _folded(summary: str, content: str) -> str:
    """A long table behind a line that opens it."""
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>"


def _sentences(function: Any) -> str:
    """A docstring as one paragraph."""
    return _text(inspect.getdoc(function) or "")


# --- entities
def _entities() -> str:
    return "\n\n".join(_entity(table) for name, table in TABLES.items() if name not in _SETTINGS)


def _entity(table: Table) -> str:
    agent = f", agent `{_AGENT_OF[table.name]}`" if table.name in _AGENT_OF else ""
    count = f"{len(table.columns)} columns"
    rows = [[f"`{c.name}`", _text(c.unit), _limits(c), _start(table, c), _text(c.meaning)] for c in table.columns]
    head = ("column", "unit", "range", "at the start", "meaning")
    return _folded(f"<b>{table.name}</b>: {_html(table.meaning)} ({count}{agent})", _table(head, rows))


def _html(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _limits(column: Column) -> str:
    if column.choices:
        return _text(", ".join(column.choices))
    if column.unit == "0 or 1":
        return "0 or 1"
    return _range(column.low, column.high)


def _start(table: Table, column: Column) -> str:
    """What the scenario may say of a column, or that it is computed."""
    if not column.given:
        return "computed"
    if column.choices:
        return f"given ({column.choices[int(column.default)]})"
    return f"given ({_number(column.default)})"


# --- parameters
def _parameters() -> str:
    parts = []
    for section, title in SECTIONS.items():
        here = [p for p in PARAMETERS.values() if p.name.startswith(section + ".")]
        head = ("parameter", "default", "allowed", "study", "unit", "meaning", "source")
        count = f"{len(here)} parameter{'' if len(here) == 1 else 's'}"
        parts.append(_folded(f"<b>{section}</b>: {_html(title)} ({count})", _table(head, map(_parameter, here))))
    read = {name for module in rule_modules() for name in read_by(ast.parse(inspect.getsource(module)))}
    silent = [name for name, p in PARAMETERS.items() if name not in read and not p.structural]
    told = f"{len(PARAMETERS)} parameters. "
    told += f"Assumptions without any other source: {sum(p.source == 'assumption' for p in PARAMETERS.values())}. "
    if silent:
        told += f"Declared, but read by no rule of this version ({len(silent)}): "
        told += ", ".join(f"`{name}`" for name in silent) + "."
    else:
        told += "Every one that does not shape the tables is read by a rule."
    return "\n\n".join([*parts, textwrap.fill(told, 120, break_on_hyphens=False, break_long_words=False)])


def _parameter(p: Parameter) -> list[str]:
    allowed = ", ".join(p.choices) if p.choices else _range(p.low, p.high)
    study = "the same" if p.choices or p.range == (p.low, p.high) else _range(*p.range)
    unit = p.unit + (", shapes the tables" if p.structural else "")
    default = str(p.value) if p.choices else _number(p.default)
    return [f"`{p.name}`", default, allowed, study, _text(unit), _text(p.meaning), _text(p.source)]


# --- outcomes, series, events
def _outcomes() -> str:
    head = ("outcome", "unit", "meaning", "missing means", "official")
    rows = [[*_outcome(o), _text(o.missing), "yes" if o.official else "no"] for o in OUTCOMES.values()]
    return _folded(f"<b>Outcomes</b>: one row for each run ({len(rows)} columns)", _table(head, rows))


def _outcome(outcome: Outcome) -> list[str]:
    unit = ", ".join(outcome.values) if outcome.values else outcome.unit
    return [f"`{outcome.name}`", _text(unit), _text(outcome.meaning)]


def _series() -> str:
    rows = [[*_outcome(o), _text(o.missing)] for o in SERIES.values()]
    table = _table(("series", "unit", "meaning", "missing means"), rows)
    return _folded(f"<b>Monthly series</b>: one row for each month of a run ({len(rows)} columns)", table)


def _events() -> str:
    words = {"Stages": Phase, "Kinds of agreement": Agreement, "Ends of a conflict": Ending}
    told = [
        textwrap.fill(f"*{title}:* {', '.join(kinds.words())}.", 120, break_on_hyphens=False)
        for title, kinds in words.items()
    ]
    rows = [[e.word, e.who or "-", e.whom or "-", _text(e.amount) or "-", e.unit or "-"] for e in list(Event)[1:]]
    table = _table(("event", "who (a row of)", "whom (a row of)", "amount", "unit"), rows)
    return "\n\n".join([*told, _folded(f"<b>Events</b> in the log of a run ({len(rows)} kinds)", table)])


# --- schedule and submodels
def _schedule() -> str:
    rows = []
    for number, (name, phase) in enumerate(SCHEDULE.items(), start=1):
        rows.append([str(number), f"`{name}`", _sentences(plain(phase)), ", ".join(_purposes(phase)) or "none"])
    return _table(("", "phase", "what happens", "draws of chance"), rows)


def _module_of(function: Any) -> ModuleType:
    return sys.modules[plain(function).__module__]


def _owner(module: ModuleType) -> str:
    """The phase whose rules a module holds."""
    return next((name for name, phase in SCHEDULE.items() if _module_of(phase) is module), "")


def _purposes(beginning: Callable) -> list[str]:
    """What the draws of a phase and of all that it calls are for, in the order of their numbers."""
    drawn, seen, waiting = set(), set(), [plain(beginning)]
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Draw":
                drawn.add(node.attr)
        called = (plain(function.__globals__.get(name)) for name in function.__code__.co_names)
        waiting += [one for one in called if hasattr(one, "multitrack_kind")]
    return [name.lower().replace("_", " ") for name in Draw.__members__ if name in drawn]


def _submodels() -> str:
    parts = []
    for number, (name, phase) in enumerate(SCHEDULE.items(), start=1):
        module = _module_of(phase)
        title = f"### 7.{number} {name.capitalize()}"
        parts += [title, _phase(module, name), *_rules(module)]
    parts.append(f"### 7.{len(SCHEDULE) + 1} Rules that several phases use")
    for module in rule_modules():
        if module is not initial and not _owner(module):
            parts += [f"*{_sentences(module)}*", *_rules(module)]
    return "\n\n".join(parts)


def _phase(module: ModuleType, name: str) -> str:
    """What a phase says of itself, and the parameters it reads outside its rules."""
    source = ast.parse(inspect.getsource(module)).body
    (node,) = [one for one in source if isinstance(one, ast.FunctionDef) and one.name == name]
    return _sentences(plain(SCHEDULE[name])) + _reads(node)


def _reads(node: ast.AST) -> str:
    reads = ", ".join(f"`{name}`" for name in read_by(node))
    return f" *Reads* {reads}." if reads else ""


def _rules(module: ModuleType) -> list[str]:
    """Every rule and step of a module in the order of the text, with whose behaviour it is and what it reads."""
    source = ast.parse(inspect.getsource(module))
    lines: dict[str, list[str]] = {"rule": [], "phase": []}
    for node in source.body:
        function = getattr(module, node.name, None) if isinstance(node, ast.FunctionDef) else None
        kind = getattr(plain(function), "multitrack_kind", None)
        if kind is None or node.name in SCHEDULE:  # type: ignore[attr-defined]
            continue
        lines[kind].append(_rule(node, plain(function)))  # type: ignore[arg-type]
    steps = [line for line in lines["phase"] if not line.startswith("- `pass_month`")]
    told = ["\n".join(lines["rule"])] if lines["rule"] else []
    return [*told, "Steps of the phase:", "\n".join(steps)] if steps else told


def _rule(node: ast.FunctionDef, function: Callable) -> str:
    whose = getattr(function, "behaviour_of", None)
    agent = f" ({_AGENT_OF.get(whose, whose)})" if whose else ""
    return f"- `{node.name}`{agent}: {_sentences(function)}{_reads(node)}"


def _initialisation() -> str:
    purposes = ", ".join(_purposes(initial.draw_world))
    return "\n\n".join([*_rules(initial), f"*Drawn at the start:* {purposes}."])


# --- paths and products
def _paths() -> str:
    """Where the columns that carry trust and burden are read."""
    rows = []
    for table, name in _CARRIERS:
        places = []
        for module in rule_modules():
            for node in ast.parse(inspect.getsource(module)).body:
                if isinstance(node, ast.FunctionDef) and _reads_column(node, table, name):
                    places.append(f"`{node.name}` ({module.__name__.rpartition('.')[2]})")
        rows.append([f"`{table}.{name}`", _text(TABLES[table].column(name).meaning), ", ".join(places) or "nowhere"])
    return _table(("column", "what it is", "rules and steps that read it"), rows)


def _reads_column(function: ast.FunctionDef, table: str, name: str) -> bool:
    """Whether a function reads a column, other than to observe it. Rows are told apart by what the rules call them."""
    if function.name.startswith("measure_"):
        return False
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.ctx, ast.Load)
        and _rows_named(ast.unparse(node.value)) == table
        for node in ast.walk(function)
    )


def _rows_named(row: str) -> str:
    """The table that a row is of, of those that share names of columns."""
    if "pair" in row or "rapport" in row:
        return "rapport"
    return "dyads" if "dyad" in row else "process" if "process" in row else "governments"


def _products() -> str:
    zero = set(switches())
    rows = []
    for group in inseparable():
        names = ", ".join(f"`{name}`" for name in group.parameters)
        also = ", ".join(f"`{name}`" for name in group.parameters if name in zero)
        rows.append([names, "; ".join(map(written, group.products)), str(group.freedom), also or "none"])
    head = ("parameters", "the products in which they appear", "scalings without effect", "does more at 0")
    beside = [
        f"`{name}` with " + ", ".join(f"`{other}`" for other in others) for name, others in always_beside().items()
    ]
    told = f"Always multiplied with another that also stands elsewhere: {'; '.join(beside) or 'none'}."
    return _table(head, rows) + "\n\n" + textwrap.fill(told, 120, break_on_hyphens=False, break_long_words=False)


PARTS: Mapping[str, Callable[[], str]] = {
    "entities": _entities,
    "schedule": _schedule,
    "outcomes": _outcomes,
    "series": _series,
    "events": _events,
    "initialisation": _initialisation,
    "parameters": _parameters,
    "submodels": _submodels,
    "paths": _paths,
    "products": _products,
}


def main(arguments: list[str]) -> int:
    """Rewrite the page named; with `--check` only say whether it is as the code has it."""
    (path,) = [Path(argument) for argument in arguments if argument != "--check"] or [Path("docs/odd.md")]
    page = path.read_text("utf-8")
    new = rewritten(page)
    if new == page:
        print(f"{path}: as the code has it")
        return 0
    if "--check" in arguments:
        print(f"{path}: stale; run make docs")
        return 1
    path.write_text(new, "utf-8")
    print(f"{path}: rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
