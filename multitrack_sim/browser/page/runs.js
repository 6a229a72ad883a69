// Runs of one arm as they come in: kept from the first on, read by the names of outcomes.

/** What is kept of an arm: rows of outcomes (and months), which runs are in, and which are still to be handed out. */
export class Arm {
  constructor(writes, seed, series, description) {
    this.writes = writes;
    this.seed = seed;
    this.months = writes.months;
    this.wide = description.outcome_bytes / 8;
    this.tall = series ? (writes.months * description.series_bytes) / 8 : 0;
    this.series = series;
    this.outcomes = new Float64Array(0);
    this.monthly = new Float64Array(0);
    this.asked = 0; // runs that were ever asked for
    this.count = 0; // runs that are in, without a gap from the first
    this.later = new Map(); // first run of a chunk that is in, behind a gap -> its length
    this.todo = []; // spans still to be handed out: [first, past the last]
  }

  get bytes() {
    return this.outcomes.byteLength + this.monthly.byteLength;
  }

  /** Have room for so many runs, and those that are missing handed out. */
  want(runs) {
    if (runs <= this.asked) return;
    this.outcomes = grown(this.outcomes, runs * this.wide);
    this.monthly = grown(this.monthly, runs * this.tall);
    this.giveBack(this.asked, runs);
    this.asked = runs;
  }

  /** The first run below `most` that nobody works on; none: `most`. */
  firstOpen(most) {
    return Math.min(most, this.todo[0]?.[0] ?? most);
  }

  /** Hand out up to so many runs in a row, from the first open one on and below `most`. */
  handOut(runs, most) {
    const span = this.todo[0];
    const [first, last] = [span[0], Math.min(span[1], span[0] + runs, most)];
    if (last === span[1]) this.todo.shift();
    else span[0] = last;
    return [first, last];
  }

  /** A span that was handed out is open again. */
  giveBack(first, last) {
    this.todo.push([first, last]);
    this.todo.sort(([a], [b]) => a - b);
  }

  /** A chunk came in. */
  take(first, count, outcomes, monthly) {
    this.outcomes.set(outcomes, first * this.wide);
    if (monthly) this.monthly.set(monthly, first * this.tall);
    this.later.set(first, count);
    for (let length = this.later.get(this.count); length; length = this.later.get(this.count)) {
      this.later.delete(this.count);
      this.count += length;
    }
  }
}

function grown(numbers, length) {
  if (numbers.length >= length) return numbers;
  const larger = new Float64Array(length);
  larger.set(numbers);
  return larger;
}

/** The first `count` runs of an arm, as a table. Numbers are as `mt.simulate` has them: codes of categories, NaN for missing. */
export class Runs {
  constructor(arm, count, seeds, fields) {
    this.count = count;
    this.seed = arm.seed;
    this.months = arm.months;
    this.seeds = seeds;
    this.arm = arm;
    this.fields = fields;
  }

  #place(kind, name) {
    const place = this.fields[kind].get(name);
    if (place === undefined) throw new Error(`no ${name} among the ${kind}; allowed: ${[...this.fields[kind].keys()].join(", ")}`);
    return place;
  }

  value(name, run) {
    return run < this.count ? this.arm.outcomes[run * this.arm.wide + this.#place("outcomes", name)] : undefined;
  }

  column(name) {
    const place = this.#place("outcomes", name);
    return Float64Array.from({ length: this.count }, (_, run) => this.arm.outcomes[run * this.arm.wide + place]);
  }

  /** One of the monthly series of a run. */
  monthly(name, run) {
    if (!this.arm.series) throw new Error("months were not asked for; allowed: ask({ ..., series: true })");
    const place = this.#place("series", name);
    const wide = this.arm.tall / this.months;
    return Float64Array.from({ length: this.months }, (_, month) => this.arm.monthly[run * this.arm.tall + month * wide + place]);
  }
}
