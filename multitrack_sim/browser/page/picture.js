// The living picture: one month of one run, drawn from the tables of its world.

import { BLUE, GREY, INK, ORANGE, PALE, text } from "./charts.js";
import { happenings, sentenceOf } from "./chronicle.js";
import { svg } from "./dom.js";

const WIDE = 640, MIDDLE = { x: 320, y: 280 }, LIVING = 12, MET = 1, LONGEST = 14;
const STEPS = ["ceasefire", "framework", "comprehensive"];

// All that the picture and the words beside it need of every month, so that one can go back and forth.
export function framesOf(life, description, told) {
  const frames = [], phases = description.categories.Phase;
  const column = (table, name) => life.column(table, name);
  let seen = 0;
  const still = { party: column("communities", "party"), one: column("rapport", "one"), two: column("rapport", "two"), side: column("academics", "party"), faction: column("spoilers", "party") };
  while (true) {
    const process = life.row("process", 0), events = life.events(seen);
    seen += events.length;
    const agreements = ["kind", "signed", "in_force", "ended"].map((name) => column("accords", name));
    const accords = Array.from(agreements[0], (kind, at) => ({ kind, signed: agreements[1][at], from: agreements[2][at], ended: agreements[3][at] })).filter((one) => one.signed >= 0);
    frames.push({
      month: life.month, phase: phases[process.phase], channel: process.channel > 0, ceasefire: process.ceasefire > 0, inForce: process.in_force > 0, talksGoOn: process.talks_go_on > 0,
      reach: process.reach, violence: process.violence, attacks: process.attacks_now,
      attitude: column("communities", "attitude"), programme: column("communities", "programme"),
      readiness: column("governments", "readiness"), trust: column("rapport", "trust"), since: column("rapport", "months_since"),
      attends: column("academics", "attends"), struck: column("spoilers", "struck"), capacity: column("spoilers", "capacity"),
      inForceNow: column("measures", "in_force"), lapsed: column("measures", "lapsed"), accords, events,
      measured: life.month ? life.measured() : null, ...still,
    });
    if (life.over) break;
    life.step();
  }
  const log = frames.flatMap((frame) => frame.events);
  const run = { month: life.month, month_zero: "", durable_months: life.cell("parameters", 0, "accord_durable_months"), names: { ...description.names, interventions: told.changes },
    events: log.map((event) => [event.month, event.code, event.who, event.whom, event.amount]) };
  happenings(run, told.words).forEach((one, at) => (log[at].told = sentenceOf(run, one, told.words)));
  return frames;
}

// The highest step of agreement in force: 0 none, 1 ceasefire, 2 partial, 3 comprehensive.
export function levelOf(frame) {
  const standing = frame.accords.filter((one) => one.from >= 0 && one.ended < 0 && one.kind > 1).map((one) => one.kind);
  return Math.max(frame.ceasefire ? 1 : 0, ...standing, 0);
}

function lost(frame, kind) {
  return frame.accords.some((one) => one.kind === kind && one.ended >= 0) && levelOf(frame) < kind;
}

// Where everything of a party stands. Two face each other; more sit around the table, their peoples behind them.
function places(parties) {
  return parties === 2 ? [-1, 1].map(facing) : Array.from({ length: parties }, (_, at) => aroundTable(at, parties));
}

function facing(side) {
  return { x: MIDDLE.x + 235 * side, y: 297, radius: 78, squareX: MIDDLE.x + 118 * side, squareY: 150, size: 46, factionX: MIDDLE.x + 180 * side, factionY: 150,
    seat: (k) => ({ x: MIDDLE.x + 62 * side, y: 237 + 24 * k }) };
}

function aroundTable(at, parties) {
  const angle = Math.PI + (at + 0.25) / parties * 2 * Math.PI, x = Math.cos(angle), y = Math.sin(angle), many = parties > 4;
  const squareX = MIDDLE.x + 158 * x, squareY = MIDDLE.y + 118 * y;
  return { x: MIDDLE.x + 262 * x, y: MIDDLE.y + 200 * y, radius: many ? 40 : 50, squareX, squareY, size: 36, factionX: MIDDLE.x + 198 * x, factionY: MIDDLE.y + 154 * y,
    seat: (k) => ({ x: MIDDLE.x + 74 * Math.cos(angle + (k - 1) * (many ? 0.28 : 0.4)), y: MIDDLE.y + 54 * Math.sin(angle + (k - 1) * (many ? 0.28 : 0.4)) }) };
}

const neutralSeat = (k, parties) => (parties === 2 ? { x: MIDDLE.x, y: 235 + 46 * k } : { x: MIDDLE.x + 24 * (k - 0.5), y: MIDDLE.y });

// Lighter is warmer to the others.
const warmth = (attitude) => {
  const light = Math.round(35 + 205 * Math.max(0, Math.min(1, attitude)));
  return `rgb(${light},${light},${Math.min(255, light + 8)})`;
};

const highOf = (parties) => (parties === 2 ? 430 : 590);

function people(frame, party, place) {
  const rows = Array.from(frame.party, (of, at) => (of === party ? at : -1)).filter((at) => at >= 0);
  return rows.map((at, k) => {
    const far = place.radius * Math.sqrt((k + 0.5) / rows.length), turn = k * 2.39996;
    return svg("circle", { cx: (place.x + far * Math.cos(turn)).toFixed(1), cy: (place.y + far * Math.sin(turn)).toFixed(1), r: 6.5, fill: warmth(frame.attitude[at]),
      stroke: frame.programme[at] ? ORANGE : GREY, "stroke-width": frame.programme[at] ? 3 : 0.7 });
  });
}

function leadership(frame, party, place, name, letters) {
  const { size } = place, x = place.squareX - size / 2, y = place.squareY - size / 2, full = size * Math.max(0, Math.min(1, frame.readiness[party]));
  return [svg("rect", { x, y, width: size, height: size, fill: "#fff", stroke: INK, "stroke-width": 2 }),
    svg("rect", { x: x + 2, y: y + size - full, width: size - 4, height: Math.max(0, full - 2), fill: BLUE }),
    svg("g", { stroke: "#fff", "stroke-width": 5, "paint-order": "stroke" }, text(place.squareX, y - 7, name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name, { anchor: "middle", size: letters, weight: "bold" }))];
}

// Official talks are a thick line between the squares, broken while suspended; a back channel is dashed, below it.
function tables(frame, where) {
  const drawn = [], talking = frame.phase === "talks" || frame.talksGoOn, sounding = frame.phase === "pretalks", broken = frame.phase === "suspended";
  for (let one = 0; one < where.length; one++) {
    for (let two = one + 1; two < where.length; two++) {
      const [a, b] = [where[one], where[two]], line = { x1: a.squareX, y1: a.squareY, x2: b.squareX, y2: b.squareY, stroke: INK };
      if (talking) drawn.push(svg("line", { ...line, "stroke-width": 7 }));
      else if (broken) drawn.push(svg("line", { ...line, "stroke-width": 7, "stroke-dasharray": "34 26" }));
      else if (sounding) drawn.push(svg("line", { ...line, "stroke-width": 2 }));
      if (frame.channel) drawn.push(svg("path", { d: `M${a.squareX} ${a.squareY + 8}Q${(a.squareX + b.squareX) / 2} ${(a.squareY + b.squareY) / 2 + 70} ${b.squareX} ${b.squareY + 8}`, fill: "none", stroke: INK, "stroke-width": 3, "stroke-dasharray": "5 7" }));
    }
  }
  return drawn;
}

// Participants of unofficial dialogue, and arcs between those whose contact lives; the thicker, the more rapport.
function dialogue(frame, where) {
  const bySide = new Map(), seats = [];
  frame.side.forEach((side, at) => {
    const before = bySide.get(side) ?? 0, place = where[side];
    bySide.set(side, before + 1);
    seats[at] = place ? place.seat(before) : neutralSeat(before, where.length);
  });
  const arcs = Array.from(frame.one, (one, pair) => {
    if (frame.since[pair] > LIVING || frame.trust[pair] < 0.02) return null;
    const [a, b] = [seats[one], seats[frame.two[pair]]];
    return svg("path", { d: `M${a.x} ${a.y}Q${(a.x + b.x) / 2} ${Math.max(a.y, b.y) + 12} ${b.x} ${b.y}`, fill: "none", stroke: ORANGE, "stroke-width": (0.8 + 5 * frame.trust[pair]).toFixed(1), opacity: frame.since[pair] <= MET ? 0.95 : 0.4 });
  });
  const heard = frame.events.filter((event) => event.name === "REPORT_HEARD").map((event) => {
    const seat = seats[event.who], goal = where[event.whom], x = seat.x + 0.72 * (goal.squareX - seat.x), y = seat.y + 0.72 * (goal.squareY - seat.y);
    return [svg("line", { x1: seat.x, y1: seat.y, x2: x, y2: y, stroke: INK, "stroke-width": 2.5 }), svg("circle", { cx: x, cy: y, r: 4.5, fill: INK })];
  });
  const met = frame.events.some((event) => event.name === "WORKSHOP_HELD");
  const people = seats.map((seat, at) => svg("circle", { cx: seat.x, cy: seat.y, r: 7, fill: met && frame.attends[at] ? ORANGE : "#fff", stroke: INK, "stroke-width": 1.4 }));
  return [arcs, heard, people];
}

function factions(frame, where) {
  return Array.from(frame.faction, (party, at) => {
    if (frame.capacity[at] < 0.01) return null;
    const { factionX: x, factionY: y } = where[party], size = 9 + 14 * Math.sqrt(frame.capacity[at]);
    const star = Array.from({ length: 16 }, (_, k) => {
      const far = k % 2 ? size * 0.8 : size * 1.9, turn = k * Math.PI / 8;
      return `${k ? "L" : "M"}${(x + far * Math.cos(turn)).toFixed(1)} ${(y + far * Math.sin(turn)).toFixed(1)}`;
    });
    return [frame.struck[at] ? svg("path", { d: `${star.join("")}Z`, fill: "#fff", stroke: INK, "stroke-width": 2 }) : null,
      svg("path", { d: `M${x} ${y - size}L${x + size} ${y + size * 0.8}H${x - size}Z`, fill: INK })];
  });
}

// A padlock for each promise in force; a crack through one that was broken off.
function promises(frame, high) {
  const shown = Array.from(frame.inForceNow, (on, at) => ({ on, broken: !on && frame.lapsed[at] })).filter((one) => one.on || one.broken);
  return shown.map(({ broken }, at) => {
    const x = MIDDLE.x + (at - (shown.length - 1) / 2) * 34, y = high - 30;
    return [svg("path", { d: `M${x - 6} ${y}v-6a6 6 0 0 1 12 0v6`, fill: "none", stroke: broken ? GREY : INK, "stroke-width": 3 }),
      svg("rect", { x: x - 10, y, width: 20, height: 15, rx: 2, fill: broken ? "#fff" : INK, stroke: broken ? GREY : INK }),
      broken ? svg("path", { d: `M${x - 12} ${y - 10}l9 10-4 5 16 14`, fill: "none", stroke: INK, "stroke-width": 2 }) : null];
  });
}

function stairs(frame, left) {
  const level = levelOf(frame);
  return STEPS.map((_, at) => {
    const x = left + at * 44, y = 74 - at * 18, high = 24 + at * 18, reached = level > at, gone = at > 0 && lost(frame, at + 1);
    return [svg("rect", { x, y, width: 44, height: high, fill: reached ? BLUE : "#fff", stroke: GREY, "stroke-width": 1.5 }),
      gone ? svg("path", { d: `M${x + 14} ${y - 4}l10 16-8 4 14 22`, fill: "none", stroke: INK, "stroke-width": 3 }) : null];
  });
}

// The picture as an SVG; `names` of the parties, `told` the sentence of the month, `width` of the place it has.
export function livingPicture(frame, names, told, width) {
  const where = places(names.length), letters = Math.max(13, Math.min(26, 14 * WIDE / width)), high = highOf(names.length);
  return svg("svg", { viewBox: `0 0 ${WIDE} ${high}`, role: "img", "aria-label": told, class: "living" },
    svg("rect", { x: 1, y: 1, width: WIDE - 2, height: high - 2, fill: "#fff", stroke: PALE, rx: 6 }),
    where.map((place, party) => people(frame, party, place)), tables(frame, where), dialogue(frame, where), factions(frame, where),
    where.map((place, party) => leadership(frame, party, place, names[party], letters)), stairs(frame, names.length === 2 ? MIDDLE.x - 66 : 16), promises(frame, high));
}
