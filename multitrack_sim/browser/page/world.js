// A scenario as a page knows it: its settings by name, and the template of its worlds with changes made to it. All names,
// cells and ranges come from the description (multitrack_sim/browser/world.py).

import { unpack } from "./packing.js";
import { addingUpToOne, attention, attentionFault, attentionSet } from "./shares.js";

const VERBS = ["set", "scale", "shift", "add", "remove"];
const MONTHS = "run.months";

/** A world to make changes in, from its description. */
export async function openWorld(description) {
  return new World(description, await unpack(description.template));
}

export class World {
  constructor(description, template) {
    this.description = description;
    this.template = new Float64Array(template.buffer, template.byteOffset, description.words);
    this.settings = description.settings.map((one) => ({ ...description.columns[one.of], ...one }));
    this.byName = new Map(this.settings.map((one) => [one.name, one]));
    this.tables = new Map(description.tables.map((one) => [one.name, one]));
    this.interventionRows = this.tables.get("interventions").rows;
  }

  /** What an engine has to know: where everything lies. */
  get plan() {
    const { words, outcome_bytes, series_bytes, outcomes, series, events, most_events, names } = this.description;
    const tables = this.description.tables.map(({ name, offset, rows, by_column, columns }) => ({
      name, offset, rows, by_column, columns: columns.map((one) => ({ name: one.name, whole: one.whole })),
    }));
    return {
      words, tables, outcome_bytes, series_bytes, months_cell: this.setting(MONTHS).cell, most_events, names, events,
      outcomes: outcomes.map(({ name, offset }) => ({ name, offset })),
      series: series.map(({ name, offset }) => ({ name, offset })),
    };
  }

  /** Everything about a setting; an Error that names the nearest if there is none of this name. */
  setting(name) {
    const found = this.byName.get(name);
    if (found) return found;
    throw new Error(`${JSON.stringify(name)}: no such setting (did you mean ${JSON.stringify(nearest(name, this.byName.keys()))}?)`);
  }

  /** What a setting's cell holds in the template: a number, or null for what each world draws. */
  held(name) {
    const one = this.setting(name);
    const value = read(this.template, one.cell, one.cell_is_whole);
    return Number.isNaN(value) ? null : value;
  }

  /** A value as its cell holds it: of a word or a row's name the place, of yes and no 1 and 0. An Error if not allowed. */
  number(name, value) {
    const one = this.setting(name);
    const choices = one.kind === "word" ? one.words : one.kind === "row" ? this.description.names[one.refers] : null;
    if (choices) {
      const place = typeof value === "string" ? choices.indexOf(value) : value;
      if (Number.isInteger(place) && place >= 0 && place < choices.length) return place;
      throw new Error(`${name}: found ${JSON.stringify(value)}; allowed: one of ${choices.join(", ")}`);
    }
    const number = typeof value === "boolean" && one.kind === "yes" ? Number(value) : value;
    const whole = one.kind !== "number";
    const [low, high] = limits(one);
    if (typeof number === "number" && number >= low && number <= high && (!whole || Number.isInteger(number))) return number;
    const kind = one.kind === "yes" ? "yes or no" : `a ${whole ? "whole " : ""}number from ${low} to ${high}`;
    throw new Error(`${name}: found ${JSON.stringify(value)}; allowed: ${kind}`);
  }

  /** The number that a cell holds, as people say it: a word, a row's name, true or false, or the number. */
  said(name, number) {
    const one = this.setting(name);
    if (number === null || number === undefined) return null;
    if (one.kind === "word") return one.words[number];
    if (one.kind === "row") return this.description.names[one.refers][number];
    return one.kind === "yes" ? Boolean(number) : number;
  }

  /** Changes in one fixed form and order, for links and keys: what only repeats the scenario is left out. */
  normal(changes = {}) {
    const settings = {};
    for (const name of Object.keys(changes.settings ?? {}).sort()) {
      const one = this.setting(name);
      const value = this.number(name, changes.settings[name]);
      if (one.derives || value !== this.held(name)) settings[name] = this.said(name, value);
    }
    const interventions = (changes.interventions ?? []).map((one) => {
      const kept = Object.entries(one).filter(([, value]) => value !== null && value !== undefined);
      return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
    });
    return { settings, interventions };
  }

  /** What is wrong with changes: sentences, none where they can be made. */
  check(changes = {}) {
    return this.#made(changes).problems;
  }

  /** The template with changes made: all cells. An Error says what is wrong with them. */
  words(changes = {}) {
    const { words, problems } = this.#made(changes);
    if (problems.length) throw new Error(problems.join("\n"));
    return words;
  }

  /** The same scenario with these cells written: another world of the same tables. `own` are its changes in later months. */
  variant({ cells, bits, own, saliences = this.description.saliences }) {
    const words = new Uint32Array(Float64Array.from(this.template).buffer);
    cells.forEach((cell, at) => words.set([bits[2 * at], bits[2 * at + 1]], 2 * cell));
    const interventions = { ...this.description.interventions, own };
    return new World({ ...this.description, saliences, interventions }, words);
  }

  /** The cells in which changes differ from the template (of this world, or of another of the same tables), and the bits
   * they hold then (two words of 32 bits each). */
  writes(changes = {}, { template } = this) {
    const words = this.words(changes);
    const now = new Uint32Array(words.buffer);
    const then = new Uint32Array(template.buffer, template.byteOffset, 2 * template.length);
    const cells = [];
    for (let at = 0; at < now.length; at += 2) {
      if (now[at] !== then[at] || now[at + 1] !== then[at + 1]) cells.push(at / 2);
    }
    const bits = new Uint32Array(2 * cells.length);
    cells.forEach((cell, at) => bits.set(now.subarray(2 * cell, 2 * cell + 2), 2 * at));
    const months = read(words, this.setting(MONTHS).cell, this.setting(MONTHS).cell_is_whole);
    return { cells: Uint32Array.from(cells), bits, months };
  }

  #made(changes) {
    const words = Float64Array.from(this.template);
    const problems = [];
    const attempt = (act) => {
      try {
        return act();
      } catch (problem) {
        problems.push(problem.message);
        return undefined;
      }
    };
    const derived = new Map();
    for (const [name, value] of Object.entries(changes.settings ?? {})) {
      attempt(() => {
        const one = this.setting(name);
        const number = this.number(name, value);
        if (one.derives) derived.set(one.cell, number);
        if (one.derives !== "salience") write(words, one.cell, one.cell_is_whole, number);
      });
    }
    if (derived.size) problems.push(...this.#giveAttention(words, derived));
    for (const need of this.description.needs) {
      const met = need.rows.filter((cells) => cells.every((cell) => this.#isAboveZero(words, cell))).length;
      if (met < need.least) problems.push(`not met: ${need.told}`);
    }
    problems.push(...this.#intervene(words, changes, attempt));
    return { words, problems };
  }

  #isAboveZero(words, cell) {
    this.wholeCells ??= new Map(this.settings.map((one) => [one.cell, one.cell_is_whole]));
    return read(words, cell, this.wholeCells.get(cell)) > 0;
  }

  /** Attention follows from what is written of it and from the weights of issues. */
  #giveAttention(words, derived) {
    const { parties, written, weights, cells } = this.description.saliences;
    const issues = this.settings.filter((one) => one.derives === "weight");
    const weighed = issues.map((one, place) => derived.get(one.cell) ?? weights[place]);
    const problems = [];
    parties.forEach((party, at) => {
      const set = new Map(cells[at].map((cell, place) => [place, derived.get(cell)]).filter(([, value]) => value !== undefined));
      const fault = attentionFault(set, cells[at].length);
      if (fault !== null) problems.push(`saliences of ${party} add up to ${fault}; allowed: 1 over all its issues`);
      const own = set.size ? attentionSet(written[at], weighed, set) : attention(written[at], weighed);
      addingUpToOne(own).forEach((share, place) => write(words, cells[at][place], false, share));
    });
    return problems;
  }

  /** An intervention as rows of the world have it, or an Error. */
  #change(given) {
    const verbs = VERBS.filter((verb) => given[verb] !== null && given[verb] !== undefined);
    if (verbs.length !== 1) throw new Error(`an intervention says one of ${VERBS.join(", ")}; found ${verbs.join(" and ") || "none"}`);
    const [verb] = verbs;
    const switches = verb === "add" || verb === "remove";
    const one = this.setting(switches ? `${given[verb]}.active` : given[verb]);
    if (!one.may_change) throw new Error(`${one.name} shapes the tables; allowed: what can change during a run`);
    if ((verb === "scale" || verb === "shift") && (one.kind === "word" || one.kind === "row")) {
      throw new Error(`${one.name} is not a number; allowed: set and to`);
    }
    const kinds = this.description.categories.InterventionKind;
    const amount = switches ? Number(verb === "add") : verb === "set" ? this.number(one.name, given.to) : given.by;
    if (typeof amount !== "number" || !Number.isFinite(amount)) throw new Error(`${one.name}: found ${JSON.stringify(amount)}; allowed: a number`);
    return {
      month: given.month, until: given.until ?? -1, kind: kinds.indexOf(switches ? "set" : verb), cell_is_whole: one.cell_is_whole,
      value: amount, low: one.low, high: one.high, cells: [one.cell], name: one.name, told: given.why ?? this.#told(verb, given),
    };
  }

  #told(verb, given) {
    const said = [given[verb], verb === "set" ? given.to : given.by];
    return this.description.interventions.how[verb].replace(/\{\}/g, () => String(said.shift()));
  }

  /** What happens in later months, in the order of rows: the scenario's own changes and these. */
  changesInOrder(interventions = [], own = this.description.interventions.own) {
    const all = [...own, ...interventions.map((one) => this.#change(one))];
    return all.map((one, at) => [one, at]).sort(([a, i], [b, j]) => a.month - b.month || i - j).map(([one]) => one);
  }

  /** Write the rows of changes in later months: `interventions` beside the scenario's `own`, which may be given anew. */
  #intervene(words, { interventions = [], own }, attempt) {
    if (!interventions.length && !own) return this.#clashes(words, this.description.interventions.own);
    for (const one of interventions) attempt(() => this.#change(one));
    const ordered = attempt(() => this.changesInOrder(interventions, own));
    if (!ordered) return [];
    const problems = this.#clashes(words, ordered);
    const rows = ordered.flatMap((one) => one.cells.map((cell) => ({ ...one, cell })));
    if (rows.length > this.interventionRows) {
      const { spare } = this.description.interventions;
      return [...problems, `found ${rows.length - this.interventionRows + spare} changes in later months; allowed: up to ${spare}`];
    }
    rows.forEach((row, at) => {
      const laid = { ...row, low: row.low ?? -Infinity, high: row.high ?? Infinity, cell_is_whole: Number(row.cell_is_whole) };
      for (const name of ["month", "until", "kind", "cell", "cell_is_whole", "value", "low", "high"]) {
        const { cell, whole } = cellOf(this.tables.get("interventions"), at, name);
        write(words, cell, whole, laid[name]);
      }
    });
    return problems;
  }

  /** Changes in later months that do not fit the run or one another. */
  #clashes(words, ordered) {
    const months = read(words, this.setting(MONTHS).cell, this.setting(MONTHS).cell_is_whole);
    const problems = [];
    const last = new Map();
    for (const { month, until, cells, name } of ordered) {
      if (!Number.isInteger(month) || month < 0 || month >= months) {
        problems.push(`${name}: found month ${month}; allowed: 0 to ${months - 1}, within ${MONTHS}`);
      }
      if (until !== -1 && !(Number.isInteger(until) && until > month)) {
        problems.push(`${name}: found until ${until}; allowed: a month after ${month}`);
      }
      for (const cell of cells) {
        const before = last.get(cell);
        if (before && (month === before.month || month < before.ends)) {
          problems.push(`another intervention changes ${name} at that time; allowed: one after the other`);
        }
        last.set(cell, { month, ends: until === -1 ? month : until });
      }
    }
    return [...new Set(problems)];
  }
}

function limits(one) {
  return [one.low ?? -Infinity, one.high ?? Infinity];
}

/** The place of a cell among all words, and whether it holds a whole number. */
export function cellOf(table, row, name) {
  const place = table.columns.findIndex((one) => one.name === name);
  if (place < 0) throw new Error(`no column ${name} in ${table.name}; allowed: ${table.columns.map((one) => one.name).join(", ")}`);
  const within = table.by_column ? place * table.rows + row : row * table.columns.length + place;
  return { cell: table.offset / 8 + within, whole: table.columns[place].whole };
}

function read(words, cell, whole) {
  return whole ? Number(new BigInt64Array(words.buffer, words.byteOffset + 8 * cell, 1)[0]) : words[cell];
}

function write(words, cell, whole, number) {
  if (whole) new BigInt64Array(words.buffer, words.byteOffset + 8 * cell, 1)[0] = BigInt(number);
  else words[cell] = number;
}

/** Of these names the one with the fewest letters to change. */
function nearest(name, names) {
  let best = "";
  let least = Infinity;
  for (const other of names) {
    const apart = lettersApart(name, other, least);
    if (apart < least) [best, least] = [other, apart];
  }
  return best;
}

function lettersApart(one, two, most) {
  if (Math.abs(one.length - two.length) >= most) return most;
  let row = Array.from({ length: two.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= two.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === two[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[two.length];
}
