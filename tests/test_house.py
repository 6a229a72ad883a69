"""The house: a module imports only from what stands below it, and there are no circles. Lazy imports count too."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "multitrack_sim"

# bottom to top; a room may use what stands in rooms below it, and other modules of its own
ROOMS = (
    "errors engine schema process scenario designs agents model running analysis studies reports single_run evidence "
    "browser cli"
).split()
# bottom to top within the month: a phase uses only what stands below it
MONTH = (
    "basics trust third_parties funding circumstances reliance bargaining scope accord agreement fighting track_three workshops "
    "office track_two cbm track_one spoiling publics observation initial month warmup ahead"
).split()
FREE = {"__init__", "__main__"}  # of the package itself: the two front doors
FRONT_DOOR = "the package itself"
PLANNED = {(room,) for room in ROOMS} | {("process", module) for module in MONTH}
LONGEST_FILE = 400

Module = tuple[str, ...]


def modules(package: Path) -> dict[Module, Path]:
    """Every module by its path below the package; a room's `__init__` is the room."""
    found = {path.relative_to(package).with_suffix("").parts: path for path in sorted(package.rglob("*.py"))}
    return {(parts[:-1] if parts[-1] == "__init__" else parts) or ("__init__",): path for parts, path in found.items()}


def imports(module: Module, path: Path, known: dict[Module, Path]) -> list[tuple[int, Module]]:
    """The line and target of every import from this package, wherever in the file it stands."""
    found: list[tuple[int, Module]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
            found += [(node.lineno, name[1:] or (FRONT_DOOR,)) for name in names if name[0] == "multitrack_sim"]
        elif isinstance(node, ast.ImportFrom):
            asked = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                here = module if path.name == "__init__.py" else module[:-1]
                base = here[: len(here) - node.level + 1] + asked
            elif asked[0] == "multitrack_sim":
                base = asked[1:]
            else:
                continue
            for alias in node.names:
                if (*base, alias.name) in known or (*base, alias.name) in PLANNED:
                    found.append((node.lineno, (*base, alias.name)))
                elif base or alias.name != "__version__":
                    found.append((node.lineno, base or (FRONT_DOOR,)))
    return found


def height(module: Module) -> tuple[int, int]:
    room = ROOMS.index(module[0])
    if module[0] != "process":
        return room, 0
    return room, MONTH.index(module[1]) if len(module) > 1 else len(MONTH)


def faults(package: Path) -> list[str]:
    """All that breaks the order of the house, each a line."""
    known = modules(package)
    wrong, graph = [], {}
    for module in known:
        if module[0] not in {*ROOMS, *FREE} or module[0] == "process" and len(module) > 1 and module[1] not in MONTH:
            wrong.append(f"{'.'.join(module)} has no place in the house: give it one in tests/test_house.py")
    if wrong:
        return wrong
    for module, path in known.items():
        if module[0] in FREE:
            continue
        found = imports(module, path, known)
        graph[module] = {target for _, target in found}
        for line, target in found:
            name = f"{'.'.join(module)}, line {line}: imports {'.'.join(target)}"
            try:
                there = height(target)
            except ValueError:
                wrong.append(f"{name}, which is no room")
                continue
            if there > height(module) or there == height(module) and module[0] == "process":
                wrong.append(f"{name}, which does not stand below it")
    return wrong + [f"a circle: {' -> '.join('.'.join(m) for m in circle)}" for circle in circles(graph)]


def circles(graph: dict[Module, set[Module]]) -> list[list[Module]]:
    found, done = [], set()

    def walk(module: Module, way: list[Module]) -> None:
        if module in way:
            found.append([*way[way.index(module) :], module])
        elif module not in done:
            for target in sorted(graph.get(module, ())):
                walk(target, [*way, module])
            done.add(module)

    for module in graph:
        walk(module, [])
    return found


def test_imports_point_down():
    assert not faults(PACKAGE)


def test_no_file_is_too_long():
    long = {path.name: len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_analysis_runs_nothing():
    """What runs mean is found from tables of runs: nothing in analysis can make one."""
    runs = {"agents", "model", "running", "process", "engine"}
    known = modules(PACKAGE)
    found = {
        f"{'.'.join(module)}, line {line}: imports {'.'.join(target)}"
        for module, path in known.items()
        if module[0] == "analysis"
        for line, target in imports(module, path, known)
        if target[0] in runs
    }
    assert found == set()


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"errors.py": "def f():\n    from . import engine"}, "errors, line 2: imports engine, which does not stand"),
        ({"schema/draws.py": "from multitrack_sim.model import X"}, "schema.draws, line 1: imports model, which does"),
        ({"process/track_one.py": "from .month import X"}, "process.track_one, line 1: imports process.month"),
        (
            {"process/track_one.py": "from . import X"},
            "process.track_one, line 1: imports process, which does not stand",
        ),
        ({"model.py": "import multitrack_sim"}, "model, line 1: imports the package itself, which is no room"),
        ({"model.py": "from .attic import X"}, "model, line 1: imports attic, which is no room"),
        ({"attic.py": ""}, "attic has no place in the house"),
        ({"attic/deep.py": ""}, "attic.deep has no place in the house"),
        ({"process/sulking.py": ""}, "process.sulking has no place in the house"),
        (
            {"scenario/load.py": "from .layout import X", "scenario/layout.py": "from ..scenario import load"},
            "a circle: scenario.layout -> scenario.load -> scenario.layout",
        ),
    ],
)
def test_a_fault_is_found(tmp_path, files, fault):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (found,) = faults(tmp_path)
    assert found.startswith(fault)


def test_a_house_in_order_has_no_faults(tmp_path):
    texts = {
        "__init__.py": "from .model import X",
        "errors.py": "import math",
        "schema/tables.py": "from .. import errors",
        "process/__init__.py": "from .month import MONTH",
        "process/track_one.py": "from ..schema.tables import World\nfrom . import basics",
        "process/month.py": "from . import track_one",
        "model.py": "from . import __version__\nfrom multitrack_sim.process import MONTH",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert faults(tmp_path) == []
