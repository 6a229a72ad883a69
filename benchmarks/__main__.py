"""`python -m benchmarks`: all parts, or those that are named."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from .measure import Part, machine
from .report import as_json, as_markdown, as_text


def publics(repeats: int) -> Part:
    from .mesa_publics import measure

    return measure(repeats=repeats)


def _speed(name: str) -> Callable[[int], Part]:
    def part(repeats: int) -> Part:
        from . import speed

        speed.prepare()
        return getattr(speed, name)(repeats)

    return part


def columns(repeats: int) -> Part:
    from .column_twin import measure

    return measure(repeats)


def start(repeats: int) -> Part:
    from .start import measure

    return measure(min(repeats, 5))


def against(repeats: int) -> Part:
    from .against import measure

    return measure(repeats)


def sweep(repeats: int) -> Part:
    from .sweep import measure

    return measure(repeats)


def page(repeats: int) -> Part:
    from .page import measure

    return measure(repeats)


SPEED = ("communities", "phases", "runs", "threads")
PARTS: dict[str, Callable[[int], Part]] = {
    "publics": publics,
    **{name: _speed(name) for name in SPEED},
    "columns": columns,
    "against": against,
    "sweep": sweep,
    "page": page,
    "start": start,
}


def main(arguments: list[str] | None = None) -> int:
    about = "How fast the engine is, beside what it has to reach."
    trees = "Commits and folders are timed in turns by `python -m benchmarks.against`; `--help` there says how."
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=about, epilog=trees)
    which = f"{', '.join(PARTS)}, or speed for communities, phases, runs and threads (default: all)"
    parser.add_argument("parts", nargs="*", metavar="part", help=which)
    parser.add_argument("--repeats", type=int, default=11, help="turns of every measurement (default 11)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as data")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the figures as a document")
    given = parser.parse_args(arguments)
    names = [name for asked in given.parts for name in (SPEED if asked == "speed" else [asked])] or list(PARTS)
    if unknown := sorted(set(names) - set(PARTS)):
        parser.error(f"no part {', '.join(unknown)}; allowed: {', '.join(PARTS)}, speed")
    if given.repeats < 1:
        parser.error(f"--repeats {given.repeats}; allowed: whole numbers from 1")

    here = machine()
    print("; ".join(f"{name} {text}" for name, text in here.items()) + "\n", flush=True)
    parts = []
    for name in names:
        parts.append(PARTS[name](given.repeats))
        print(as_text(parts[-1]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(as_json(parts, here), indent=1) + "\n", "utf-8")
    if given.markdown:
        command = " ".join(["python -m benchmarks", *given.parts, "--markdown", str(given.markdown)])
        given.markdown.write_text(as_markdown(parts, here, command), "utf-8")
    figures = [figure for part in parts for figure in part.figures]
    missed = [figure.name for figure in figures if figure.bar and not figure.bar.met(figure.value)]
    if missed:
        print(f"Missed: {'; '.join(missed)}. On a busy machine, try again when it is quiet.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
