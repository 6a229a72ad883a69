// The page's engine under node, asked line by line: `runs N` (processor seconds of N runs), `pairs N` (seconds until N pairs
// are there, two workers, from the opening of the pool on).

import fs from "node:fs";
import readline from "node:readline";
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { runSeed } from "../multitrack_sim/browser/page/chance.js";
import { startEngine } from "../multitrack_sim/browser/page/engine.js";
import { openPool } from "../multitrack_sim/browser/page/pool.js";
import { serve } from "../multitrack_sim/browser/page/worker.js";
import { openWorld } from "../multitrack_sim/browser/page/world.js";

function startWorker() {
  const thread = new Worker(new URL(import.meta.url));
  const worker = { postMessage: (message) => thread.postMessage(message), terminate: () => thread.terminate() };
  thread.on("message", (data) => worker.onmessage?.({ data }));
  thread.on("error", (problem) => worker.onerror?.(problem));
  return { worker };
}

async function main() {
  const [, , module, about] = process.argv;
  const { calls, world: description } = JSON.parse(fs.readFileSync(about));
  const bytes = new Uint8Array(fs.readFileSync(module));
  const world = await openWorld(description);
  const engine = await startEngine({ bytes, calls, plan: world.plan, template: world.template });
  const writes = world.writes();
  const asked = {
    runs(count) {
      const seeds = Array.from({ length: count }, (_, run) => runSeed(1, run));
      const before = process.cpuUsage();
      engine.runs({ writes, seeds });
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    },
    async pairs(count) {
      const began = performance.now();
      const pool = await openPool({ engine: bytes, calls, world, workers: 2, startWorker });
      let first = 0;
      const onProgress = (answer) => { if (answer.done) first ||= performance.now() - began; };
      const arms = [{}, { settings: { "track_two.budget": 0 } }];
      await pool.ask({ arms, runs: count, seed: 1, onProgress }).finished;
      const took = performance.now() - began;
      pool.close();
      return `${took / 1e3} ${(first || took) / 1e3}`;
    },
  };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [what, count] = line.split(" ");
    console.log(await asked[what](Number(count)));
  }
}

if (isMainThread) {
  await main();
} else {
  const port = { postMessage: (message, owned) => parentPort.postMessage(message, owned) };
  serve(port);
  parentPort.on("message", (data) => port.onmessage({ data }));
}
