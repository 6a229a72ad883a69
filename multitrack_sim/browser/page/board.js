// Teacher's board: the links of a class, run here anew and shown together. Equal set-ups on different dice are added up.

import { bars } from "./charts.js";
import { element, replace, say, table, widthOf } from "./dom.js";
import { changesOf } from "./levers.js";
import { fixed, signedText } from "./numbers.js";
import { interval, listed } from "./sentences.js";
import { pairedShare } from "./statistics.js";
import { boxesOf } from "./what_if.js";
import { boxesGuessed } from "./tour.js";
import { changedWords } from "./watch.js";
import { words } from "./words.js";

const MOST_LINKS = 60;

export function board(app) {
  const told = words.board, field = element("textarea", { id: "links", rows: 6, spellcheck: "false" }), status = element("p", { class: "status", role: "status" }), result = element("div", { class: "result" });
  let asked = null, stopped = false;

  async function see() {
    const lines = field.value.split(/\s*\n\s*/).filter(Boolean).slice(0, MOST_LINKS), links = lines.map((line) => line.slice(line.indexOf("#"))).filter((line) => /^#[a-z-]+/.test(line));
    if (!links.length) return (status.textContent = told.none);
    const states = links.map((link) => app.stateOf(link)), together = new Map();
    stopped = false;
    for (const [at, state] of states.entries()) {
      const arms = [state.a, state.b].map((levers) => changesOf(app.data, state.setup, levers));
      asked = app.ask(state.setup.parties, { arms, runs: state.runs, seed: state.seed });
      const answer = await asked.finished;
      if (answer.cancelled || stopped) return undefined;
      const boxes = boxesOf(answer.arms[0], answer.arms[1], answer.done), key = JSON.stringify([state.setup.codes, state.setup.parties, state.a, state.b]);
      const group = together.get(key) ?? { state, boxes: {}, pairs: 0, seeds: new Set(), numbers: [] };
      group.numbers.push(at + 1);
      if (!group.seeds.has(state.seed)) { // the same dice twice are the same runs
        group.seeds.add(state.seed);
        group.pairs += answer.done;
        for (const [name, count] of Object.entries(boxes)) group.boxes[name] = (group.boxes[name] ?? 0) + count;
      }
      together.set(key, group);
      status.textContent = say(told.running, { done: at + 1, all: links.length });
    }
    show([...together.values()], states, lines.length - links.length);
  }

  function show(groups, states, skipped) {
    const rows = groups.map((group) => {
      const effect = { ...pairedShare(group.boxes.onlyB, group.boxes.onlyA, group.pairs), share: true, pairs: group.pairs, more: group.boxes.onlyB, less: group.boxes.onlyA };
      const seeds = say(told.seeds, { seeds: [...group.seeds].join(", ") });
      return { label: `${group.numbers.join(", ")} (${seeds})`, changed: named(group.state, changedWords(group.state) || told.same), group, effect, told: `${signedText(100 * effect.estimate, 1)} (${interval(effect)})` };
    });
    const cells = rows.map((row) => [row.label, row.changed, fixed(row.group.pairs, 0), row.group.boxes.onlyA, row.group.boxes.onlyB, row.told]);
    const drawn = rows.map((row) => ({ label: row.label, estimate: 100 * row.effect.estimate, low: 100 * row.effect.low, high: 100 * row.effect.high, told: row.told, kind: "B" }));
    const guesses = new Map();
    for (const state of states) for (const [key, guess] of Object.entries(state.guesses)) guesses.set(key, [...(guesses.get(key) ?? []), guess]);
    replace(result, skipped ? element("p", { class: "note" }, say(told.skipped, { count: skipped })) : null, table(told.head, cells, told.caption),
      bars(drawn, { width: widthOf(result), axis: told.axis, title: told.figure, told: told.figure, tableName: words.numbers.table, head: told.figureHead }),
      guesses.size ? table(told.guessHead, guessRows(guesses), told.guessesTitle) : null);
  }

  // What differs, with the parties' names where it is a conflict of their own.
  const named = ({ setup }, changed) => (app.isTour(setup) ? changed : say(told.case, { parties: listed(app.partyNames(setup)), changed }));

  // How many guessed what, question by question.
  function guessRows(guesses) {
    return Object.values(words.tour.screens).flatMap((screen) => Object.entries(screen.guesses ?? {})).filter(([key]) => guesses.has(key)).map(([key, { legend, options }]) => {
      const counts = new Map();
      for (const guess of guesses.get(key)) counts.set(guess, (counts.get(guess) ?? 0) + 1);
      return [legend, [...counts].map(([guess, count]) => `${options ? options[guess] ?? guess : boxesGuessed(guess)}: ${count}`).join("; ")];
    });
  }

  app.whenLeft(() => { stopped = true; asked?.cancel(); });
  return element("section", { class: "board" }, element("h2", {}, told.title), element("p", {}, told.lead), element("label", { for: "links" }, told.paste), field,
    element("div", { class: "buttons" }, element("button", { type: "button", class: "wide", onclick: () => see().catch(app.failed) }, told.see)), status, result);
}
