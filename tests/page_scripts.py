"""Scripts of the page, called from Python through node: a test asks for values, node prints them as JSON."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "multitrack_sim" / "browser" / "page"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="needs node, to run the scripts of the page")
_READ = 'const back = (x) => x === "nan" ? NaN : x === "inf" ? Infinity : x;\n'
_WRITE = """const out = (k, v) =>
    typeof v === "number" && !Number.isFinite(v) ? String(v).toLowerCase().slice(0, v < 0 ? 4 : 3) : v;
"""


def called(module: str, expression: str, cases: list) -> list:
    """`expression` over `cases` (as `c`, an array of arguments), with the exports of a module of the page at hand."""
    code = (
        f"import * as m from {json.dumps((PAGE / module).as_uri())};\nconst base = {json.dumps(PAGE.as_uri() + '/')};\n"
    )
    code += _READ + _WRITE
    code += "import fs from 'fs';\nconst cases = JSON.parse(fs.readFileSync(0), (k, v) => back(v));\n"
    code += f"console.log(JSON.stringify(await Promise.all(cases.map(async (c) => {expression})), out));"
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", code], input=json.dumps(cases), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [_number(one) for one in json.loads(done.stdout)]


def _number(value):
    if isinstance(value, dict):
        return {name: _number(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_number(one) for one in value]
    return (
        {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}.get(value, value)
        if isinstance(value, str)
        else value
    )
