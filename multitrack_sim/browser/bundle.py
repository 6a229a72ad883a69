"""One page: scripts, style and data in one file that asks nobody for anything.

What the browser may do stands in the page as a Content-Security-Policy: run exactly these scripts and styles (by their
hashes), compile WebAssembly, start workers from memory, and nothing else; no address can be reached.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..errors import MultitrackError
from .world import packed

__all__ = ["PAGE", "embeddable", "filled", "one_page", "one_script", "packed_data"]

PAGE = Path(__file__).parent / "page"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def one_script(*modules: str) -> str:
    """These modules of `page/` and all that they import as one script without imports, each in a room of its own."""
    order: list[str] = []
    for module in modules:
        _in_order(module, order, ())
    return '"use strict";\n' + "\n".join(_room(module) for module in order)


def _text(module: str) -> str:
    path = PAGE / f"{module}.js"
    if not path.is_file():
        raise MultitrackError(f"{path}: no such module of the page")
    return path.read_text("utf-8")


def _in_order(module: str, order: list[str], on_the_way: tuple[str, ...]) -> None:
    """Append a module after what it imports."""
    if module in on_the_way:
        raise MultitrackError(f"a circle of modules: {' -> '.join((*on_the_way, module))}")
    if module not in order:
        for names, other in _IMPORT.findall(_text(module)):
            if missing := {name.strip() for name in names.split(",")} - set(_EXPORT.findall(_text(other))) - {""}:
                raise MultitrackError(
                    f"{module}.js takes {', '.join(sorted(missing))} from {other}.js, which exports no such name"
                )
            _in_order(other, order, (*on_the_way, module))
        order.append(module)


def _room(module: str) -> str:
    """A module as a function that gives what it exports."""
    text = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = ${found[2]};\n", _text(module))
    exports = _EXPORT.findall(text)
    text = _EXPORT.sub("", text)
    if left := _LEFT.search(text):
        raise MultitrackError(
            f'{module}.js: found {left[0]!r}; allowed: import {{ a }} from "./b.js"; and export of a name'
        )
    return f"const ${module} = (() => {{\n{text}\nreturn {{ {', '.join(exports)} }};\n}})();"


def one_page(template: str, script: str, styles: tuple[str, ...], data: Mapping[str, Any], **values: Any) -> str:
    """The page of a template of `page/`: `script` finds `data` in the element with the id `data`, packed (packing.js).

    `values` fill the template, escaped.
    """
    style = "\n".join((PAGE / name).read_text("utf-8") for name in styles)
    embeddable("script", script), embeddable("style", style)
    return filled(
        template,
        policy=policy(script, style),
        script=Markup(script),
        style=Markup(style),
        data=packed_data(data),
        **values,
    )


def embeddable(kind: str, text: str) -> str:
    """A script or style that can stand in a page as it is; MultitrackError where it would end before its end."""
    if f"</{kind}" in text.lower() or "<!--" in text:
        raise MultitrackError(f"a {kind} of the page holds what would end it")
    return text


def packed_data(data: Mapping[str, Any]) -> str:
    """Data as a page holds them (packing.js); the same data give the same text."""
    return packed(json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def filled(template: str, **values: Any) -> str:
    """A template of `page/` with these values, escaped."""
    return _templates().get_template(template).render(**values)


def policy(script: str, style: str) -> str:
    """What the page may do, by the hashes of its script and style."""
    allowed = {
        "default-src": "'none'",
        "script-src": f"{_hash(script)} 'wasm-unsafe-eval'",
        "style-src": _hash(style),
        "worker-src": "blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{what} {where}" for what, where in allowed.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _templates() -> Environment:
    """Every value is escaped; a name that no value was given for is an error."""
    return Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
