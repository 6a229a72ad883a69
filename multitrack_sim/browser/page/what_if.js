// "What if": two arms on the same dice, ten levers each. Dots grow while runs come in; every change starts anew at once.

import { fourBoxes } from "./charts.js";
import { element, replace, say, table, widthOf } from "./dom.js";
import { LEVERS, changedLevers, changesOf, leversOf, toSpoken, fromSpoken } from "./levers.js";
import { fixed } from "./numbers.js";
import { capitalised, effectSentence, effectsOf, numbersOf } from "./sentences.js";
import { words } from "./words.js";

const FIRST = 20, SLOW = 4000, FEW = 60; // runs shown first; milliseconds for them on a device that is too slow; what it gets
export const LOOKED_AT = ["agreed", "durable", "collapses", "attacks", "violence_total", "months_to_substantive", "mean_trust", "options_known"];
const DECIDED = "agreed";

// Both, only A, only B, neither: the pairs as the boxes count them.
export function boxesOf(a, b, count, name = DECIDED) {
  const one = a.column(name), two = b.column(name), boxes = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  for (let run = 0; run < count; run++) boxes[one[run] ? (two[run] ? "both" : "onlyA") : two[run] ? "onlyB" : "neither"] += 1;
  return boxes;
}

export function boxLabels(a, b) {
  return Object.fromEntries(Object.entries(words.boxes.labels).map(([key, label]) => [key, say(label, { a, b })]));
}

// The picture of the pairs, with the sentence that it shows.
export function boxesFigure(a, b, count, names, width) {
  const boxes = boxesOf(a, b, count), told = say(words.boxes.told, { ...boxes, count: fixed(count, 0), ...names });
  return { boxes, told, figure: fourBoxes(boxes, boxLabels(names.a, names.b), { width, title: words.boxes.title, told, head: words.boxes.head, tableName: words.numbers.table }) };
}

// Runs in which the arms came out differently.
export function decidingRuns(a, b, count) {
  const one = a.column(DECIDED), two = b.column(DECIDED);
  return Array.from({ length: count }, (_, run) => run).filter((run) => one[run] !== two[run]);
}

export function whatIf(app) {
  const { state, data } = app, told = words.whatIf, names = { a: told.a, b: told.b };
  const result = element("div", { class: "result" }), status = element("p", { class: "status", role: "status" });
  const levers = element("div", { class: "levers" }), spoken = element("output", { class: "spoken" });
  const briefly = element("p", { class: "briefly", "aria-hidden": "true" }, told.running);
  let asked = null, latest = null;

  function changed(moved) {
    app.keep(moved);
    drawLevers();
    run();
  }

  function drawLevers() {
    const open = new Set([...levers.querySelectorAll("details[open]")].map((one) => one.dataset.group));
    const focused = document.activeElement?.id;
    const groups = [...new Set(LEVERS.map((lever) => lever.group))];
    replace(levers, groups.map((group) => {
      const rows = LEVERS.map((lever, at) => (lever.group === group ? leverRow(lever, at) : null));
      const differs = LEVERS.some((lever, at) => lever.group === group && state.a[at] !== state.b[at]);
      return element("details", { open: levers.childElementCount ? open.has(group) : group === "talks" || differs, "data-group": group },
        element("summary", {}, words.groups[group], differs && element("span", { class: "glow" }, told.differs)), rows);
    }));
    if (focused) document.getElementById(focused)?.focus();
    spoken.textContent = state.seed >= 1 && state.seed <= 11 ? toSpoken(state.a, state.b, state.seed) : told.noCode;
  }

  function leverRow(lever, at) {
    const word = words.levers[lever.key], differs = state.a[at] !== state.b[at];
    const range = (arm) => {
      const id = `lever-${lever.key}-${arm}`, notch = element("output", { for: id }, word.notches[state[arm][at]]);
      const input = element("input", { type: "range", id, min: 0, max: 4, step: 1, value: state[arm][at], class: `arm-${arm}`,
        "aria-label": `${names[arm]}: ${word.name}`, "aria-valuetext": word.notches[state[arm][at]],
        oninput: (event) => { notch.textContent = word.notches[event.target.value]; event.target.setAttribute("aria-valuetext", word.notches[event.target.value]); },
        onchange: (event) => { state[arm] = state[arm].with ? state[arm].with(at, Number(event.target.value)) : state[arm].map((old, k) => (k === at ? Number(event.target.value) : old)); changed(true); } });
      return element("div", { class: "notched" }, element("span", { class: `tag arm-${arm}` }, names[arm]), input, notch);
    };
    return element("div", { class: differs ? "lever differs" : "lever" }, element("p", { class: "lever-name" }, word.name), range("a"), range("b"));
  }

  function run() {
    asked?.cancel();
    const arms = [state.a, state.b].map((notches) => changesOf(data, state.setup, notches)), started = performance.now();
    let shownRuns = 0;
    status.textContent = told.running;
    asked = app.ask(state.setup.parties, { arms, runs: state.runs, seed: state.seed, onProgress: (answer) => {
      const due = shownRuns === 0 ? Math.min(FIRST, state.runs) : Math.min(state.runs, shownRuns + (shownRuns < 200 ? 60 : 200));
      if (answer.done < due) return;
      shownRuns = answer.done;
      show(answer, false);
      if (performance.now() - started > SLOW && answer.done < FEW && state.runs > FEW) {
        state.runs = FEW;
        app.announce(say(told.slow, { runs: FEW }));
        run();
      }
    } });
    asked.finished.then((answer) => !answer.cancelled && show(answer, true), (problem) => app.failed(problem));
  }

  function show(answer, finished) {
    const [a, b] = answer.arms, count = answer.done, width = widthOf(result);
    latest = answer;
    briefly.textContent = say(words.boxes.briefly, boxesOf(a, b, count));
    const boxes = boxesFigure(a, b, count, names, width), outcomes = LOOKED_AT.map((name) => app.outcome(state.setup.parties, name));
    const effects = effectsOf(a, b, count, outcomes), [agreed] = effects;
    const sentence = effectSentence(agreed, { what: words.outcomes.agreed.does, ...names });
    const moved = changedLevers(state.a, state.b), empty = !boxes.boxes.both && !boxes.boxes.onlyA && !boxes.boxes.onlyB;
    const deciding = decidingRuns(a, b, count);
    status.textContent = finished ? say(told.done, { count: fixed(count, 0), runs: fixed(2 * count, 0) }) : say(told.soFar, { count, runs: state.runs });
    replace(result,
      element("p", { class: "answer" }, `${boxes.told} ${capitalised(sentence)}`),
      moved.length ? null : element("p", { class: "note" }, told.same),
      empty && element("p", { class: "note" }, told.empty),
      boxes.figure,
      element("div", { class: "buttons" },
        finished && state.runs < 1000 && element("button", { type: "button", class: "wide", onclick: () => { state.runs = 1000; changed(false); } }, told.thousand),
        finished && element("button", { type: "button", disabled: !deciding.length, onclick: () => decided(deciding) }, deciding.length ? told.decided : told.noneDecided)),
      finished && otherOutcomes(effects, width));
    if (finished) app.announce(`${boxes.told} ${sentence}`);
  }

  function otherOutcomes(effects, width) {
    const head = [told.table.outcome, names.a, names.b, told.table.difference, told.table.clear];
    const row = (effect) => {
      const numbers = numbersOf(effect), mark = effect.share ? "%" : "";
      return [words.outcomes[effect.outcome.name].label, numbers.one + mark, numbers.other + mark, Number.isFinite(effect.low) ? `${numbers.signed} (${say(words.numbers.ends, numbers)})` : numbers.signed, words.verdicts[effect.verdict]];
    };
    return element("section", {}, element("h3", {}, told.table.title), table(head, effects.map(row), told.table.caption),
      element("p", { class: "note" }, told.table.note));
  }

  function decided(deciding) {
    const place = deciding.indexOf(state.run);
    state.run = deciding[(place + 1) % deciding.length];
    state.beside = true;
    app.go("watch");
  }

  function swap(next) {
    Object.assign(state, next);
    changed(true);
  }

  const typed = element("input", { type: "text", maxlength: 16, autocomplete: "off", autocapitalize: "characters", id: "typed-code" });
  const open = () => {
    const set = fromSpoken(typed.value);
    if (!set) return app.announce(told.wrongCode);
    app.takeCase(data.cases.tour);
    swap(set);
  };
  const seed = element("input", { type: "number", id: "seed", min: 1, max: 11, value: state.seed, onchange: (event) => {
    state.seed = Math.min(11, Math.max(1, Math.round(Number(event.target.value)) || 1));
    event.target.value = state.seed;
    changed(true);
  } });
  drawLevers();
  app.whenShown(run);
  app.whenLeft(() => asked?.cancel());
  const tools = element("div", { class: "buttons" },
    element("button", { type: "button", onclick: () => swap({ b: [...state.a] }) }, told.copy),
    element("button", { type: "button", onclick: () => swap({ a: [...state.b], b: [...state.a] }) }, told.exchange),
    element("button", { type: "button", onclick: () => history.back() }, told.undo),
    element("button", { type: "button", onclick: () => swap({ a: leversOf(state.setup), b: leversOf(state.setup) }) }, told.reset),
    element("button", { type: "button", onclick: () => latest && app.download(names, latest) }, told.csv));
  const code = element("details", { class: "share" }, element("summary", {}, told.share),
    element("p", {}, element("label", { for: "seed" }, told.seed), " ", seed),
    element("p", {}, told.spoken, " ", spoken), element("p", {}, element("label", { for: "typed-code" }, told.typed), " ", typed, " ", element("button", { type: "button", onclick: open }, told.open)));
  return element("section", { class: "what-if" }, element("h2", {}, told.title), element("p", {}, say(told.lead, { case: app.caseName() })),
    element("div", { class: "two" }, element("div", { class: "panel" }, levers, tools, code, briefly), element("div", {}, status, result)));
}

