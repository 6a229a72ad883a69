// "Steer": six coins a year for ten years. Afterwards: what you did, what would have happened without, and where it turned.

import { element, replace, say, table, widthOf } from "./dom.js";
import { runSeed } from "./chance.js";
import { changesOf } from "./levers.js";
import { chronicle, framesOfRun, monthSentence, partAt, pictureKey } from "./watch.js";
import { livingPicture } from "./picture.js";
import { fixed } from "./numbers.js";
import { capitalised, effectSentence, effectsOf } from "./sentences.js";
import { boxesFigure } from "./what_if.js";
import { words } from "./words.js";

const COINS = 6, YEARS = 10, MONTHS = 12, THINGS = 5;
// What coins in a year become: a multiplier of money, or the level of a setting.
const BOUGHT = [
  (coins) => ({ "track_two.budget": coins / 2 }), (coins) => ({ "track_three.budget": coins / 2 }), (coins) => ({ "cbm.budget": coins / 2 }),
  (coins) => ({ "cbm.verification": 0.15 * coins }),
  (coins) => ({ "organisations.'Guarantor'.guarantee": 0.15 * coins, "organisations.'Guarantor'.monitoring": 0.15 * coins }),
];

const coinsOf = (plan, year) => [...(plan[year] ?? "0".repeat(THINGS)).padEnd(THINGS, "0")].slice(0, THINGS).map(Number);
const bought = (coins) => Object.assign({}, ...coins.map((count, thing) => BOUGHT[thing](count)));
export const isPlan = (year) => /^[0-6]{5}$/.test(year) && [...year].reduce((all, coins) => all + Number(coins), 0) <= COINS;

// A plan as changes of the scenario: what the first year buys, and each later year what differs from the year before.
export function planChanges(data, setup, plan) {
  const start = changesOf(data, setup, undefined, bought(coinsOf(plan, 0))), interventions = [];
  let before = bought(coinsOf(plan, 0));
  for (let year = 1; year < YEARS; year++) {
    const now = bought(coinsOf(plan, year));
    for (const [set, to] of Object.entries(now)) if (to !== before[set]) interventions.push({ month: MONTHS * year, set, to });
    before = now;
  }
  return { ...start, interventions };
}

const without = (plan, year) => plan.map((one, at) => (at === year ? "0".repeat(THINGS) : one));
const evenly = (plan) => {
  const mean = Array.from({ length: THINGS }, (_, thing) => plan.reduce((all, year) => all + Number(year[thing]), 0) / YEARS);
  return mean;
};

export function steer(app) {
  const { state, data } = app, told = words.steer, setup = app.caseSetup("tour");
  const play = { ...app, state: { ...state, setup }, named: (line) => app.named(line, setup) }, place = element("div", { class: "panel" }), history = element("div", {}), grid = element("div", { class: "two" }, place, history), debriefing = element("div", {});
  state.plan = state.plan.filter(isPlan);
  state.run ??= 0;
  let asked = null;

  const frames = (plan) => framesOfRun({ ...play, state: { ...play.state, seed: state.seed } }, planChanges(data, setup, plan), state.run);

  async function draw() {
    const year = state.plan.length, seen = await frames(state.plan), month = MONTHS * year, frame = seen[month];
    const sentence = monthSentence(frame), picture = element("div", {});
    replace(history, picture, element("p", { class: "caption" }, sentence), year ? chronicle(play, seen, month, false) : null);
    replace(picture, livingPicture(frame, play.partyNames(setup), sentence, widthOf(history)));
    if (year >= YEARS) return debrief(seen);
    replace(debriefing);
    grid.className = "two";
    replace(place, coins(year));
  }

  function coins(year) {
    const given = coinsOf(state.plan, year - 1), left = element("p", { class: "answer", role: "status" }), total = () => given.reduce((all, one) => all + one, 0);
    const rows = told.things.map((thing, at) => {
      const id = `coins-${at}`, output = element("output", { for: id }, given[at]);
      const field = element("input", { type: "range", id, min: 0, max: COINS, step: 1, value: given[at], oninput: () => {
        given[at] = Math.min(Number(field.value), COINS - (total() - given[at]));
        field.value = given[at];
        output.textContent = given[at];
        left.textContent = say(told.coins, { year: year + 1, left: COINS - total() });
      } });
      return element("p", { class: "coin" }, element("label", { for: id }, thing), field, output);
    });
    left.textContent = say(told.coins, { year: year + 1, left: COINS - total() });
    const spend = element("button", { type: "button", class: "wide", onclick: () => { state.plan.push(given.join("")); app.keep(true); draw().catch(app.failed); } }, told.next);
    return [left, rows, spend];
  }

  const ended = (outcomes) => say(outcomes.agreed ? told.ending.agreed : told.ending.none, { month: fixed(outcomes.months_to_substantive, 0), under: fixed(outcomes.months_under_accord, 0) });

  async function debrief(seen) {
    const { engine, world } = await app.living(2), seed = runSeed(state.seed, state.run), last = (plan) => {
      const { outcomes } = engine.runs({ writes: world.writes(planChanges(data, setup, plan)), seeds: [seed] });
      return Object.fromEntries(app.description(2).outcomes.map((outcome, at) => [outcome.name, outcomes[at]]));
    };
    const mine = last(state.plan), rows = [];
    const others = [...state.plan.map((year, at) => [say(told.without, { year: at + 1 }), year === "00000" ? null : without(state.plan, at)]), [told.noCoins, Array(YEARS).fill("00000")]];
    for (const [name, plan] of others.filter(([, plan]) => plan)) {
      const month = partAt(seen, await frames(plan));
      rows.push([name, month < 0 ? told.never : say(told.differs, { month, ending: ended(last(plan)) })]);
    }
    const many = element("div", {}), button = element("button", { type: "button", class: "wide", onclick: () => onOtherDice(many) }, told.see);
    replace(place);
    grid.className = "";
    replace(debriefing, element("h3", {}, told.done), element("p", { class: "answer" }, say(told.yourEnding, { ending: ended(mine) })),
      element("p", {}, say(told.score, { attacks: fixed(mine.attacks, 0), violence: fixed(mine.violence_total, 1) })),
      table(told.head, state.plan.map((year, at) => [String(at + 1), ...year]), told.yours),
      table(told.headTurned, rows, told.turned),
      element("h3", {}, told.many), button, many,
      element("div", { class: "buttons" }, element("button", { type: "button", onclick: () => anew(1) }, told.again), element("button", { type: "button", onclick: () => anew(0) }, told.same)));
    app.announce(told.done);
  }

  function anew(by) {
    state.plan = [];
    state.run = (state.run + by) % 1000;
    app.keep(true);
    draw().catch(app.failed);
  }

  function onOtherDice(many) {
    replace(many, element("p", { class: "status" }, told.running));
    const spread = evenly(state.plan), even = changesOf(data, setup, undefined, bought(spread));
    asked = app.ask(2, { arms: [planChanges(data, setup, Array(YEARS).fill("00000")), planChanges(data, setup, state.plan), even], runs: 200, seed: state.seed + 1000 });
    asked.finished.then((answer) => {
      if (answer.cancelled) return;
      const [none, plan, spreadRuns] = answer.arms, outcome = [app.outcome(2, "agreed")], names = { a: told.none, b: told.plan };
      const [effect] = effectsOf(none, plan, answer.done, outcome), [against] = effectsOf(spreadRuns, plan, answer.done, outcome), made = boxesFigure(none, plan, answer.done, names, widthOf(many));
      const sentence = capitalised(effectSentence(effect, { what: words.outcomes.agreed.does, ...names })), other = capitalised(effectSentence(against, { what: words.outcomes.agreed.does, a: told.evenly.toLowerCase(), b: told.plan }));
      replace(many, element("p", { class: "answer" }, say(told.manyTold, { count: answer.done, plan: made.boxes.both + made.boxes.onlyB, none: made.boxes.both + made.boxes.onlyA }), " ", sentence, " ", other), made.figure);
      app.announce(sentence);
    }).catch((problem) => app.failed(problem));
  }

  app.whenShown(() => draw().catch(app.failed));
  app.whenLeft(() => asked?.cancel());
  return element("section", { class: "steer" }, element("h2", {}, told.title), element("p", {}, told.lead), pictureKey(), grid, debriefing);
}
