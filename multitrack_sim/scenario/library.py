"""Where the scenarios are that come with the package."""

from __future__ import annotations

from pathlib import Path

from ..errors import ScenarioError, nearest, printable

__all__ = ["scenario_file", "scenario_names"]

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
