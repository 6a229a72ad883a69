// The compiled rules at work: runs from seeds to tables, and single worlds month by month.

import { cellOf } from "./world.js";

const PAGE = 65536; // bytes of a page of memory
const STACK = 1 << 20; // bytes
const LINE = 64; // bytes: what is given out begins on one

/** An engine for the worlds of a plan (see World.plan). `template` are all cells of one. */
export async function startEngine({ bytes, calls, plan, template }) {
  const floor = round(calls.data_bytes + STACK);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(floor / PAGE) + 1 });
  const stack = new WebAssembly.Global({ value: "i32", mutable: true }, floor);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { __linear_memory: memory, __stack_pointer: stack } });
  return new Engine(instance.exports, memory, floor, { calls, plan, template });
}

function round(bytes) {
  return Math.ceil(bytes / LINE) * LINE;
}

/** Memory given out and taken back; what is taken back is given out again to the next that asks for as much. */
class Store {
  constructor(memory, floor) {
    this.memory = memory;
    this.top = floor;
    this.free = new Map();
  }

  take(bytes) {
    const size = round(Math.max(bytes, 8));
    const waiting = this.free.get(size);
    if (waiting?.length) return { at: waiting.pop(), size };
    const at = this.top;
    this.top += size;
    const missing = this.top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return { at, size };
  }

  give({ at, size }) {
    if (!this.free.has(size)) this.free.set(size, []);
    this.free.get(size).push(at);
  }
}

export class Engine {
  constructor(exports, memory, floor, { calls, plan, template }) {
    this.exports = exports;
    this.memory = memory;
    this.calls = calls.exports;
    this.plan = plan;
    this.store = new Store(memory, floor);
    this.tables = new Map(plan.tables.map((one) => [one.name, one]));
    this.keyCell = cellOf(this.tables.get("process"), 0, "key").cell;
    this.template = template; // cells, outside of the engine's memory
    this.arm = this.store.take(8 * plan.words);
    this.world = this.store.take(8 * plan.words);
    this.writesInArm = null;
    this.room = null; // for the rows of a chunk
  }

  /** Bytes that the engine holds. */
  get bytes() {
    return this.memory.buffer.byteLength;
  }

  /** Runs with these seeds, one after the other, of an arm (its World.writes): a row of outcomes each, all their months. */
  runs({ writes, seeds, series = false }) {
    const { outcome_bytes, series_bytes } = this.plan;
    const count = seeds.length;
    const months = series ? writes.months : 0;
    this.#layArm(writes);
    const needed = { seeds: 8 * count, outcomes: count * outcome_bytes, series: count * months * series_bytes };
    this.#makeRoom(needed);
    const { seeds: seedsAt, outcomes, series: seriesAt } = this.room;
    const keys = new BigInt64Array(this.memory.buffer, seedsAt.at, count);
    for (let run = 0; run < count; run += 1) keys[run] = BigInt(seeds[run]);
    this.#call("run_chunk", {
      world: this.world.at,
      template: [this.arm.at, this.plan.words],
      seeds: [seedsAt.at, count],
      cells: [0, 0],
      values: [0, count, 0],
      outcomes: [outcomes.at, count],
      numbers: [outcomes.at, count, outcome_bytes / 8],
      series: [seriesAt.at, count, months],
      finals: [0, count, 0],
    });
    return {
      outcomes: new Float64Array(this.memory.buffer, outcomes.at, needed.outcomes / 8).slice(),
      series: series ? new Float64Array(this.memory.buffer, seriesAt.at, needed.series / 8).slice() : null,
    };
  }

  /** A world of an arm, begun from a run's seed, to go on month by month. */
  begin({ writes, seed }) {
    return new Life(this, writes, seed);
  }

  #layArm(writes) {
    if (this.writesInArm === writes) return;
    this.lay(this.arm.at, writes);
    this.lay(this.world.at, writes); // how many months a run has is read before its world is made
    this.writesInArm = writes;
  }

  /** Lay the template with an arm's changes at this place. */
  lay(at, { cells, bits }) {
    new Float64Array(this.memory.buffer, at, this.plan.words).set(this.template);
    const words = new Uint32Array(this.memory.buffer, at, 2 * this.plan.words);
    cells.forEach((cell, k) => {
      words[2 * cell] = bits[2 * k];
      words[2 * cell + 1] = bits[2 * k + 1];
    });
  }

  #makeRoom(needed) {
    if (this.room && Object.keys(needed).every((name) => needed[name] <= this.room[name].size)) return;
    for (const part of Object.values(this.room ?? {})) this.store.give(part);
    this.room = Object.fromEntries(Object.entries(needed).map(([name, bytes]) => [name, this.store.take(bytes)]));
  }

  /** Call an export: its arguments are written out as the compiled code takes them. */
  call(name, given) {
    this.#call(name, given);
  }

  #call(name, given) {
    this.answer ??= this.store.take(2 * LINE); // where it would say what it returns, and which error there was
    const flat = [this.answer.at, this.answer.at + LINE];
    for (const parameter of this.calls[name]) this.#writeOut(flat, parameter, given[parameter.name]);
    const status = this.exports[name](...flat);
    if (status !== 0) throw new Error(`the engine gave up in ${name} (${status})`);
  }

  #writeOut(flat, { kind, bytes }, given) {
    if (kind === "world") this.#writeOutWorld(flat, given);
    else if (kind === "whole") flat.push(BigInt(given));
    else if (kind === "row") flat.push(given);
    else writeOutArray(flat, bytes, given);
  }

  /** All tables of a world that lies at this place, its cells as numbers, and the same cells as whole numbers. */
  #writeOutWorld(flat, at) {
    for (const { offset, rows, by_column, columns } of this.plan.tables) {
      if (by_column) flat.push(at + offset, BigInt(rows), BigInt(Math.max(rows, 1)));
      else writeOutArray(flat, 8 * columns.length, [at + offset, rows]);
    }
    writeOutArray(flat, 8, [at, this.plan.words]);
    writeOutArray(flat, 8, [at, this.plan.words]);
  }
}

/** An array of one or two dimensions, row after row: no owner, how many cells of how many bytes, where, shape, strides. */
function writeOutArray(flat, bytes, [at, ...shape]) {
  const count = shape.reduce((product, length) => product * length, 1);
  const strides = shape.map((_, place) => shape.slice(place + 1).reduce((product, length) => product * length, bytes));
  flat.push(0, 0, BigInt(count), BigInt(bytes), at, ...shape.map(BigInt), ...strides.map(BigInt));
}

/** One world in the engine's memory. `close` gives its memory back. */
export class Life {
  constructor(engine, writes, seed) {
    this.engine = engine;
    this.seed = seed;
    this.months = writes.months;
    this.place = engine.store.take(8 * engine.plan.words);
    engine.lay(this.place.at, writes);
    this.#wholes()[engine.keyCell] = BigInt(seed);
    engine.call("draw_world", { world: this.place.at });
  }

  #words() {
    return new Float64Array(this.engine.memory.buffer, this.#open(), this.engine.plan.words);
  }

  #wholes() {
    return new BigInt64Array(this.engine.memory.buffer, this.#open(), this.engine.plan.words);
  }

  #open() {
    if (!this.place) throw new Error("this world is closed");
    return this.place.at;
  }

  /** Months that have passed. */
  get month() {
    return this.cell("process", 0, "month");
  }

  get over() {
    return this.month >= this.months;
  }

  /** Go on by some months, not beyond the end of the run. */
  step(months = 1) {
    const first = this.month;
    const last = Math.min(first + months, this.months);
    if (last > first) this.engine.call("run_months", { world: this.#open(), first, last });
    return this;
  }

  #table(name) {
    const table = this.engine.tables.get(name);
    if (!table) throw new Error(`no table ${name}; allowed: ${[...this.engine.tables.keys()].join(", ")}`);
    return table;
  }

  /** How many rows a table has. */
  rows(table) {
    return this.#table(table).rows;
  }

  cell(table, row, name) {
    const { cell, whole } = cellOf(this.#table(table), row, name);
    return whole ? Number(this.#wholes()[cell]) : this.#words()[cell];
  }

  /** A whole column, copied. */
  column(table, name) {
    const { rows, by_column, columns } = this.#table(table);
    const { cell, whole } = cellOf(this.#table(table), 0, name);
    const apart = by_column ? 1 : columns.length;
    const words = whole ? this.#wholes() : this.#words();
    return Float64Array.from({ length: rows }, (_, row) => Number(words[cell + row * apart]));
  }

  /** One row by the names of its columns. */
  row(table, row) {
    return Object.fromEntries(this.#table(table).columns.map(({ name }) => [name, this.cell(table, row, name)]));
  }

  /** How many events there were, those that the log has no more room for included. */
  get eventCount() {
    return this.cell("tally", 0, "events");
  }

  /** Events from number `from` on, as they stand in the log: what, who, whom (rows; -1: nobody) and by how much. */
  events(from = 0) {
    const kept = Math.min(this.eventCount, this.engine.plan.most_events);
    const { events, names } = this.engine.plan;
    const found = [];
    for (let at = from; at < kept; at += 1) {
      const { month, kind, who, whom, amount } = this.row("events", at);
      const { name, word, who: whose, whom: whomOf } = events[kind];
      const named = (table, row) => (table && row >= 0 ? (names[table]?.[row] ?? `${table} ${row}`) : "");
      found.push({
        month, code: kind, name, word, who, whom, amount, who_name: named(whose, who), whom_name: named(whomOf, whom),
      });
    }
    return found;
  }

  /** The monthly series of the month that has just passed. */
  measured() {
    return this.#measure("measure_month", this.engine.plan.series, this.engine.plan.series_bytes);
  }

  /** The outcomes, if the run ended now. */
  outcomes() {
    return this.#measure("measure_run", this.engine.plan.outcomes, this.engine.plan.outcome_bytes);
  }

  #measure(name, fields, bytes) {
    const { store, memory } = this.engine;
    const row = store.take(bytes);
    try {
      this.engine.call(name, { world: this.#open(), row: row.at, numbers: [row.at, bytes / 8] });
      const found = new Float64Array(memory.buffer, row.at, bytes / 8);
      return Object.fromEntries(fields.map((one) => [one.name, found[one.offset / 8]]));
    } finally {
      store.give(row);
    }
  }

  /** All its cells, to come back to. */
  snapshot() {
    return this.#words().slice();
  }

  restore(snapshot) {
    this.#words().set(snapshot);
    return this;
  }

  /** Write a cell of a setting from now on (World.setting says which): for whoever steers. */
  set({ cell, cell_is_whole }, number) {
    if (cell_is_whole) this.#wholes()[cell] = BigInt(number);
    else this.#words()[cell] = number;
    return this;
  }

  close() {
    if (this.place) this.engine.store.give(this.place);
    this.place = null;
  }
}
