// The classroom: one page, its state in the address, one pool of workers for each number of parties.

import { startEngine } from "./engine.js";
import { unpack } from "./packing.js";
import { openPool } from "./pool.js";
import { openWorld } from "./world.js";
import { download, runsCsv } from "./table.js";
import { board } from "./board.js";
import { element, replace, say } from "./dom.js";
import { changesOf, fromLink, leversOf, setupOf, toLink } from "./levers.js";
import { steer } from "./steer.js";
import { tour } from "./tour.js";
import { watch } from "./watch.js";
import { LOOKED_AT, whatIf } from "./what_if.js";
import { words } from "./words.js";
import { yourConflict } from "./your_conflict.js";

const PLACES = { tour, watch, "what-if": whatIf, "your-conflict": yourConflict, steer, board };

function startState(data) {
  const setup = setupOf(data, data.cases.tour.codes, words.cases.names), a = leversOf(setup);
  const b = a.map((notch, at) => (words.leverOrder[at] === "track2" ? 0 : notch));
  return { screen: "tour", step: 1, setup, a, b, seed: 1, runs: 200, run: null, beside: false, plan: [], guesses: {}, otherRules: false };
}

export function startClassroom(data, root) {
  const start = startState(data), screens = Object.keys(PLACES), opened = new Map();
  const main = element("main", { id: "content", tabindex: -1 }), live = element("p", { class: "hidden", role: "status", "aria-live": "polite" }), notice = element("div", { class: "notice" });
  const bytes = unpack(data.engine);
  let leave = [], shown = [], kept = "";

  const app = {
    data, lookedAt: LOOKED_AT, state: fromLink(data, location.hash, start, screens), found: {},
    stateOf: (link) => fromLink(data, link, start, screens),
    description: (parties) => ({ ...data.shared, ...data.worlds[parties] }),
    changes: (levers) => changesOf(data, app.state.setup, levers),
    caseSetup: (name) => setupOf(data, data.cases[name].codes, words.cases.names),
    partyNames: (setup = app.state.setup) => setup.names.map((name, at) => name || say(words.cases.party, { number: at + 1 })),
    // An event's sentence with the parties called as this conflict calls them.
    named: (told, setup = app.state.setup) => setup.names.reduceRight((line, name, at) => (name ? line.replaceAll(`Party ${at + 1}`, () => name) : line), told),
    isTour: (setup) => same(setup, start.setup),
    caseName: () => (app.isTour(app.state.setup) ? words.cases.tour : words.cases.own),
    takeCase(given) {
      app.state.setup = setupOf(data, given.codes, words.cases.names);
    },
    outcome: (parties, name) => app.description(parties).outcomes.find((outcome) => outcome.name === name),
    announce: (told) => (live.textContent = told),
    whenShown: (act) => shown.push(act),
    whenLeft: (act) => leave.push(act),
    // Put the state into the address; `step` makes it a step that Back takes back.
    keep(step) {
      const link = toLink(data, app.state);
      try {
        history[step ? "pushState" : "replaceState"](null, "", link);
      } catch { // a page in a frame may not: the link can still be copied
        kept = link;
      }
    },
    go(screen, step = 1) {
      Object.assign(app.state, { screen, step });
      app.keep(true);
      draw(true);
    },
    // A world with an engine on this thread: to watch.
    async living(parties) {
      const place = await open(parties);
      place.engine ??= startEngine({ bytes: await bytes, calls: data.calls, plan: place.world.plan, template: place.world.template });
      return { engine: await place.engine, world: place.world };
    },
    // Many runs in the pool; can be cancelled before the pool is even there.
    ask(parties, asked) {
      let real = null, cancelled = false;
      const finished = open(parties).then(pooled).then((pool) => {
        if (cancelled) return { cancelled: true, done: 0, arms: [] };
        real = pool.ask(asked);
        return real.finished;
      });
      return { finished, cancel: () => { cancelled = true; real?.cancel(); } };
    },
    failed(problem) {
      replace(notice, element("p", { class: "problem", role: "alert" }, say(words.failed, { problem: String(problem?.message ?? problem) })));
      console.error(problem);
    },
    async download(names, answer) {
      const { world } = await open(app.state.setup.parties);
      download("runs.csv", runsCsv(world, answer.arms.map((runs, at) => ({ name: Object.values(names)[at], runs }))), "text/csv");
    },
  };

  function open(parties) {
    if (!opened.has(parties)) opened.set(parties, openWorld(app.description(parties)).then((world) => ({ world })));
    return opened.get(parties);
  }

  // One pool at a time: another number of parties closes the one before.
  async function pooled(place) {
    for (const other of await Promise.all(opened.values())) {
      if (other !== place && other.pool) {
        (await other.pool).close();
        other.pool = null;
      }
    }
    place.pool ??= openPool({ engine: await bytes, calls: data.calls, world: place.world, worker: data.worker });
    const pool = await place.pool;
    if (pool.kind === "slices") replace(notice, element("p", {}, words.slices));
    return pool;
  }

  function draw(moved) {
    for (const act of leave) act();
    leave = [];
    shown = [];
    const { state } = app;
    replace(notice, state.otherRules ? element("p", { role: "alert" }, words.link.otherRules) : null);
    replace(main, PLACES[state.screen](app));
    document.title = `${words.screens[state.screen]} – ${words.title}`;
    for (const button of root.querySelectorAll("[data-screen]")) {
      if (button.dataset.screen === state.screen) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    replace(linkPlace);
    if (moved) {
      main.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    for (const act of shown) act();
  }

  async function copyLink() {
    const link = toLink(data, app.state), whole = location.href.split("#")[0] + link;
    const field = element("input", { type: "text", readonly: true, value: whole, "aria-label": words.link.byHand, onfocus: () => field.select() });
    const copied = await navigator.clipboard?.writeText(whole).then(() => true, () => false);
    replace(linkPlace, element("p", {}, copied ? words.link.copied : words.link.byHand, " ", words.link.explained), field);
  }

  const linkPlace = element("div", { class: "link", role: "status" });
  const menu = element("nav", { class: "menu", "aria-label": words.title }, screens.map((screen) => element("button", { type: "button", "data-screen": screen, onclick: () => app.go(screen) }, words.screens[screen])));
  replace(root, element("a", { class: "skip", href: "#content", onclick: (event) => { event.preventDefault(); main.focus(); } }, words.skipLink),
    element("header", {}, element("h1", {}, words.title, " ", element("small", {}, words.subtitle)), menu), notice, main, live,
    element("footer", {}, element("div", { class: "buttons" }, element("button", { type: "button", onclick: copyLink }, words.link.copy), element("button", { type: "button", onclick: () => print() }, words.print)), linkPlace,
      element("p", { class: "caveat" }, words.caveat), element("p", { class: "made" }, data.made.replaceAll("`", ""))));
  const back = () => {
    if (kept) return;
    const mine = fromLink(data, location.hash, start, screens);
    if (toLink(data, mine) === toLink(data, app.state) && mine.screen === app.state.screen) return;
    Object.assign(app.state, mine);
    draw(false);
  };
  addEventListener("popstate", back);
  addEventListener("hashchange", back);
  draw(false);
  return app;
}

const same = (one, other) => JSON.stringify([one.parties, one.codes]) === JSON.stringify([other.parties, other.codes]);
