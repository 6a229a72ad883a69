// "Your conflict": the codes as questions; what the model makes of them, and which answers that hangs on.

import { bars } from "./charts.js";
import { element, replace, say, widthOf } from "./dom.js";
import { changesOf, codeNames, leversOf, setupOf } from "./levers.js";
import { fixed, signedText } from "./numbers.js";
import { capitalised, effectSentence, effectsOf, interval, listed } from "./sentences.js";
import { excludesZero } from "./statistics.js";
import { boxesFigure } from "./what_if.js";
import { words } from "./words.js";

const RUNS = 200, RUNS_OF_ANSWERS = 100, MOST_SHOWN = 8;
const NO_TALKS = { "track_two.budget": 0 }, UNMEASURED = { setting: "track_two.transfer", low: 0.05, high: 0.6 };

export function yourConflict(app) {
  const { state, data } = app, told = words.conflict, form = element("div", { class: "questions" });
  const result = element("div", { class: "result" }), status = element("p", { class: "status", role: "status" });
  let asked = null;

  function drawForm() {
    const parties = element("select", { id: "parties", onchange: () => take({ ...state.setup.codes, parties: Number(parties.value) }) },
      Object.keys(data.mapping).map((count) => element("option", { value: count, selected: Number(count) === state.setup.parties }, count)));
    const names = state.setup.names.map((name, at) => {
      const id = `party-${at}`, field = element("input", { type: "text", id, maxlength: 40, value: name, autocomplete: "off", onchange: () => { state.setup.names[at] = field.value.trim(); app.keep(true); } });
      return element("p", { class: "field" }, element("label", { for: id }, say(told.name, { number: at + 1 })), field);
    });
    replace(form, element("p", { class: "field" }, element("label", { for: "parties" }, told.parties), parties, element("span", { class: "note" }, told.most)), names, codeNames(data).map(question));
  }

  function question(name) {
    const code = data.codes[name], id = `code-${name}`, meant = { 0: code.none, 2: code.middling, 4: code.full };
    const field = element("select", { id, onchange: () => { state.setup.codes[name] = field.value === "" ? null : Number(field.value); moved(); } },
      element("option", { value: "", selected: state.setup.codes[name] === null }, told.unknown),
      [0, 1, 2, 3, 4].map((value) => element("option", { value, selected: state.setup.codes[name] === value }, meant[value] ? `${value} – ${meant[value]}` : value)));
    return element("p", { class: "field" }, element("label", { for: id }, told.questions[name] ?? name), field);
  }

  // The answers are what the levers of "What if" start from; B goes without dialogue.
  function moved() {
    state.a = leversOf(state.setup);
    state.b = state.a.map((notch, at) => (words.leverOrder[at] === "track2" ? 0 : notch));
    state.run = null;
    app.keep(true);
  }

  function take(codes, names = state.setup.names) {
    state.setup = setupOf(data, codes, names);
    moved();
    drawForm();
  }

  function see() {
    asked?.cancel();
    const { setup } = state, here = changesOf(data, setup);
    status.textContent = told.running;
    asked = app.ask(setup.parties, { arms: [changesOf(data, setup, undefined, NO_TALKS), here], runs: RUNS, seed: state.seed });
    asked.finished.then((answer) => {
      if (answer.cancelled) return;
      const [without, having] = answer.arms, names = { a: told.without, b: told.with }, [effect] = effectsOf(without, having, answer.done, [app.outcome(setup.parties, "agreed")]);
      const made = boxesFigure(without, having, answer.done, names, widthOf(result)), { boxes } = made;
      const sentence = say(told.result, { count: answer.done, signed: boxes.both + boxes.onlyB, without: boxes.both + boxes.onlyA });
      const missing = codeNames(data).filter((name) => setup.codes[name] === null).map((name) => told.questions[name]);
      const hangs = element("div", {});
      replace(result, element("p", { class: "answer" }, sentence, " ", capitalised(effectSentence(effect, { what: words.outcomes.agreed.does, ...names }))),
        element("p", { class: "note" }, missing.length ? say(told.missing, { names: missing.join(" ") }) : told.allGiven), made.figure, hangs,
        element("div", { class: "buttons" }, element("button", { type: "button", onclick: () => app.go("what-if") }, told.toWhatIf), element("button", { type: "button", onclick: () => app.go("watch") }, told.toWatch)));
      app.announce(sentence);
      whatItHangsOn(setup, hangs);
    }).catch((problem) => app.failed(problem));
  }

  // Every answer at 0 and at 4, all else as it stands; and the number that nobody measured at either end of what is plausible.
  function whatItHangsOn(setup, place) {
    const names = codeNames(data), ends = [0, 4].map((end) => names.map((name) => changesOf(data, { ...setup, codes: { ...setup.codes, [name]: end } })));
    const reach = [UNMEASURED.low, UNMEASURED.high].map((value) => changesOf(data, setup, undefined, { [UNMEASURED.setting]: value }));
    const arms = [...ends[0], reach[0], ...ends[1], reach[1]], half = arms.length / 2;
    asked = app.ask(setup.parties, { arms, runs: RUNS_OF_ANSWERS, seed: state.seed, onProgress: (answer) => (status.textContent = say(words.tour.soFar, { done: answer.done, runs: answer.runs })) });
    asked.finished.then((answer) => {
      if (answer.cancelled) return;
      const outcome = app.outcome(setup.parties, "agreed"), labels = [...names.map((name) => told.short[name]), told.reach];
      const rows = labels.map((label, at) => {
        const [effect] = effectsOf(answer.arms[at], answer.arms[at + half], answer.done, [outcome]);
        const corrected = effect.p * labels.length; // Bonferroni: as many comparisons as there are answers
        return { label: capitalised(label), word: label, estimate: 100 * effect.estimate, low: 100 * effect.low, high: 100 * effect.high, clear: excludesZero(effect.low, effect.high) && corrected < 0.05, told: `${signedText(100 * effect.estimate, 1)} (${interval(effect)})` };
      }).sort((one, other) => Math.abs(other.estimate) - Math.abs(one.estimate));
      const most = rows.filter((row) => row.clear).slice(0, 3).map((row) => row.word.replace(" *", ""));
      const sentence = most.length ? say(told.most3, { names: listed(most) }) : told.noClear;
      status.textContent = say(words.tour.done, { runs: fixed(answer.done * arms.length, 0) });
      replace(place, element("h3", {}, told.hangs), element("p", { class: "answer" }, sentence), element("p", {}, told.hangsLead),
        bars(rows.filter((row, at) => at < MOST_SHOWN || row.word === told.reach), { width: widthOf(place), axis: told.axis, title: told.hangs, told: sentence, tableName: words.numbers.table, head: told.head }),
        element("p", { class: "note" }, told.reachNote));
      app.announce(sentence);
    }).catch((problem) => app.failed(problem));
  }

  drawForm();
  app.whenLeft(() => asked?.cancel());
  return element("section", { class: "conflict" }, element("h2", {}, told.title), element("p", {}, told.lead), form,
    element("div", { class: "buttons" }, element("button", { type: "button", class: "wide", onclick: see }, told.see), element("button", { type: "button", onclick: () => take(data.cases.tour.codes, words.cases.names) }, told.example),
      element("button", { type: "button", onclick: () => take({ parties: state.setup.parties }, []) }, told.empty)), status, result);
}
