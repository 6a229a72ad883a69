// The kinds of picture of report and classroom. Each is a <figure> with an SVG that says what it shows (title, desc) and
// the same numbers as a table. A is a blue circle, B an orange diamond: they differ in grey and in shape.
// The words that stand in a picture come with the data; texts are text nodes, so a name is never markup.

import { element, svg, table } from "./dom.js";

export const BLUE = "#0072B2";
export const ORANGE = "#E69F00";
export const INK = "#1b1b1b";
export const GREY = "#767676";
export const PALE = "#d9d9d9";
const COLOURS = { A: BLUE, B: ORANGE, both: "#444444", none: "none" };
let figures = 0;

const round = (x) => Math.round(x * 100) / 100;

// A figure around a drawing, its title above where it is `captioned`. `told` is the sentence that says it all; `rows` the numbers, under `head`.
function figure(width, height, { title, told, head, rows, tableName, captioned }, ...drawn) {
  const id = `figure-${(figures += 1)}`;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-labelledby": `${id}-title ${id}-told` },
    svg("title", { id: `${id}-title` }, title), svg("desc", { id: `${id}-told` }, told ?? title), drawn);
  const numbers = rows && element("details", { class: "numbers" },
    element("summary", {}, tableName ?? "Numbers"), table(head, rows, title));
  return element("figure", { class: "chart" }, captioned && element("figcaption", {}, title), picture, numbers);
}

export function text(x, y, words, { anchor = "start", size = 14, weight = "normal", fill = INK } = {}) {
  return svg("text", { x: round(x), y: round(y), "text-anchor": anchor, "font-size": size, "font-weight": weight, fill }, words);
}

// The mark of an arm, or of a run without: A a disc, B a diamond, both one on the other, none a ring. `cracked` is struck.
export function mark(kind, x, y, r, cracked = false) {
  const diamond = (size, fill) => svg("path", {
    d: `M${round(x)} ${round(y - size)}L${round(x + size)} ${round(y)}L${round(x)} ${round(y + size)}L${round(x - size)} ${round(y)}Z`, fill });
  const disc = (size, fill, stroke) => svg("circle", { cx: round(x), cy: round(y), r: round(size), fill, stroke: stroke ?? "none",
    "stroke-width": round(Math.max(0.6, r / 5)) });
  const parts = { A: () => [disc(r, BLUE)], B: () => [diamond(r * 1.15, ORANGE)],
    both: () => [disc(r, BLUE), diamond(r * 0.8, ORANGE)], none: () => [disc(r * 0.8, "none", GREY)] }[kind]();
  if (cracked) {
    parts.push(svg("path", { d: `M${round(x - r)} ${round(y - r)}L${round(x + r * 0.2)} ${round(y)}L${round(x - r * 0.2)} ${round(y + r * 0.1)}L${round(x + r)} ${round(y + r)}`,
      fill: "none", stroke: "#fff", "stroke-width": round(Math.max(1, r / 2)) }));
  }
  return parts;
}

// So many marks in a box, row by row, as large as fit.
function packed(kinds, x, y, wide, high, most = 9) {
  if (!kinds.length) return [];
  let step = Math.min(2 * most + 2, Math.sqrt((wide * high) / kinds.length));
  while (Math.floor(wide / step) * Math.floor(high / step) < kinds.length) step *= 0.97;
  const columns = Math.floor(wide / step), r = Math.min(most, step * 0.42);
  return kinds.map(({ kind, cracked }, at) =>
    mark(kind, x + (at % columns + 0.5) * step, y + (Math.floor(at / columns) + 0.5) * step, r, cracked));
}

const times = (count, kind, cracked = false) => Array.from({ length: count }, () => ({ kind, cracked }));

// A phrase in lines of at most so many letters, as far as its words allow.
function broken(phrase, most) {
  const lines = [];
  for (const word of phrase.split(" ")) {
    if (lines.length && `${lines.at(-1)} ${word}`.length <= most) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
}

// Pairs of runs in four boxes. `counts` {both, onlyA, onlyB, neither}; `labels` the same keys, a short phrase each.
export function fourBoxes(counts, labels, { width = 640, ...about }) {
  const gap = 8, wide = (width - gap) / 2, lines = Object.fromEntries(Object.entries(labels).map(([key, label]) => [key, broken(String(label), (wide - 20) / 7.6)]));
  const more = 17 * (Math.max(...Object.values(lines).map((one) => one.length)) - 1), high = Math.max(110, Math.min(180, wide * 0.62)) + more, top = 46 + more;
  const boxes = [["both", "both", 0, 0], ["onlyA", "A", 1, 0], ["onlyB", "B", 0, 1], ["neither", "none", 1, 1]];
  const drawn = boxes.map(([key, kind, column, row]) => {
    const x = column * (wide + gap), y = row * (high + gap);
    return [svg("rect", { x: x + 0.5, y: y + 0.5, width: wide - 1, height: high - 1, fill: "#fff", stroke: GREY, rx: 4 }),
      lines[key].map((line, k) => text(x + 10, y + 20 + 17 * k, line)), text(x + 10, y + 23 + 17 * lines[key].length, String(counts[key]), { size: 19, weight: "bold" }),
      packed(times(counts[key], kind), x + 8, y + top, wide - 16, high - top - 8)];
  });
  return figure(width, 2 * high + gap, { ...about, head: about.head, rows: boxes.map(([key]) => [labels[key], counts[key]]) }, drawn);
}

// Rows of dots, one a run: `rows` [{label, count, of, arm, cracked}]; `cracked` of the filled ones are struck.
export function dotRows(rows, { width = 640, ...about }) {
  const most = Math.max(...rows.map((row) => row.of)), lines = most > 120 ? 5 : most > 40 ? 4 : 2;
  const step = Math.min(18, width / Math.ceil(most / lines)), high = 26 + lines * step + 14;
  const drawn = rows.map((row, at) => {
    const y = at * high, kinds = [...times(row.count - (row.cracked ?? 0), row.arm), ...times(row.cracked ?? 0, row.arm, true), ...times(row.of - row.count, "none")];
    return [text(0, y + 16, row.label), kinds.map(({ kind, cracked }, k) =>
      mark(kind, (Math.floor(k / lines) + 0.5) * step, y + 26 + (k % lines + 0.5) * step, step * 0.4, cracked))];
  });
  const numbers = rows.map((row) => [row.label, ...("cracked" in row ? [row.count, row.cracked, row.of] : [row.count, row.of])]);
  return figure(width, rows.length * high, { ...about, rows: numbers }, drawn);
}

// Values as a heap of marks over an axis of differences: where most lie, and how many fall on the wrong side of 0.
export function heap(groups, { width = 640, axis, ...about }) {
  const all = groups.flatMap((group) => group.values), far = Math.max(1, ...all.map(Math.abs)), left = 12, right = width - 12;
  // columns are counted from 0, so that what is 0 stands on its line
  const unit = (right - left) / (2 * far + 1), at = (value) => (left + right) / 2 + value * unit, cell = Math.max(8, unit);
  const heaps = groups.map((group) => {
    const columns = new Map();
    return { ...group, placed: group.values.map((value) => {
      const column = Math.round(value * unit / cell);
      columns.set(column, (columns.get(column) ?? 0) + 1);
      return [at(0) + column * cell, columns.get(column)];
    }) };
  });
  const highest = Math.max(...heaps.flatMap((group) => group.placed.map(([, n]) => n))), step = Math.min(9, 150 / highest);
  const high = highest * step + 34;
  const drawn = heaps.map((group, row) => {
    const base = (row + 1) * high - 8;
    return [text(0, row * high + 15, group.label), svg("line", { x1: left, x2: right, y1: base, y2: base, stroke: GREY }),
      svg("line", { x1: at(0), x2: at(0), y1: row * high + 22, y2: base + 4, stroke: INK, "stroke-dasharray": "3 3" }),
      group.placed.map(([x, n]) => mark(group.arm, x, base - (n - 0.5) * step, step * 0.42))];
  });
  const end = groups.length * high + 6;
  drawn.push(text(left, end + 12, axis.less, { size: 13 }), text(at(0), end + 12, "0", { anchor: "middle", size: 13 }), text(right, end + 12, axis.more, { anchor: "end", size: 13 }));
  return figure(width, end + 18, about, drawn);
}

// Lines over the months with their bands: `lines` [{name, arm, values, low, high}]; `percent` for shares.
// A value stands for `span` months.
export function bands(lines, { width = 640, height = 240, percent = false, span = 1, yearName, ...about }) {
  const points = lines[0].values.length, months = points * span, left = 44, right = width - 10, top = 12, base = height - 30;
  const most = percent ? 1 : niceTop(Math.max(...lines.flatMap((line) => line.high ?? line.values)));
  const x = (m) => left + (m + 0.5) / points * (right - left), y = (v) => base - v / most * (base - top), atMonth = (m) => left + m / months * (right - left);
  const path = (values) => values.map((v, m) => `${m ? "L" : "M"}${round(x(m))} ${round(y(v))}`).join("");
  const drawn = [0, 0.25, 0.5, 0.75, 1].map((part) => [
    svg("line", { x1: left, x2: right, y1: y(part * most), y2: y(part * most), stroke: PALE }),
    text(left - 6, y(part * most) + 5, percent ? `${100 * part}%` : String(Number((part * most).toPrecision(3))), { anchor: "end", size: 12 })]);
  const years = Math.round(months / 12), every = years > 8 && width < 500 ? 2 : 1;
  for (let year = 0; year <= years; year += every) {
    drawn.push(text(atMonth(12 * year), base + 18, year ? String(year) : yearName, { anchor: year === years ? "end" : year ? "middle" : "start", size: 12 }));
  }
  for (const line of lines) {
    if (line.low) {
      const back = [...line.low].map((v, m) => `L${round(x(points - 1 - m))} ${round(y(line.low[points - 1 - m]))}`).join("");
      drawn.push(svg("path", { d: `${path(line.high)}${back}Z`, fill: COLOURS[line.arm], opacity: 0.22 }));
    }
    drawn.push(svg("path", { d: path(line.values), fill: "none", stroke: COLOURS[line.arm], "stroke-width": 2.5, "stroke-dasharray": line.arm === "B" ? "7 4" : null }));
    for (let m = Math.ceil(12 / span) - 1; m < points; m += Math.ceil(24 / span)) drawn.push(mark(line.arm, x(m), y(line.values[m]), 5));
  }
  const rows = Array.from({ length: years }, (_, year) => [String(year + 1), ...lines.map((line) => shown(line.values[Math.min(points - 1, Math.floor((12 * year + 11) / span))], percent))]);
  return figure(width, height, { ...about, head: about.head ?? [yearName, ...lines.map((line) => line.name)], rows }, drawn);
}

const shown = (value, percent) => (percent ? `${(100 * value).toFixed(1)}%` : value.toFixed(2));

export function niceTop(most) {
  if (!(most > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 5, 10].map((n) => n * unit).find((top) => top >= most);
}

// Differences with their intervals: `rows` [{label, estimate, low, high, told, kind}]; zero is a line, both sides look alike.
export function bars(rows, { width = 640, axis, ...about }) {
  const longest = 12 + 7.8 * Math.max(...rows.map((row) => row.label.length)), narrow = longest > width * 0.45, left = narrow ? 4 : longest;
  const right = width - 8, line = narrow ? 50 : 34, ends = rows.flatMap((row) => [row.low, row.high, row.estimate].filter(Number.isFinite));
  const far = Math.max(1e-9, ...ends.map(Math.abs)) * 1.04, x = (v) => left + (v + far) / (2 * far) * (right - left);
  const drawn = [svg("line", { x1: x(0), x2: x(0), y1: 0, y2: rows.length * line, stroke: INK })];
  rows.forEach((row, at) => {
    const y = at * line + (narrow ? 34 : line / 2);
    drawn.push(svg("g", { stroke: "#fff", "stroke-width": 5, "paint-order": "stroke" }, text(narrow ? 0 : left - 10, narrow ? at * line + 16 : y + 5, row.label, { anchor: narrow ? "start" : "end" })));
    if (Number.isFinite(row.low)) {
      drawn.push(svg("line", { x1: x(row.low), x2: x(row.high), y1: y, y2: y, stroke: INK, "stroke-width": 2 }));
      for (const end of [row.low, row.high]) drawn.push(svg("line", { x1: x(end), x2: x(end), y1: y - 6, y2: y + 6, stroke: INK, "stroke-width": 2 }));
    }
    if (Number.isFinite(row.estimate)) drawn.push(mark(row.kind ?? "A", x(row.estimate), y, 6));
  });
  const end = rows.length * line, tight = 7.5 * (axis.less.length + axis.more.length) + 40 > right - left;
  drawn.push(text(left, end + 16, axis.less, { size: 13 }), tight ? null : text(x(0), end + 16, "0", { anchor: "middle", size: 13 }), text(right, end + (tight ? 34 : 16), axis.more, { anchor: "end", size: 13 }));
  return figure(width, end + (tight ? 40 : 22), { ...about, rows: rows.map((row) => [row.label, row.told]) }, drawn);
}

// What a process was in, month by month, for runs of one seed: `runs` [{name, arm, spans: [{from, to, key}], marks: [{month, word}]}].
// `looks` gives each key its word and its grey; segments that are long enough say their word.
export function phases(runs, looks, { width = 640, months, yearName, ...about }) {
  const high = 84, x = (m) => m / months * width, drawn = [];
  runs.forEach((run, at) => {
    const y = at * high + 24;
    drawn.push(mark(run.arm, 8, y - 11, 6), text(20, y - 6, run.name));
    for (const span of run.spans) {
      const look = looks[span.key], wide = x(span.to - span.from);
      drawn.push(svg("rect", { x: round(x(span.from)), y, width: round(wide), height: 26, fill: look.fill, stroke: "#fff", "stroke-width": 0.7 }));
      if (wide > 7.2 * look.word.length + 6) drawn.push(text(x(span.from) + wide / 2, y + 18, look.word, { anchor: "middle", size: 12, fill: look.ink }));
    }
    for (const one of run.marks ?? []) drawn.push(svg("path", { d: `M${round(x(one.month + 0.5))} ${y + 28}l5 9h-10z`, fill: INK }, svg("title", {}, one.word)));
  });
  const end = runs.length * high, years = Math.round(months / 12), every = width < 500 ? 2 : 1;
  for (let year = 0; year <= years; year += every) {
    drawn.push(text(Math.min(x(12 * year), width), end - 22 + 12, year ? String(year) : yearName, { anchor: year === years ? "end" : year ? "middle" : "start", size: 12 }));
  }
  const rows = runs.flatMap((run) => run.spans.map((span) => [run.name, looks[span.key].word, `${span.from + 1}–${span.to}`]));
  const legend = element("ul", { class: "legend" }, [...new Set(runs.flatMap((run) => run.spans.map((span) => span.key)))].map((key) =>
    element("li", {}, svg("svg", { width: 16, height: 16, "aria-hidden": "true" }, svg("rect", { width: 16, height: 16, fill: looks[key].fill, stroke: GREY })), looks[key].word)));
  const made = figure(width, end, { ...about, rows }, drawn);
  made.insertBefore(legend, made.lastChild);
  return made;
}

// Agreements as stairs: how high a run stood each month. `runs` [{name, arm, levels, fell: [months]}], `words` of the steps.
export function steps(runs, words, { width = 640, months, yearName, ...about }) {
  const left = Math.max(...words.map((word) => word.length)) * 8 + 10, top = 14, step = 34, base = top + step * (words.length - 1);
  const x = (m) => left + m / months * (width - left - 6), y = (level) => base - level * step, drawn = [];
  words.forEach((word, level) => drawn.push(text(left - 6, y(level) + 5, word, { anchor: "end", size: 13 }), svg("line", { x1: left, x2: width - 6, y1: y(level), y2: y(level), stroke: PALE })));
  runs.forEach((run, at) => {
    const shift = (at - (runs.length - 1) / 2) * 5;
    let d = `M${round(x(0))} ${round(y(0) + shift)}`;
    run.levels.forEach((level, m) => (d += `V${round(y(level) + shift)}H${round(x(m + 1))}`));
    drawn.push(svg("path", { d, fill: "none", stroke: COLOURS[run.arm], "stroke-width": 3, "stroke-dasharray": run.arm === "B" ? "8 4" : null }));
    const half = Math.floor(run.levels.length / (at + 2));
    drawn.push(mark(run.arm, x(half), y(run.levels[half]) + shift, 6));
    for (const month of run.fell) drawn.push(text(x(month), y(run.levels[Math.max(0, month - 1)]) + shift + 5, "✕", { anchor: "middle", size: 16, weight: "bold" }));
  });
  const years = Math.round(months / 12), every = width < 500 ? 2 : 1;
  for (let year = 0; year <= years; year += every) drawn.push(text(x(12 * year), base + 24, year ? String(year) : yearName, { anchor: year === years ? "end" : "middle", size: 12 }));
  const rows = runs.flatMap((run) => changes(run.levels).map(([month, level]) => [run.name, String(month + 1), words[level]]));
  return figure(width, base + 32, { ...about, rows }, drawn);
}

// The months in which something became another, with what it became.
export function changes(values) {
  return values.flatMap((value, at) => (at === 0 || values[at - 1] !== value ? [[at, value]] : []));
}
