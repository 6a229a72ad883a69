// What each screen of the tour shows of its runs: pictures, sentences, and which guess they bear out (null: none clearly).

import { bands, bars, dotRows, heap, phases } from "./charts.js";
import { element, replace, say } from "./dom.js";
import { UNKNOWN, fixed, signedText } from "./numbers.js";
import { capitalised, effectSentence, effectsOf, interval, listed } from "./sentences.js";
import { digitsShown, excludesZero, shareInterval } from "./statistics.js";
import { framesOfRun, looks, spansOf } from "./watch.js";
import { changesOf, setupOf } from "./levers.js";
import { boxesFigure } from "./what_if.js";
import { words } from "./words.js";

const CLASSES = 100, HISTORIES = 20, SIGNED_BY = 84, CRACKED_WITHIN = 36, HALF_YEAR = 6;
const told = words.tour.shown;
const table = { tableName: words.numbers.table, captioned: true };

// Of two arms, the effect of the second against the first on each of these outcomes.
const compared = (app, a, b, names) => effectsOf(a, b, Math.min(a.count, b.count), names.map((name) => app.outcome(2, name)));
const total = (runs, name) => runs.column(name).reduce((all, one) => all + one, 0);
const clearlySigned = (effect) => (effect.verdict === "clear" ? Math.sign(effect.estimate) : 0);
const clearSign = (effect) => (excludesZero(effect.low, effect.high) ? Math.sign(effect.estimate) : 0);
const between = (sign, more, nothing, less) => (sign > 0 ? more : sign < 0 ? less : nothing);

// Numbers between 0 and 1 to resample with (mulberry32): the page's own dice, the same for everybody.
function dice(seed) {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

function chance(app, answer, width) {
  const [runs] = answer.arms, signed = total(runs, "agreed"), months = Array.from(runs.column("months_to_substantive")).filter((m) => !Number.isNaN(m)).sort((a, b) => a - b);
  const count = answer.done, first = runs.value("agreed", 0) ? "yes" : "no", place = element("div", {}), shown = [];
  const values = { signed, count, first: fixed(months[0] ?? NaN, 0), last: fixed(months.at(-1) ?? NaN, 0) };
  const sentence = say(signed === 0 ? told.chance.none : signed === 1 ? told.chance.one : signed === count ? told.chance.all : told.chance.some, values);
  const more = element("button", { type: "button", onclick: () => next() }, told.chance.again);
  const setup = setupOf(app.data, app.data.cases.tour.codes);
  async function next() {
    const run = shown.length, frames = await framesOfRun({ ...app, state: { ...app.state, setup } }, changesOf(app.data, setup), run);
    shown.push({ name: say(told.chance.history, { at: run + 1, ending: runs.value("agreed", run) ? told.chance.signed : told.chance.unsigned }), arm: runs.value("agreed", run) ? "A" : "none", spans: spansOf(frames), marks: [] });
    replace(place, phases(shown, looks(), { width, months: frames.length - 1, yearName: words.numbers.years, ...table, title: told.chance.strips, told: told.chance.strips, head: words.watch.stripHead }));
    if (shown.length >= 5) more.remove();
  }
  next().catch(app.failed);
  const dots = dotRows([{ label: say(told.chance.row, { count }), count: signed, of: count, arm: "A" }], { width, ...table, title: told.chance.title, told: sentence, head: told.head });
  return { sentences: [sentence], right: { sign: first }, figures: [dots, place], more: element("div", { class: "buttons" }, more) };
}

// A hundred classes, each with twenty histories with and twenty without: whose difference has the wrong sign?
function fair(app, answer, width) {
  const [without, having] = answer.arms, count = answer.done, draw = dice(app.state.seed), [effect] = compared(app, without, having, ["agreed"]);
  const pick = () => Math.floor(draw() * count), a = without.column("agreed"), b = having.column("agreed"), same = [], fresh = [];
  for (let one = 0; one < CLASSES; one++) {
    let paired = 0, apart = 0;
    for (let history = 0; history < HISTORIES; history++) {
      const pair = pick();
      paired += b[pair] - a[pair];
      apart += b[pick()] - a[pick()];
    }
    same.push(paired);
    fresh.push(apart);
  }
  const sign = clearSign(effect), wrong = (values) => values.filter((value) => sign * value < 0).length;
  const values = { fresh: wrong(fresh), same: wrong(same), classes: CLASSES };
  const sentence = sign ? say(told.fair.told, values) : say(told.fair.unclear, { spreadFresh: spread(fresh), spreadSame: spread(same) });
  const figure = heap([{ label: told.fair.fresh, values: fresh, arm: "B" }, { label: told.fair.same, values: same, arm: "A" }],
    { width, axis: told.fair.axis, title: told.fair.title, told: sentence, ...table, head: told.fair.head, rows: [[told.fair.fresh, sign ? values.fresh : spread(fresh)], [told.fair.same, sign ? values.same : spread(same)]] });
  const right = sign ? (values.fresh < 3 ? "few" : values.fresh < 25 ? "some" : "many") : null;
  return { sentences: [sentence, effectSentence(effect, { what: words.outcomes.agreed.does, a: told.without, b: told.having })], right: { wrong: right }, figures: [figure] };
}

const spread = (values) => `${fixed(Math.min(...values), 0)} … ${fixed(Math.max(...values), 0)}`;

function few(app, answer, width) {
  const [without, having] = answer.arms, made = boxesFigure(without, having, answer.done, { a: told.without, b: told.having }, width), { boxes } = made;
  const [effect] = compared(app, without, having, ["agreed"]), per = (n) => fixed(HISTORIES * n / answer.done, 1);
  const unchanged = say(told.few.unchanged, { same: boxes.both + boxes.neither, count: answer.done, changed: boxes.onlyA + boxes.onlyB });
  return { sentences: [unchanged, made.told, effectSentence(effect, { what: words.outcomes.agreed.does, a: told.without, b: told.having })], figures: [made.figure],
    right: { boxes: say(words.tour.boxes, { both: per(boxes.both), onlyB: per(boxes.onlyB), onlyA: per(boxes.onlyA), neither: per(boxes.neither) }) } };
}

function channel(app, answer, width) {
  const [all, noTalks, noPromises, noIdeas, noWord] = answer.arms, names = ["mean_trust", "options_known"];
  const [talksTrust, talksIdeas] = compared(app, noTalks, all, names), [promisesTrust, promisesIdeas] = compared(app, noPromises, all, names);
  const rows = [[told.channel.talksTrust, talksTrust, "A"], [told.channel.promisesTrust, promisesTrust, "B"], [told.channel.talksIdeas, talksIdeas, "A"], [told.channel.promisesIdeas, promisesIdeas, "B"]];
  const trust = say(told.channel.trust, { talks: signedText(talksTrust.estimate, 2), promises: signedText(promisesTrust.estimate, 2), ideas: signedText(talksIdeas.estimate, 2), ideasPromises: signedText(promisesIdeas.estimate, 2) });
  const [ideas] = compared(app, noIdeas, all, ["agreed"]), [word] = compared(app, noWord, all, ["agreed"]);
  const lost = (effect, without) => effectSentence(effect, { what: words.outcomes.agreed.does, a: without, b: told.channel.withAll });
  const figure = bars(rows.map(([label, effect, kind]) => ({ label, kind, estimate: effect.estimate, low: effect.low, high: effect.high, told: `${signedText(effect.estimate, 3)} (${interval(effect)})` })),
    { width, axis: told.channel.axis, title: told.channel.title, told: trust, ...table, head: told.channel.head });
  const larger = (one, other) => one.estimate - other.estimate > Math.max(one.error, other.error) * 2;
  const trusts = larger(talksTrust, promisesTrust) ? "talks" : larger(promisesTrust, talksTrust) ? "promises" : null;
  const brings = clearSign(ideas) > 0 && ideas.estimate > word.estimate ? "ideas" : clearSign(word) > 0 && word.estimate > ideas.estimate ? "word" : null;
  return { sentences: [trust, lost(ideas, told.channel.noIdeas), lost(word, told.channel.noWord)], right: { trust: trusts, brings }, figures: [figure] };
}

// Of those signed early enough to be seen so long, how many cracked within three years.
function firm(runs) {
  const signed = runs.column("months_to_substantive"), cracked = runs.column("months_to_collapse");
  const early = Array.from(signed, (month, run) => run).filter((run) => signed[run] <= SIGNED_BY);
  return { early: early.length, cracked: early.filter((run) => cracked[run] <= CRACKED_WITHIN).length };
}

function doors(app, answer, width) {
  const [open, closed] = answer.arms, [effect] = compared(app, open, closed, ["agreed"]), rows = [[told.doors.open, open, "A"], [told.doors.closed, closed, "B"]];
  const firmness = rows.map(([, runs]) => firm(runs)), shares = firmness.map((one) => shareInterval(one.cracked, one.early));
  const hundred = (share) => (Number.isNaN(share.estimate) ? UNKNOWN : say(told.doors.share, { share: fixed(100 * share.estimate, 0), low: fixed(100 * share.low, 0), high: fixed(100 * share.high, 0) }));
  const cracks = say(told.doors.cracks, { open: hundred(shares[0]), closed: hundred(shares[1]), openCount: firmness[0].early, closedCount: firmness[1].early });
  const figure = dotRows(rows.map(([label, runs, arm], at) => ({ label, count: total(runs, "agreed"), of: answer.done, arm, cracked: firmness[at].cracked })), { width, title: told.doors.title, told: cracks, ...table, head: told.doors.head });
  const legend = element("p", { class: "note" }, told.doors.legend);
  const apart = shares[0].high < shares[1].low || shares[1].high < shares[0].low, softer = apart ? Math.sign(shares[1].estimate - shares[0].estimate) : 0;
  return { sentences: [effectSentence(effect, { what: words.outcomes.agreed.does, a: told.doors.a, b: told.doors.b }), cracks], keep: 2, figures: [figure, legend],
    right: { more: between(clearSign(effect), "more", null, "fewer"), firmer: between(-softer, "firmer", null, "weaker") } };
}

// Attacks in 100 months of each kind, over all runs.
function attackRates(runs, phaseNames) {
  const kinds = { before: [0, 0], talks: [0, 0], accord: [0, 0] }, of = { fighting: "before", pretalks: "before", talks: "talks", suspended: "talks", signed: "accord", implementation: "accord", durable: "accord" };
  for (let run = 0; run < runs.count; run++) {
    const phase = runs.monthly("phase", run), attacks = runs.monthly("attacks_now", run);
    phase.forEach((code, month) => {
      const kind = kinds[of[phaseNames[code]]];
      if (kind) { kind[0] += attacks[month]; kind[1] += 1; }
    });
  }
  return Object.fromEntries(Object.entries(kinds).map(([kind, [attacks, months]]) => [kind, fixed(months ? 100 * attacks / months : NaN, 1)]));
}

// The mean of a series over all runs, in spans of so many months.
function meanOver(runs, name, span) {
  const total = new Float64Array(Math.ceil(runs.months / span));
  for (let run = 0; run < runs.count; run++) runs.monthly(name, run).forEach((value, month) => (total[Math.floor(month / span)] += value));
  return Array.from(total, (value) => value / runs.count / span);
}

const attacksOver = (runs) => meanOver(runs, "attacks_now", HALF_YEAR).map((attacks) => 100 * attacks); // in 100 months

function factions(app, answer, width) {
  const [none, strong, noTalks, noPromises] = answer.arms, phaseNames = app.description(2).categories.Phase, rates = attackRates(strong, phaseNames);
  const [signs, collapses] = compared(app, none, strong, ["agreed", "collapses"]), [talks, talksAttacks] = compared(app, noTalks, strong, ["agreed", "attacks"]), [, promises] = compared(app, noPromises, strong, ["agreed", "months_under_accord"]);
  const lines = [{ name: told.factions.strong, arm: "A", values: attacksOver(strong) }, { name: told.factions.noTalks, arm: "B", values: attacksOver(noTalks) }];
  const rate = say(told.factions.rates, rates), figure = bands(lines, { width, span: HALF_YEAR, yearName: words.numbers.years, title: told.factions.title, told: rate, ...table });
  const most = ["before", "talks", "accord"].sort((a, b) => Number(rates[b]) - Number(rates[a]))[0];
  const legend = element("p", { class: "note" }, told.factions.legend);
  return { sentences: [rate, effectSentence(signs, { what: words.outcomes.agreed.does, a: told.factions.a, b: told.factions.b }), effectSentence(collapses, { what: words.outcomes.collapses.are, a: told.factions.a, b: told.factions.b }),
    effectSentence(talks, { what: words.outcomes.agreed.does, a: told.factions.without, b: told.factions.having }), effectSentence(talksAttacks, { what: words.outcomes.attacks.are, a: told.factions.without, b: told.factions.having }),
    effectSentence(promises, { what: words.outcomes.months_under_accord.are, a: told.factions.noPromises, b: told.factions.promises })], figures: [figure, legend], right: { when: most } };
}

function harm(app, answer, width) {
  const [noTalks, deaf, unheard, loudNone, loud] = answer.arms;
  const card = (without, having) => compared(app, without, having, ["agreed", "attacks", "months_under_accord"]);
  const cards = { deaf: card(noTalks, deaf), unheard: card(noTalks, unheard), loud: card(loudNone, loud) };
  const judge = ([agreed, attacks, peace]) => {
    if (!(agreed.more + agreed.less + attacks.more + attacks.less + peace.more + peace.less)) return "nothing";
    const good = clearlySigned(agreed) || clearlySigned(peace), bad = clearlySigned(attacks);
    return good > 0 && bad <= 0 ? "helps" : good < 0 || (bad > 0 && good <= 0) ? "harms" : good === 0 && bad === 0 ? "nothing" : null;
  };
  const rows = [["deaf", noTalks, deaf], ["unheard", noTalks, unheard], ["loud", loudNone, loud]];
  const figure = dotRows(rows.flatMap(([key, a, b]) => [{ label: say(told.harm.rowWithout, { card: told.harm[key] }), count: total(a, "agreed"), of: answer.done, arm: "A" }, { label: say(told.harm.rowHaving, { card: told.harm[key] }), count: total(b, "agreed"), of: answer.done, arm: "B" }]), { width, title: told.harm.title, told: told.harm.title, ...table, head: told.head });
  const sentence = ([key, a, b]) => {
    const [agreed, attacks, peace] = cards[key], months = digitsShown(peace.estimate, peace.low, peace.high);
    return say(told.harm.told, { card: told.harm[key], differ: agreed.more + agreed.less, count: answer.done, signedWithout: total(a, "agreed"), signedHaving: total(b, "agreed"), attacksWithout: fixed(total(a, "attacks"), 0), attacksHaving: fixed(total(b, "attacks"), 0), moreAttacks: attacks.more, fewerAttacks: attacks.less, attacksVerdict: told.harm.verdicts[attacks.verdict],
      monthsWithout: fixed(peace.baseline, months), monthsHaving: fixed(peace.arm, months), verdict: told.harm.verdicts[peace.verdict] });
  };
  return { sentences: rows.map(sentence), keep: rows.length, figures: [figure], right: { deaf: judge(cards.deaf), unheard: judge(cards.unheard), loud: judge(cards.loud) } };
}

function unmeasured(app, answer, width) {
  const levels = [0.05, 0.25, 1], effects = levels.map((_, at) => compared(app, answer.arms[2 * at], answer.arms[2 * at + 1], ["agreed"])[0]);
  const label = (at) => say(told.unmeasured.level, { share: fixed(100 * levels[at], 0) });
  const rows = effects.map((effect, at) => ({ label: label(at), estimate: 100 * effect.estimate, low: 100 * effect.low, high: 100 * effect.high, kind: "B", told: `${signedText(100 * effect.estimate, 1)} (${interval(effect)})` }));
  const parts = rows.map((row, at) => say(told.unmeasured.part, { level: label(at).toLowerCase(), difference: signedText(row.estimate, 1) }));
  const sentence = capitalised(say(told.unmeasured.told, { parts: listed(parts) }));
  const figure = bars(rows, { width, axis: told.unmeasured.axis, title: told.unmeasured.title, told: sentence, ...table, head: told.unmeasured.head });
  const [between] = compared(app, answer.arms[1], answer.arms.at(-1), ["agreed"]), apart = clearSign(between) !== 0;
  const most = capitalised(effectSentence(between, { what: words.outcomes.agreed.does, a: told.unmeasured.low, b: told.unmeasured.high }));
  return { sentences: [sentence, say(apart ? told.unmeasured.apart : told.unmeasured.together, { sentence: most })], figures: [figure], right: { settle: "no" } };
}

export const SHOWN = { chance, fair, few, channel, doors, factions, harm, unmeasured };
