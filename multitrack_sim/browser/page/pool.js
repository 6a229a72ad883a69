// Many runs of several arms on the same seeds, on all cores: the newest question first, nothing done twice.
//
// Chunks of runs go to workers (or to slices of time of this thread, where there are no workers). An arm's runs are kept
// while there is room, so that an arm that did not change costs nothing, and one that comes back goes on where it stopped.

import { runSeed } from "./chance.js";
import { startEngine } from "./engine.js";
import { Arm, Runs } from "./runs.js";

const CHUNK = 40; // milliseconds that a chunk should take in a worker
const PATIENCE = 250; // milliseconds that stale work may still take; a worker that would take longer is started anew
const MOST_KEPT = 64 * 2 ** 20; // bytes of runs that nobody asks for at present
const MOST_WORKERS = 8;
const START = 10_000; // milliseconds in which a worker has to be ready

/** A pool of engines for a world. `worker` is the text of worker.js and all it imports, as one script. */
export async function openPool({ engine, calls, world, worker = "", workers, startWorker, slice = 12 }) {
  const parts = { kind: "load", bytes: engine, calls, plan: world.plan, template: world.template };
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  const count = Math.max(0, Math.min(workers ?? cores, MOST_WORKERS));
  const start = startWorker ?? (worker ? fromText(worker) : null);
  let hands = [];
  if (count && start) {
    try {
      hands = await Promise.all(Array.from({ length: count }, () => WorkerHand.start(start, parts)));
    } catch {
      hands = []; // a browser that allows no workers here
    }
  }
  const kind = hands.length ? "workers" : "slices";
  if (!hands.length) hands = [new SliceHand(await startEngine(parts))];
  return new Pool(world, hands, kind, kind === "workers" ? CHUNK : slice);
}

/** How to start a worker from a text: from a Blob, which works from a file too. */
function fromText(text) {
  return () => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const started = new Worker(address);
    return { worker: started, forget: () => URL.revokeObjectURL(address) };
  };
}

/** A worker at work for the pool, one job at a time. */
class WorkerHand {
  static async start(start, parts) {
    const hand = new WorkerHand(start, parts);
    await hand.ready;
    return hand;
  }

  constructor(start, parts) {
    this.start = start;
    this.parts = parts;
    this.#begin();
  }

  #begin() {
    const { worker, forget } = this.start();
    this.worker = worker;
    this.ready = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("a worker did not start")), START);
      const settle = (act, value) => {
        clearTimeout(late);
        forget?.();
        act(value);
      };
      worker.onerror = (event) => {
        const problem = new Error(event?.message ?? "a worker failed");
        settle(reject, problem);
        this.fail?.(problem);
      };
      worker.onmessage = ({ data }) => {
        if (data.kind === "ready") settle(resolve);
        else if (data.kind === "failed" && !this.answer) settle(reject, new Error(data.told));
        else if (data.kind === "failed") this.fail(new Error(data.told));
        else this.answer(data);
      };
    });
    this.ready.catch(() => {}); // whoever waits for it hears of it
    worker.postMessage(this.parts);
  }

  /** Do a job: rows of outcomes, and how long it took. */
  async run(job) {
    await this.ready;
    if (job.isDropped) return null;
    return new Promise((resolve, reject) => {
      const settle = (act) => (value) => {
        this.answer = this.fail = this.drop = null;
        act(value);
      };
      this.answer = settle(resolve);
      this.fail = settle(reject);
      this.drop = () => settle(resolve)(null);
      this.worker.postMessage({ kind: "run", writes: job.arm.writes, seeds: job.seeds, series: job.arm.series });
    });
  }

  /** Leave the job undone that is worked on, if there is one. */
  leave() {
    if (this.drop) this.restart();
  }

  /** The worker is ended, and another one begun. */
  restart() {
    this.worker.onmessage = this.worker.onerror = null;
    this.worker.terminate();
    this.#begin();
    this.drop?.();
  }

  close() {
    this.worker.onmessage = this.worker.onerror = null;
    this.worker.terminate();
    this.drop?.();
  }
}

/** This thread itself at work, between the pictures that the page draws. */
class SliceHand {
  constructor(engine) {
    this.engine = engine;
  }

  async run(job) {
    await new Promise((resolve) => setTimeout(resolve));
    if (job.isDropped) return null;
    const began = performance.now();
    const found = this.engine.runs({ writes: job.arm.writes, seeds: job.seeds, series: job.arm.series });
    return { ...found, milliseconds: performance.now() - began };
  }

  leave() {} // its jobs are short, and one that has not begun is not done

  restart() {}

  close() {}
}

/** One question to the pool. */
class Asked {
  constructor(pool, arms, runs, seed, onProgress) {
    Object.assign(this, { pool, arms, runs, seed, onProgress, isOver: false });
    this.finished = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.finished.catch(() => {}); // whoever waits for it hears of it
  }

  get done() {
    return Math.min(this.runs, ...this.arms.map((arm) => arm.count));
  }

  cancel() {
    this.pool.drop(this);
  }
}

export class Pool {
  constructor(world, hands, kind, chunk) {
    Object.assign(this, { world, hands, kind, chunk });
    const places = (fields) => new Map(fields.map(({ name, offset }) => [name, offset / 8]));
    const { outcomes, series } = world.description;
    this.fields = { outcomes: places(outcomes), series: places(series) };
    this.kept = new Map(); // arms by what decides their numbers, the one used last at the end
    this.asked = [];
    this.jobs = new Map(); // by the hand that does it
    this.seeds = new Map();
    this.pace = 0; // milliseconds a month of a run
  }

  /** Run these arms on the same seeds. What was asked before and is not done is left, unless this is asked `beside` it. */
  ask({ arms, runs, seed = 1, series = false, onProgress = null, beside = false }) {
    if (this.isClosed) throw new Error("this pool is closed");
    if (!Number.isInteger(runs) || runs < 1 || !arms.length) throw new Error(`runs ${runs}, ${arms.length} arms; allowed: whole numbers from 1`);
    runSeed(seed, runs); // refuses what is no seed
    const made = arms.map((changes) => this.#arm(this.world.writes(changes), seed, series));
    const asked = new Asked(this, made, runs, seed, onProgress);
    const before = beside ? [] : [...this.asked];
    this.asked.push(asked);
    for (const one of before) this.drop(one);
    for (const arm of made) arm.want(runs);
    this.#forgetOld();
    if (asked.done === runs) this.#finish(asked);
    else this.#work();
    return asked;
  }

  #arm(writes, seed, series) {
    const key = [seed, series, writes.cells.join(), writes.bits.join()].join("|");
    const arm = this.kept.get(key) ?? new Arm(writes, seed, series, this.world.description);
    this.kept.delete(key);
    this.kept.set(key, arm);
    return arm;
  }

  /** Leave what a question still asks for, at once; what is done of it is kept. */
  drop(asked) {
    if (asked.isOver) return;
    this.#finish(asked, true);
    for (const [hand, job] of this.jobs) {
      if (this.#isWanted(job.arm)) continue;
      job.isDropped = true;
      const left = job.expected - (performance.now() - job.began);
      if (left > PATIENCE) hand.leave();
    }
  }

  #isWanted(arm) {
    return this.asked.some((one) => one.arms.includes(arm));
  }

  /** Give every hand that is free a chunk of the arm that is furthest behind. */
  #work() {
    for (const hand of this.hands) {
      if (this.jobs.has(hand)) continue;
      const job = this.#nextJob();
      if (!job) return;
      this.jobs.set(hand, job);
      this.#do(hand, job);
    }
  }

  #nextJob() {
    for (const { arms, runs, seed } of [...this.asked].reverse()) {
      const open = arms.filter((arm) => arm.firstOpen(runs) < runs);
      if (!open.length) continue;
      const arm = open.reduce((least, one) => (one.firstOpen(runs) < least.firstOpen(runs) ? one : least));
      const aRun = this.pace * arm.months;
      const fair = Math.ceil((runs - arm.firstOpen(runs)) / this.hands.length);
      const fits = aRun > 0 ? Math.max(1, Math.floor(this.chunk / aRun)) : 2;
      const [first, last] = arm.handOut(Math.min(fits, fair), runs);
      const seeds = this.#seeds(seed, runs).slice(first, last);
      return { arm, first, last, seeds, expected: aRun * (last - first), began: performance.now() };
    }
    return null;
  }

  async #do(hand, job) {
    let found = null;
    try {
      found = await hand.run(job);
    } catch (problem) {
      this.jobs.delete(hand);
      job.arm.giveBack(job.first, job.last);
      for (const asked of this.asked.filter((one) => one.arms.includes(job.arm))) this.#finish(asked, true, problem);
      if (!this.isClosed) hand.restart();
      return;
    }
    this.jobs.delete(hand);
    if (found) {
      const pace = found.milliseconds / (job.last - job.first) / job.arm.months;
      this.pace = this.pace ? 0.7 * this.pace + 0.3 * pace : pace;
      job.arm.take(job.first, job.last - job.first, found.outcomes, found.series);
    } else {
      job.arm.giveBack(job.first, job.last);
    }
    if (this.isClosed) return;
    this.#work();
    for (const asked of found ? [...this.asked] : []) {
      if (!asked.arms.includes(job.arm)) continue;
      if (asked.done === asked.runs) this.#finish(asked);
      else asked.onProgress?.(this.#answer(asked, false));
    }
  }

  #finish(asked, cancelled = false, problem = null) {
    asked.isOver = true;
    this.asked = this.asked.filter((one) => one !== asked);
    if (problem) asked.reject(problem);
    else asked.resolve(this.#answer(asked, cancelled));
  }

  #answer(asked, cancelled) {
    const arms = asked.arms.map((arm) => {
      const count = Math.min(arm.count, asked.runs);
      return new Runs(arm, count, this.#seeds(asked.seed, asked.runs).slice(0, count), this.fields);
    });
    return { runs: asked.runs, done: asked.done, cancelled, arms };
  }

  /** The seeds of the first runs of an ensemble, worked out once. */
  #seeds(seed, runs) {
    const known = this.seeds.get(seed) ?? new Float64Array(0);
    if (known.length >= runs) return known;
    const more = Float64Array.from({ length: runs }, (_, run) => (run < known.length ? known[run] : runSeed(seed, run)));
    if (this.seeds.size > 8) this.seeds.clear();
    this.seeds.set(seed, more);
    return more;
  }

  /** Forget runs that nobody asks for, those used longest ago first, until the rest may be kept. */
  #forgetOld() {
    let bytes = 0;
    for (const [key, arm] of [...this.kept].reverse()) {
      if (this.#isWanted(arm)) continue;
      bytes += arm.bytes;
      const isWorkedOn = [...this.jobs.values()].some((job) => job.arm === arm);
      if (bytes > MOST_KEPT && !isWorkedOn) this.kept.delete(key);
    }
  }

  close() {
    this.isClosed = true;
    for (const asked of [...this.asked]) this.#finish(asked, true);
    for (const hand of this.hands) hand.close();
    this.kept.clear();
  }
}
