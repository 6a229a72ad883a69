// "Watch": one history month by month, or two on the same dice side by side, up to the month in which they part.

import { phases, steps } from "./charts.js";
import { element, replace, say, widthOf } from "./dom.js";
import { runSeed } from "./chance.js";
import { changedLevers, changesOf } from "./levers.js";
import { framesOf, levelOf, livingPicture } from "./picture.js";
import { listed } from "./sentences.js";
import { words } from "./words.js";

const SPEEDS = [2, 6, 20]; // months a second
const SMALL = new Set(["WORKSHOP_HELD", "REPORT_HEARD", "PARTICIPANTS_HARDENED", "PROVISION_DONE", "VIOLATION_SEEN", "NOTHING"]);
const LAST_TOLD = 14;

// Spans of one phase, for a strip.
export function spansOf(frames) {
  const spans = [];
  for (const frame of frames.slice(1)) {
    if (spans.at(-1)?.key === frame.phase) spans.at(-1).to = frame.month;
    else spans.push({ key: frame.phase, from: frame.month - 1, to: frame.month });
  }
  return spans;
}

export const looks = () => Object.fromEntries(Object.entries(words.phases).map(([key, word]) => [key, { word, ...LOOKS[key] }]));
const LOOKS = {
  fighting: { fill: "#4d4d4d", ink: "#fff" }, pretalks: { fill: "#b9cfe0", ink: "#000" }, talks: { fill: "#6fa8d0", ink: "#000" },
  suspended: { fill: "#8b8b8b", ink: "#000" }, signed: { fill: "#0072B2", ink: "#fff" }, implementation: { fill: "#0072B2", ink: "#fff" },
  durable: { fill: "#004b76", ink: "#fff" }, collapsed: { fill: "#222222", ink: "#fff" }, dormant: { fill: "#ececec", ink: "#000" },
};

// Where two histories first differ in what happened; -1 where they never do. What is changed from outside is no difference,
// what comes of it is.
export function partAt(one, two) {
  const told = (frame) => frame.events.filter((event) => !SMALL.has(event.name) && event.name !== "INTERVENED").map((event) => event.told).join("\n");
  return one.findIndex((frame, at) => told(frame) !== told(two[at]) || frame.phase !== two[at].phase);
}

// What a month looks like, in a sentence.
export function monthSentence(frame) {
  const told = words.watch.month, met = frame.events.some((event) => event.name === "WORKSHOP_HELD");
  const official = told.official[frame.talksGoOn ? "rest" : frame.phase];
  const extras = [frame.channel && told.channel, frame.attacks > 0 && told.attacked].filter(Boolean);
  return say(told.sentence, { month: frame.month, official, unofficial: met ? told.met : told.notMet }) + (extras.length ? ` ${extras.join(" ")}` : "");
}

export async function framesOfRun(app, changes, run) {
  const { engine, world } = await app.living(app.state.setup.parties);
  const life = engine.begin({ writes: world.writes(changes), seed: runSeed(app.state.seed, run) });
  try {
    return framesOf(life, world.description, { words: app.data.chronicle, changes: world.changesInOrder(changes.interventions).map((one) => one.told) });
  } finally {
    life.close();
  }
}

export function chronicle(app, frames, month, full) {
  const lines = frames.slice(0, month + 1).flatMap((frame) => frame.events.filter((event) => full || !SMALL.has(event.name)).map((event) => [event.month + 1, app.named(event.told)]));
  return element("ol", { class: "chronicle" }, lines.slice(full ? -400 : -LAST_TOLD).reverse().map(([at, told]) => element("li", {}, element("b", {}, say(words.watch.at, { month: at })), " ", told)));
}

export function agreementSteps(frames) {
  const levels = frames.slice(1).map(levelOf);
  const fell = frames.slice(1).flatMap((frame) => (frame.events.some((event) => event.name === "ACCORD_COLLAPSED") ? [frame.month - 1] : []));
  return { levels, fell };
}

export function watch(app) {
  const { state, data } = app, told = words.watch, differ = changedLevers(state.a, state.b).length > 0, both = differ && state.beside;
  const arms = both ? ["a", "b"] : ["a"], place = element("div", { class: both ? "lives two-lives" : "lives" }), status = element("p", { class: "status", role: "status" });
  const scrubber = element("input", { type: "range", min: 0, max: 120, value: 0, class: "scrubber", "aria-label": told.scrubber, oninput: () => show(Number(scrubber.value)) });
  const play = element("button", { type: "button", class: "wide", onclick: () => (timer ? stop() : start()) }, told.play);
  const speed = element("select", { id: "speed", onchange: () => timer && start() }, SPEEDS.map((many, at) => element("option", { value: many, selected: at === 0 }, say(told.speeds[at]))));
  const strips = element("div", {}), calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let runs = [], month = 0, timer = 0, full = false;

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = told.play;
  }

  function start() {
    stop();
    if (month >= runs[0].frames.length - 1) show(0);
    const rate = Number(speed.value), stride = calm ? 6 : 1;
    play.textContent = told.pause;
    timer = setInterval(() => {
      show(Math.min(month + stride, runs[0].frames.length - 1));
      if (month >= runs[0].frames.length - 1) stop();
    }, 1000 * stride / rate);
  }

  function show(at) {
    month = at;
    scrubber.value = at;
    for (const run of runs) {
      const frame = run.frames[at], sentence = monthSentence(frame);
      scrubber.setAttribute("aria-valuetext", sentence);
      replace(run.place, livingPicture(frame, app.partyNames(), sentence, run.place.clientWidth || 640));
      run.caption.textContent = sentence;
      replace(run.told, chronicle(app, run.frames, at, full));
    }
  }

  async function load() {
    stop();
    const run = state.run ?? 0;
    status.textContent = say(told.which, { run: run + 1, seed: state.seed });
    const loaded = await Promise.all(arms.map((arm) => framesOfRun(app, changesOf(data, state.setup, state[arm]), run)));
    runs = loaded.map((frames, at) => ({ frames, place: element("div", {}), caption: element("p", { class: "caption" }), told: element("div", {}), arm: arms[at].toUpperCase(), name: both ? words.whatIf[arms[at]] : told.this }));
    replace(place, runs.map((one) => element("section", { class: "life" }, both && element("h3", { class: `arm-${one.arm.toLowerCase()}` }, one.name), one.place, one.caption, one.told)));
    scrubber.max = runs[0].frames.length - 1;
    const width = widthOf(strips), months = runs[0].frames.length - 1, about = { width, months, yearName: words.numbers.years, tableName: words.numbers.table, captioned: true };
    const marks = (one) => one.frames.flatMap((frame) => frame.events.filter((event) => event.name === "ATTACKED").map((event) => ({ month: event.month, word: app.named(event.told) })));
    replace(strips,
      phases(runs.map((one) => ({ name: one.name, arm: one.arm, spans: spansOf(one.frames), marks: marks(one) })), looks(), { ...about, title: told.strip, told: told.stripTold, head: told.stripHead }),
      steps(runs.map((one) => ({ name: one.name, arm: one.arm, ...agreementSteps(one.frames) })), words.steps, { ...about, title: told.steps, told: told.stepsTold, head: told.stepsHead }));
    const part = both ? partAt(runs[0].frames, runs[1].frames) : -1;
    replace(parting, both && element("p", { class: "answer" }, part < 0 ? told.neverPart : say(told.part, { month: part, changed: changedWords(state) }), " ", part >= 0 && element("button", { type: "button", onclick: () => show(part) }, told.goThere)));
    show(part >= 0 ? part : 0);
  }

  const parting = element("div", {}), small = element("button", { type: "button", onclick: () => { full = !full; small.textContent = full ? told.fewer : told.all; show(month); } }, told.all);
  const step = (by) => () => { stop(); show(Math.max(0, Math.min(runs[0].frames.length - 1, month + by))); };
  const other = (by) => () => { state.run = Math.max(0, Math.min(999, (state.run ?? 0) + by)); app.keep(true); load().catch(app.failed); };
  app.whenShown(() => load().catch(app.failed));
  app.whenLeft(stop);
  return element("section", { class: "watch" }, element("h2", {}, told.title), element("p", {}, say(told.lead, { case: app.caseName() })), parting,
    element("div", { class: "controls" }, play, element("button", { type: "button", onclick: step(-1) }, told.back), element("button", { type: "button", onclick: step(1) }, told.forward),
      element("label", { for: "speed" }, told.speed), speed, scrubber),
    pictureKey(), place, element("div", { class: "buttons" }, element("button", { type: "button", onclick: other(1) }, told.newDice), element("button", { type: "button", onclick: other(-1) }, told.lastDice),
      small, differ && element("button", { type: "button", onclick: () => { state.beside = !both; app.go("watch"); } }, both ? told.alone : told.beside),
      element("button", { type: "button", onclick: () => app.go("what-if") }, told.toWhatIf)),
    status, strips);
}

// What every mark of the living picture stands for.
export const pictureKey = () => element("details", {}, element("summary", {}, words.watch.key), element("ul", {}, words.watch.keys.map((line) => element("li", {}, line))));

// Which levers differ between the arms, in words.
export function changedWords(state) {
  return listed(changedLevers(state.a, state.b).map((at) => {
    const lever = words.leverOrder[at], word = words.levers[lever];
    return say(words.watch.changed, { lever: word.name, a: word.notches[state.a[at]], b: word.notches[state.b[at]] });
  }));
}
