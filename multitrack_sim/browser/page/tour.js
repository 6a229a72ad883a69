// The guided tour: nine screens, each a question, a guess, and what live runs say. What is said follows from the runs.

import { element, replace, say, widthOf } from "./dom.js";
import { changesOf, setupOf } from "./levers.js";
import { fixed } from "./numbers.js";
import { SHOWN } from "./tour_screens.js";
import { capitalised, listed } from "./sentences.js";
import { words } from "./words.js";

export const SCREENS = ["chance", "fair", "few", "channel", "doors", "factions", "harm", "unmeasured", "yours"];
const NO_TALKS = { "track_two.budget": 0 };
const SERIES = new Set(["factions"]);
const RUNS = { chance: 20 };

// The arms of every screen, as changes of the two invented cases. Nothing here says what comes out.
export function armsOf(data, id) {
  const of = (name, codes = {}) => (settings) => changesOf(data, setupOf(data, { ...data.cases[name].codes, ...codes }), undefined, settings);
  const tour = of("tour"), loud = of("loud");
  return {
    chance: () => [tour({})],
    fair: () => [tour(NO_TALKS), tour({})],
    few: () => [tour(NO_TALKS), tour({})],
    channel: () => [tour({}), tour(NO_TALKS), tour({ "cbm.budget": 0 }), tour({ "track_two.invention": 0 }), tour({ "track_two.insight": 0.5 })],
    doors: () => [tour({ "track_two.confidentiality": 0 }), tour({ "track_two.confidentiality": 1 })],
    factions: () => [of("tour", { spoilers: 0 })({}), of("tour", { spoilers: 4 })({}), of("tour", { spoilers: 4 })(NO_TALKS), of("tour", { spoilers: 4 })({ "cbm.budget": 0 })],
    harm: () => [tour(NO_TALKS), tour({ "track_two.access": 0 }), tour({ "track_two.access": 0, "track_two.publicity": 0 }), loud(NO_TALKS), loud({})],
    unmeasured: () => [0.05, 0.25, 1].flatMap((transfer) => [tour({ ...NO_TALKS, "track_two.transfer": transfer }), tour({ "track_two.transfer": transfer })]),
  }[id]();
}

// Where 20 pairs were put, as a sentence says it. A link holds them in this order; the page shows them as the four boxes lie.
const IN_LINK = ["both", "onlyB", "onlyA", "neither"], AS_SHOWN = ["both", "onlyA", "onlyB", "neither"];
export const boxesGuessed = (guess) => say(words.tour.boxes, Object.fromEntries(IN_LINK.map((name, k) => [name, String(guess).split(".")[k] ?? 0])));

export function tour(app) {
  const { state, data } = app, at = state.step - 1, id = SCREENS[at], told = words.tour.screens[id];
  const result = element("div", { class: "result", tabindex: -1 }), status = element("p", { class: "status", role: "status" });
  const keys = Object.keys(told.guesses ?? {});
  const hands = new Map(); // of a whole class, question by question; kept nowhere
  let asked = null;

  const guessed = () => keys.every((key) => state.guesses[key] !== undefined);
  const see = element("button", { type: "button", class: "wide", onclick: () => reveal() }, words.tour.see);
  const skip = element("button", { type: "button", class: "plain", onclick: () => reveal() }, words.tour.skip);

  function guess(key, value) {
    state.guesses[key] = value;
    app.keep(false);
    see.disabled = !guessed();
  }

  function reveal() {
    if (asked) return;
    status.textContent = words.tour.running;
    const started = { runs: RUNS[id] ?? 200, arms: armsOf(data, id) };
    asked = app.ask(2, { ...started, seed: state.seed, series: SERIES.has(id), onProgress: (answer) => (status.textContent = say(words.tour.soFar, { done: answer.done, runs: answer.runs })) });
    asked.finished.then((answer) => {
      if (answer.cancelled) return;
      const shown = SHOWN[id](app, answer, widthOf(result));
      app.found[id] = shown.sentences.slice(0, shown.keep ?? 1).map((line, k) => (k ? capitalised(line) : line)).join(" ");
      status.textContent = say(words.tour.done, { runs: fixed(answer.runs * answer.arms.length, 0) });
      const replies = keys.filter((key) => state.guesses[key] !== undefined).map((key) => reply(key, shown.right?.[key]));
      replies.push(...keys.map(handsTold).filter(Boolean));
      replace(result, replies.map((line) => element("p", { class: "reply" }, line)), element("p", { class: "answer" }, capitalised(shown.sentences[0])),
        shown.sentences.length > 1 && element("ul", { class: "more-found" }, shown.sentences.slice(1).map((line) => element("li", {}, capitalised(line)))), shown.figures, shown.more,
        element("aside", {}, element("p", {}, told.because), element("p", {}, element("b", {}, words.tour.lesson), " ", told.lesson)));
      see.hidden = skip.hidden = true;
      status.scrollIntoView({ block: "start" });
      app.announce(shown.sentences.join(" "));
    }).catch((problem) => app.failed(problem));
  }

  // "You guessed ...": what the runs bear out, the other way round, or leave open.
  function reply(key, right) {
    const { options, legend } = told.guesses[key], mine = options ? options[state.guesses[key]] : boxesGuessed(state.guesses[key]);
    const values = { asked: legend, guess: mine ?? "", answer: right === undefined || right === null ? "" : options?.[right] ?? right };
    if (right === undefined || right === null) return say(words.tour.reply.open, values);
    if (!options) return say(words.tour.reply.counted, values);
    return say(String(right) === state.guesses[key] ? words.tour.reply.same : words.tour.reply.other, values);
  }

  function fieldset(key) {
    const { legend, options, dots } = told.guesses[key];
    if (dots) return dotsGuess(key, legend, dots);
    return element("fieldset", {}, element("legend", {}, legend), Object.entries(options).map(([value, word]) => {
      const input = element("input", { type: "radio", name: key, id: `${key}-${value}`, checked: state.guesses[key] === value, onchange: () => guess(key, value) });
      return element("label", { class: "choice", for: `${key}-${value}` }, input, " ", word);
    }), showOfHands(key, options));
  }

  // For a lesson with one screen: how many hands went up for each answer.
  function showOfHands(key, options) {
    const fields = Object.entries(options).map(([value, word]) => element("label", { class: "hands" }, word, element("input", { type: "number", min: 0, max: 999, "aria-label": say(words.tour.handsFor, { guess: word }), oninput: (event) => {
      hands.set(key, { ...hands.get(key), [value]: Math.max(0, Math.round(Number(event.target.value)) || 0) });
      see.disabled = false;
    } })));
    return element("details", { class: "hint" }, element("summary", {}, words.tour.hands), fields);
  }

  // What the class said, beside the answer.
  function handsTold(key) {
    const { options } = told.guesses[key], counts = Object.entries(hands.get(key) ?? {}).map(([value, count]) => say(words.tour.handsOne, { guess: options[value], count }));
    return counts.length ? say(words.tour.handsTold, { counts: listed(counts) }) : null;
  }

  // Twenty dots tapped into four boxes.
  function dotsGuess(key, legend, dots) {
    const counts = (state.guesses[key] ?? "0.0.0.0").split(".").map(Number);
    const left = element("output", {}), outputs = IN_LINK.map(() => element("output", {}));
    const draw = () => {
      const used = counts.reduce((all, one) => all + one, 0);
      left.textContent = say(words.tour.left, { left: dots - used });
      outputs.forEach((output, k) => (output.textContent = counts[k]));
      if (used === dots) guess(key, counts.join("."));
      else { delete state.guesses[key]; see.disabled = true; }
    };
    const change = (k, by) => () => {
      if (counts[k] + by < 0 || counts.reduce((all, one) => all + one, 0) + by > dots) return;
      counts[k] += by;
      draw();
    };
    const made = element("fieldset", {}, element("legend", {}, legend), left, AS_SHOWN.map((name) => [name, IN_LINK.indexOf(name)]).map(([name, k]) => element("p", { class: "stepper" }, element("span", {}, words.tour.boxNames[name]),
      element("button", { type: "button", onclick: change(k, -1), "aria-label": say(words.tour.less, { name: words.tour.boxNames[name] }) }, "\u2212"), outputs[k],
      element("button", { type: "button", onclick: change(k, 1), "aria-label": say(words.tour.more, { name: words.tour.boxNames[name] }) }, "+"), element("button", { type: "button", onclick: change(k, 5), "aria-label": say(words.tour.fiveMore, { name: words.tour.boxNames[name] }) }, "+5"))));
    setTimeout(draw);
    return made;
  }

  see.disabled = !guessed();
  const bar = element("nav", { class: "steps", "aria-label": words.tour.progress }, SCREENS.map((name, k) => element("button", { type: "button", class: k === at ? "here" : "", "aria-current": k === at ? "step" : null,
    "aria-label": say(words.tour.stepName, { at: k + 1, title: words.tour.screens[name].title }), onclick: () => app.go("tour", k + 1) }, k + 1)));
  const move = element("div", { class: "buttons" }, at > 0 && element("button", { type: "button", onclick: () => app.go("tour", at) }, words.tour.before),
    at < SCREENS.length - 1 && element("button", { type: "button", class: "wide", onclick: () => app.go("tour", at + 2) }, words.tour.next));
  app.whenLeft(() => asked?.cancel());
  const asking = id === "yours" ? yours(app) : [keys.map(fieldset), element("div", { class: "buttons" }, see, skip)];
  return element("section", { class: "tour" }, bar, element("h2", {}, `${at + 1}. ${told.title}`), [told.lead].flat().map((line) => element("p", {}, line)),
    at === 0 ? element("p", { class: "note" }, words.tour.invented) : null, asking, status, result, move);
}

// The last screen: what was guessed and found, and three sentences to finish. It prints.
function yours(app) {
  const told = words.tour.yours, rows = SCREENS.slice(0, -1).map((id) => {
    const { guesses = {} } = words.tour.screens[id];
    const mine = Object.entries(guesses).filter(([key]) => app.state.guesses[key] !== undefined).map(([key, { options }]) => (options ? options[app.state.guesses[key]] : boxesGuessed(app.state.guesses[key]))).filter(Boolean).join("; ");
    return element("li", {}, element("b", {}, words.tour.screens[id].title), element("br"), mine ? ` ${say(told.guessed, { mine })}` : "", app.found[id] ? ` ${say(told.runs, { found: app.found[id] })}` : ` ${told.unseen}`);
  });
  const everyDoubt = app.data.headline && element("aside", { class: "every-doubt" }, element("p", {}, element("b", {}, told.everyDoubt)), app.data.headline.map((line) => element("p", {}, line)));
  return [element("ol", { class: "found" }, rows), everyDoubt, told.sentences.map((begin, at) => element("p", {}, element("label", { for: `mine-${at}` }, begin), element("textarea", { id: `mine-${at}`, rows: 2 }))),
    element("p", { class: "note" }, told.kept), element("div", { class: "buttons" }, element("button", { type: "button", onclick: () => print() }, told.print), element("button", { type: "button", onclick: () => app.go("what-if") }, told.whatIf), element("button", { type: "button", onclick: () => app.go("your-conflict") }, told.conflict))];
}
