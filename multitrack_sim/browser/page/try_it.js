// "Try it" in the report of a comparison: levers below each variant. Nothing is unpacked or run until a reader moves one;
// then the baseline and the variant run again in pairs, on the dice of the report, as many pairs as it has.

import { bars } from "./charts.js";
import { element, replace, say, widthOf } from "./dom.js";
import { fixed, plainly, settled, signedText } from "./numbers.js";
import { unpack } from "./packing.js";
import { openPool } from "./pool.js";
import { digitsShown, excludesZero, pairedEffect } from "./statistics.js";
import { openWorld } from "./world.js";

const FIRST = 20; // pairs below which nothing is shown
const words = {
  starting: "Starting the model …", soFar: "{done} of {runs} pairs of runs", done: "{done} pairs of runs, on the same random numbers as the report", moved: "With your levers", untouched: "As in the report, run again here", first: "As in the report, its first {done} pairs run again here",
  more: "Go on to {runs} pairs", failed: "The model could not be run in this browser: {told}", refused: "These levers do not go together: {told}",
  clear: "With {done} pairs: {size} {direction} months under an agreement than in the baseline, 95% interval {least} to {most} {direction}.",
  unclear: "With {done} pairs: no clear difference in months under an agreement: {signed}, 95% interval {low} to {high}.",
  brief: "Months under an agreement: {signed} ({low} to {high}); {done} pairs",
  few: "With {done} pairs: too few or too much alike for an interval.",
  more_: "more", fewer: "fewer", picture: "Months under an agreement, variant minus baseline", report: "In the report", yours: "With your levers", axis: { less: "fewer months", more: "more months" }, head: ["", "Difference"], numbers: "Numbers",
};

/** What the page holds, unpacked once, and the pool that runs it. */
function opener(packed) {
  let opened = null;
  return () => (opened ??= open(packed));
}

async function open(packed) {
  const data = JSON.parse(new TextDecoder().decode(await unpack(packed)));
  const base = await openWorld(data.world);
  // an arm is a world with changes made in it; the engines hold the template of the baseline
  const arms = { description: base.description, plan: base.plan, template: base.template,
    writes: ({ world, changes }) => world.writes(changes, base) };
  const engine = await unpack(data.engine);
  const pool = await openPool({ engine, calls: data.calls, world: arms, worker: data.worker });
  return { data, base, pool, worlds: data.variants.map((one) => (one ? base.variant(one) : null)) };
}

/** What levers change: of both arms (assumptions), and of the variant. Only what was moved is changed. */
export function changesOf(levers, moved, own) {
  const base = {}, variant = {};
  let rows = null;
  levers.forEach((lever, at) => {
    if (!moved.has(at)) return;
    const value = moved.get(at);
    for (const name of lever.settings) {
      variant[name] = value;
      if (lever.both) base[name] = value;
    }
    if (lever.rows.length) rows = (rows ?? own).map((row, place) => (lever.rows.includes(place) ? { ...row, [lever.part]: value } : row));
  });
  return { base: { settings: base }, variant: { settings: variant, ...(rows ? { own: rows } : {}) } };
}

/** The effects told here, by outcome, as the analysis estimates them. */
export function effectsOf(answer, months) {
  const of = (name) => answer.arms.map((runs) => Array.from(runs.column(name)).slice(0, answer.done));
  return { months_under_accord: pairedEffect(...of("months_under_accord"), { top: months }), agreed: pairedEffect(...of("agreed"), { share: true }) };
}

/** An effect as the report writes it: levels, difference and interval. */
export function written(effect) {
  const times = effect.share ? 100 : 1;
  const [value, low, high] = [effect.estimate, effect.low, effect.high].map((x) => times * x), digits = digitsShown(value, low, high);
  const level = (x) => (effect.share ? `${fixed(settled(times * x), Math.max(1, digits))}%` : fixed(settled(x), Math.abs(x) >= 100 ? 0 : digits));
  const signed = (x) => signedText(settled(x), digits), known = !Number.isNaN(low) && !Number.isNaN(high);
  const ends = [low, high].map((x) => fixed(settled(Math.abs(x)), digits));
  const [least, most] = value < 0 ? [ends[1], ends[0]] : ends;
  return { baseline: level(effect.baseline), arm: level(effect.arm), signed: signed(value), low: signed(low), high: signed(high), known,
    size: fixed(settled(Math.abs(value)), digits), least, most, direction: value < 0 ? words.fewer : words.more_ };
}

function told(effect, done) {
  const said = written(effect);
  if (!said.known) return say(words.few, { done });
  return say(excludesZero(effect.low, effect.high) ? words.clear : words.unclear, { ...said, done });
}

/** The levers of one variant at work. */
function tryOut(place, unpacked) {
  const variant = Number(place.dataset.variant), find = (name) => place.querySelector(`.try-${name}`);
  const [status, live, more, picture, brief] = ["status", "live", "more", "picture", "brief"].map(find), moved = new Map();
  const inputs = [...place.querySelectorAll("[data-lever]")];
  let asked = null, turn = 0, runs = Number(place.dataset.runs), shown = 0;

  async function run() {
    const mine = (turn += 1);
    asked?.cancel();
    more.hidden = true;
    live.textContent = "";
    try {
      status.textContent ||= words.starting;
      const { data, base, pool, worlds } = await unpacked();
      if (mine !== turn) return;
      const { levers, interval } = data.levers[variant], world = worlds[variant];
      const changes = changesOf(levers, moved, world.description.interventions.own);
      const problems = [...base.check(changes.base), ...world.check(changes.variant)];
      if (problems.length) return refuse(problems[0]);
      const months = world.held("run.months");
      const show = (answer, isOver) => {
        if (mine !== turn) return;
        const now = performance.now();
        if (!isOver && (answer.done < FIRST || now - shown < 100)) return;
        shown = now;
        fill(effectsOf(answer, months), answer.done, interval);
        status.textContent = say(isOver ? words.done : words.soFar, { done: fixed(answer.done, 0), runs: fixed(runs, 0) });
      };
      shown = 0;
      asked = pool.ask({ arms: [{ world: base, changes: changes.base }, { world, changes: changes.variant }], runs, seed: data.seed, onProgress: (answer) => show(answer, false) });
      const answer = await asked.finished;
      if (answer.cancelled || mine !== turn) return;
      show(answer, true);
      live.textContent = told(effectsOf(answer, months).months_under_accord, fixed(answer.done, 0));
      const next = data.steps.find((step) => step > runs);
      more.hidden = !next;
      if (next) Object.assign(more, { textContent: say(words.more, { runs: fixed(next, 0) }), onclick: () => { runs = next; status.focus(); run(); } });
    } catch (problem) {
      if (mine === turn) status.textContent = say(words.failed, { told: String(problem?.message ?? problem) });
      throw problem;
    }
  }

  function refuse(problem) {
    for (const cell of place.querySelectorAll("[data-yours]")) replace(cell);
    replace(picture);
    brief.hidden = true;
    status.textContent = say(words.refused, { told: problem });
  }

  function fill(effects, done, interval) {
    const again = done < place.dataset.pairs ? words.first : words.untouched;
    place.querySelector(".try-yours").textContent = moved.size ? words.moved : say(again, { done: fixed(done, 0) });
    for (const [name, effect] of Object.entries(effects)) {
      const said = written(effect), data = (value, text) => element("data", { value: String(value) }, text);
      const cell = (part) => place.querySelector(`[data-yours="${name}:${part}"]`);
      replace(cell("baseline"), data(effect.baseline, said.baseline));
      replace(cell("arm"), data(effect.arm, said.arm));
      replace(cell("difference"), data(effect.estimate, said.signed), said.known ? [" (", data(effect.low, said.low), " to ", data(effect.high, said.high), ")"] : []);
    }
    const named = written(effects.months_under_accord);
    Object.assign(brief, { hidden: false, textContent: say(words.brief, { ...named, done: fixed(done, 0) }) });
    const effect = effects.months_under_accord, [estimate, low, high] = interval.values, said = named;
    replace(picture, bars([{ label: words.report, estimate: estimate ?? NaN, low: low ?? NaN, high: high ?? NaN, told: interval.told, kind: "A" },
      { label: words.yours, estimate: effect.estimate, low: effect.low, high: effect.high, told: said.known ? `${said.signed} (${said.low} to ${said.high})` : said.signed, kind: "B" }],
    { width: Math.min(480, widthOf(picture)), axis: words.axis, title: words.picture, told: told(effect, fixed(done, 0)), head: words.head, tableName: words.numbers }));
  }

  const said = (input, value) => {
    const output = place.querySelector(`output[for="${input.id}"]`);
    if (output) output.textContent = value;
    if (input.type === "range") input.setAttribute("aria-valuetext", `${value} ${input.dataset.unit}`.trim());
  };
  const put = (input, at) => { // as the report has it
    moved.delete(at);
    input.value = input.dataset.start;
    said(input, input.dataset.told);
  };
  inputs.forEach((input, at) => {
    put(input, at); // a browser may have kept what stood here before
    input.addEventListener("input", () => {
      const value = Number(Number(input.value).toPrecision(12));
      moved.set(at, value);
      said(input, plainly(value));
      run();
    });
  });
  find("reset").addEventListener("click", () => {
    inputs.forEach(put);
    run();
  });
}

function start() {
  const held = document.getElementById("try-data");
  const able = typeof WebAssembly === "object" && typeof DecompressionStream === "function" && typeof BigInt64Array === "function";
  if (!held || !able) return;
  const unpacked = opener(held.textContent);
  for (const place of document.querySelectorAll(".try-place")) {
    place.hidden = false;
    tryOut(place, unpacked);
  }
  for (const one of document.querySelectorAll(".try details")) one.hidden = false;
  for (const missing of document.querySelectorAll(".try-missing")) missing.hidden = true;
}

if (typeof document !== "undefined") start();
