// TEMPORARY stand-in until wt_page_engine's.
import { runSeed } from "./chance.js";
import { startEngine } from "./engine.js";

export async function openPool({ engine, calls, world }) {
  const real = await startEngine({ bytes: engine, calls, plan: world.plan, template: world.template });
  const { outcomes, series } = world.description, places = new Map(outcomes.map((o, at) => [o.name, at])), monthly = new Map(series.map((o, at) => [o.name, at]));
  const kept = new Map();
  return { kind: "slices", close() {}, ask({ arms, runs, seed = 1, series: wanted = false, onProgress }) {
    let stopped = false;
    const made = arms.map((arm) => {
      const key = JSON.stringify([world.normal(arm), seed, wanted]);
      if (!kept.has(key)) kept.set(key, { writes: world.writes(arm), rows: [], months: [], seeds: [] });
      return kept.get(key);
    });
    const answer = (done, cancelled) => ({ runs, done, cancelled, arms: made.map((one) => ({
      get count() { return one.rows.length; }, seed, get seeds() { return Float64Array.from(one.seeds); }, months: one.writes.months,
      value: (name, run) => one.rows[run][places.get(name)], column: (name) => Float64Array.from(one.rows, (row) => row[places.get(name)]),
      monthly: (name, run) => Float64Array.from({ length: one.writes.months }, (_, m) => one.months[run][m * series.length + monthly.get(name)]) })) });
    const finished = (async () => {
      for (let first = 0; first < runs; first += 20) {
        for (const one of made) {
          if (one.rows.length >= Math.min(runs, first + 20)) continue;
          await new Promise((go) => setTimeout(go));
          if (stopped) return answer(first, true);
          const seeds = Array.from({ length: Math.min(runs, first + 20) - one.rows.length }, (_, k) => runSeed(seed, one.rows.length + k));
          const got = real.runs({ writes: one.writes, seeds, series: wanted });
          const wide = outcomes.length, tall = one.writes.months * series.length;
          seeds.forEach((s, k) => { one.seeds.push(s); one.rows.push(got.outcomes.slice(k * wide, (k + 1) * wide)); if (wanted) one.months.push(got.series.slice(k * tall, (k + 1) * tall)); });
        }
        if (first + 20 < runs) onProgress?.(answer(Math.min(runs, first + 20), false));
      }
      return answer(runs, false);
    })();
    return { finished, cancel: () => (stopped = true) };
  } };
}
