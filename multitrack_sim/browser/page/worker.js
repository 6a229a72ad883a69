// The engine in a thread of its own. All it needs is posted to it: nothing is fetched.

import { startEngine } from "./engine.js";

/** Answer what comes through a port: `load` with an engine's parts, then `run` with a chunk of runs. */
export function serve(port) {
  let engine = null;
  port.onmessage = async ({ data }) => {
    try {
      if (data.kind === "load") {
        engine = await startEngine(data);
        port.postMessage({ kind: "ready" });
      } else {
        const began = performance.now();
        const { outcomes, series } = engine.runs(data);
        const milliseconds = performance.now() - began;
        const buffers = [outcomes, series].filter(Boolean).map((one) => one.buffer);
        port.postMessage({ kind: "done", job: data.job, outcomes, series, milliseconds }, buffers);
      }
    } catch (problem) {
      port.postMessage({ kind: "failed", job: data.job, told: String(problem?.message ?? problem) });
    }
  };
}

if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) serve(globalThis);
