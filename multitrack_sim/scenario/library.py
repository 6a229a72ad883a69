"""The scenarios that come with the package, by name; and whatever a user gives where a scenario belongs."""

from __future__ import annotations

from os import PathLike
from os import path as os_path
from pathlib import Path
from typing import Any

from ..errors import MultitrackError, Problem, ScenarioError, nearest, printable
from .load import load as load_file
from .scenario import Scenario

__all__ = ["as_scenario", "find_scenario", "load", "scenario_file", "scenario_names"]

_PACKAGE = Path(__file__).resolve().parents[1]


def _folders() -> list[Path]:
    """A checkout's scenarios beside the package; those inside an installed package."""
    return [folder for folder in (_PACKAGE.parent / "scenarios", _PACKAGE / "scenario" / "files") if folder.is_dir()]


def scenario_names() -> list[str]:
    """The names of the scenarios that come with the package, as `scenario_file` takes them."""
    return sorted({path.stem for folder in _folders() for path in folder.glob("*.toml")})


def scenario_file(name: str) -> Path:
    """The file of a scenario that comes with the package, by name; unknown names are refused with the nearest.

    >>> scenario_file("northern_ireland_1998").name
    'northern_ireland_1998.toml'
    """
    for folder in _folders():
        path = folder / f"{name}.toml"
        if path.parent == folder and path.is_file():
            return path
    names = scenario_names()
    near = nearest(name.removesuffix(".toml"), names)
    hint = f"did you mean {near}?" if near else f"there are: {', '.join(names) or 'none'}"
    raise ScenarioError(f"no scenario comes under the name {printable(name)} ({hint})")


def find_scenario(given: str | PathLike[str]) -> Path:
    """The file meant by a path or by the name of a scenario that comes with the package. A file that exists wins.

    >>> find_scenario("oslo_1993").name, find_scenario("oslo_1993.toml").name
    ('oslo_1993.toml', 'oslo_1993.toml')
    """
    path = Path(given)
    if os_path.lexists(path) if "\0" not in str(path) else False:
        return path
    names, asked = scenario_names(), path.name.removesuffix(".toml")
    if path.name == str(given) and asked in names:
        return scenario_file(asked)
    beside = nearest(path.name, [one.name for one in path.parent.glob("*.toml")]) if _is_folder(path.parent) else None
    near = printable(path.with_name(beside), 200) if beside else nearest(asked, names)
    by_name = f"by name there are: {', '.join(names)}" if names else ""
    raise ScenarioError(
        Problem(printable(path, 200), "no such scenario file", hint=f"did you mean {near}?" if near else by_name)
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name no folder can have
        return False


def load(path: str | PathLike[str]) -> Scenario:
    """The scenario in a TOML file, or the one that comes with the package under a name; a file that exists wins.

    ScenarioError lists everything that is wrong with a file, each with its line.

    >>> load("oslo_1993").title
    'Oslo 1993'
    """
    if not isinstance(path, str | PathLike):
        raise ScenarioError(Problem("load", f"found a {type(path).__name__}", 'a path, or a name such as "oslo_1993"'))
    return load_file(find_scenario(path))


def as_scenario(given: Any) -> Scenario:
    """What was given as a scenario: itself, or loaded by path or name; MultitrackError says what else would do."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | PathLike):
        return load(given)
    hint = "of a dict of codes: mt.scenario_from_codes(codes)" if isinstance(given, dict) else ""
    allowed = 'a Scenario, the path of a scenario file, or a name such as "oslo_1993"'
    raise MultitrackError(Problem("scenario", f"found a {type(given).__name__}", allowed, hint))
