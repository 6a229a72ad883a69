"""The modules of the page under node: a test hands over data and a few lines of JavaScript, node hands back JSON."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from multitrack_sim.browser.engine import page_engine
from multitrack_sim.engine.cache import COMPILED

PAGE = Path(__file__).resolve().parents[1] / "multitrack_sim" / "browser" / "page"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="needs node, to run the scripts of the page")
needs_text = pytest.mark.skipif(not COMPILED, reason="compilation is off: there is no text to make a module of")
# What the lines may use: the modules by name, `given`, an engine or a pool for a world, and the bits of numbers.
_PRELUDE = """
import fs from "node:fs";
import { Worker } from "node:worker_threads";
const at = (name) => import(%(page)s + name + ".js");
const page = Object.assign({}, ...(await Promise.all(["chance", "shares", "packing", "world", "engine", "runs", "pool",
  "table", "worker"].map(at))));
const given = JSON.parse(fs.readFileSync(0));
const bits = (numbers) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");
const parts = () => ({ bytes: new Uint8Array(fs.readFileSync(given.module)), calls: JSON.parse(fs.readFileSync(given.calls)) });
const engineOf = (world) => page.startEngine({ ...parts(), plan: world.plan, template: world.template });
const workerText = `import { parentPort } from "node:worker_threads"; import { serve } from ${%(worker)s};
  const port = { postMessage: (m, t) => parentPort.postMessage(m, t) }; serve(port);
    parentPort.on("message", (data) => port.onmessage({ data }));`;
let started = 0;
const startWorker = () => {
  started += 1;
  const one = new Worker(workerText.replace(/^/, ""), { eval: true, type: "module" });
  const worker = { postMessage: (m) => one.postMessage(m), terminate: () => one.terminate() };
  one.on("message", (data) => worker.onmessage?.({ data }));
  one.on("error", (problem) => worker.onerror?.(problem));
  return { worker };
};
const poolOf = async (world, more) => { const { bytes, calls } = parts();
  return page.openPool({ engine: bytes, calls, world, startWorker, ...more }); };
const answer = await (async () => { %(body)s })();
process.stdout.write(JSON.stringify(answer ?? null), () => process.exit(0));
"""


@cache
def _module() -> dict[str, str]:
    """Files with the module of this version of the model and how it is called."""
    folder = Path(tempfile.mkdtemp(prefix="page-engine-"))
    engine = page_engine()
    (folder / "page.wasm").write_bytes(engine.content)
    (folder / "calls.json").write_text(json.dumps(engine.calls))
    return {"module": str(folder / "page.wasm"), "calls": str(folder / "calls.json")}


def in_node(body: str, with_engine: bool = False, **given):
    """What these lines of JavaScript `return`."""
    address = PAGE.as_uri() + "/"
    worker = json.dumps(json.dumps(address + "worker.js"))
    text = _PRELUDE % {"page": json.dumps(address), "worker": worker, "body": body}
    done = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module", "-e", text],
        input=json.dumps(given | (_module() if with_engine else {})),
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"NODE_OPTIONS": ""},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def words_of(text: str) -> np.ndarray:
    """Numbers whose bits node has handed over, as whole numbers."""
    return np.frombuffer(base64.b64decode(text), np.int64)
