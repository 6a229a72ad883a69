// Numbers as sentences. What is said follows from the interval and the corrected p, whatever they are, in either direction.

import { say } from "./dom.js";
import { fixed, signedText } from "./numbers.js";
import { digitsShown, excludesZero, holm, pairedEffect, restricted, verdict } from "./statistics.js";
import { words } from "./words.js";

// The effects of B against A on these outcomes, each with a verdict corrected for all of them (Holm 1979).
export function effectsOf(a, b, count, outcomes) {
  const effects = outcomes.map((outcome) => {
    const of = (runs) => Array.from(runs.column(outcome.name)).slice(0, count);
    const [one, two] = outcome.event ? [a, b].map((runs) => restricted(of(runs), runs.months)) : [of(a), of(b)];
    const top = outcome.event || outcome.unit === "months" ? a.months : ["share", "probability"].includes(outcome.unit) ? 1 : Infinity;
    return { outcome, ...pairedEffect(one, two, { share: outcome.binary, top }) };
  });
  const corrected = holm(effects.map((effect) => effect.p));
  return effects.map((effect, at) => ({ ...effect, verdict: verdict(effect, corrected[at]) }));
}

// A difference, its interval and its direction, in 100 runs where it is of shares.
export function numbersOf(effect) {
  const scale = effect.share ? 100 : 1;
  const [value, low, high] = [effect.estimate, effect.low, effect.high].map((x) => scale * x);
  const digits = digitsShown(value, low, high), less = value < 0;
  const ends = less ? [-high, -low] : [low, high];
  return {
    signed: signedText(value, digits), size: fixed(Math.abs(value), digits), least: fixed(ends[0], digits), most: fixed(ends[1], digits),
    low: signedText(low, digits), high: signedText(high, digits), more: less ? words.numbers.fewer : words.numbers.more,
    one: fixed(scale * effect.baseline, digits), other: fixed(scale * effect.arm, digits), pairs: effect.pairs, count: effect.more + effect.less,
  };
}

// One effect as a sentence. `what` is the outcome in words, `a` and `b` the arms as they stand in a sentence.
export function effectSentence(effect, { what, a, b }) {
  const told = words.effects, values = { ...numbersOf(effect), pairs: fixed(effect.pairs, 0), what, a, b };
  if (effect.verdict === "too few") return say(told.tooFew, values);
  if (effect.verdict === "identical") return say(effect.share ? told.identical : told.identicalNumber, values);
  const form = effect.share ? "Share" : "Number", clear = excludesZero(effect.low, effect.high) ? effect.verdict : "none";
  return say(told[clear + form], values);
}

export function interval(effect) {
  const n = numbersOf(effect);
  return say(words.numbers.interval, n);
}

// A month of the run as the page says it.
export const monthName = (month) => say(words.numbers.month, { month: month + 1 });

// "one, two and three"
export function listed(names) {
  return names.length < 2 ? names.join("") : say(words.numbers.and, { first: names.slice(0, -1).join(", "), last: names.at(-1) });
}

export const capitalised = (sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
