// One run told as a chronicle: by chapters, with dates and names, repeats condensed.
//
// The words are data (browser/chronicle.py, `words_as_data`), the run is a log (`run_as_data`, or one made in the page):
//   run = { month, month_zero, durable_months, names: { table: [name, ...] }, events: [[month, kind, who, whom, amount], ...] }
// What is told here is what single_run/chronicle.py tells: a test holds both to the same text.

// ---- numbers and names as words

/** A number with so many digits after the point; what lies exactly in the middle goes to the even neighbour, as in Python. */
export function fixed(value, digits) {
  const exact = Math.abs(value).toFixed(100);
  const cut = exact.length - 100 + digits - (digits ? 0 : 1);
  const rest = exact.slice(cut).replace(".", "");
  if (!/^50*$/.test(rest)) return value.toFixed(digits);
  const kept = exact.slice(0, cut);
  const even = Number(kept[kept.length - 1]) % 2 === 0;
  const up = (Number(kept) + 10 ** -digits).toFixed(digits);
  return (value < 0 ? "-" : "") + (even ? kept : up);
}

/** A share in percent, with a decimal only where it would else be lost. */
export function percent(share) {
  if (Number.isNaN(share)) return "unknown";
  const hundred = Number(fixed(100 * share, 9));
  const size = Math.abs(hundred);
  const digits = (size > 0 && size < 0.95) || (size > 99.05 && size < 100) ? 1 : 0;
  return `${fixed(hundred, digits).replace(/^-(0)$/, "$1")}%`;
}

function commas(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

function countName(count, words) {
  return count >= 0 && count < words.counts.length ? words.counts[count] : commas(count);
}

function rounded(number) {
  return Number(fixed(number, 0));
}

function countedUnit(count, unit, words) {
  return `${countName(count, words)} ${words.units[unit][count === 1 ? 0 : 1]}`;
}

const FORMATS = {
  share: (share) => percent(share),
  count: (number, words) => countName(rounded(number), words),
  months: (number, words) => countedUnit(rounded(number), "month", words),
  span: (number, words) => {
    const months = rounded(number);
    const whole = months >= 12 && months % 12 === 0;
    return whole ? countedUnit(months / 12, "year", words) : countedUnit(months, "month", words);
  },
};

/** Names one after the other, each once, the most frequent first, with how often where they differ; few are named. */
export function listing(names, words, most = 3) {
  const numbers = new Map();
  for (const name of names) numbers.set(name, (numbers.get(name) ?? 0) + 1);
  const order = [...numbers].sort((one, other) => other[1] - one[1]).slice(0, most); // sorting keeps ties in order
  const differ = numbers.size > 1 && Math.max(...numbers.values()) > 1;
  const mark = order.some(([name]) => /\p{Nd}$/u.test(name)) ? ":" : "";
  const shown = order.map(([name, times]) => (differ ? `${name}${mark} ${commas(times)}` : name));
  const left = numbers.size - most;
  if (left > 0) {
    const form = words.listed[left > 1 ? "others" : "other"];
    return shown.join(", ") + form.replace("{count}", () => countName(left, words));
  }
  if (!shown.length) return words.listed.nobody;
  const first = shown.slice(0, -1).join(", ");
  return [first, shown[shown.length - 1]].filter(Boolean).join(differ ? ", " : words.listed.and);
}

// ---- templates

function chosen(sentence, facts) {
  if (typeof sentence === "string") return sentence;
  const holds = ([name, [least, most]]) =>
    (least === null || facts[name] >= least) && (most === null || facts[name] <= most);
  return sentence.find(([conditions]) => Object.entries(conditions).every(holds))[1];
}

/** A template filled with what is so; what fills a place is never read as a template. */
export function fill(sentence, facts, words) {
  return chosen(sentence, facts).replace(/\{(\w+)(?::(\w+))?\}/g, (_, name, format) =>
    format ? FORMATS[format](facts[name], words) : String(facts[name]));
}

// ---- the log

function nameOf(run, table, row) {
  if (!table || row < 0) return "";
  return run.names[table]?.[row] ?? `${table} ${row}`;
}

/** The month by its name in the calendar, or by its number. */
export function when(run, month, words) {
  if (!run.month_zero) return words.numbered.replace("{number}", String(month));
  const [year, first] = run.month_zero.split("-").map(Number);
  const count = year * 12 + first - 1 + month;
  return `${words.months[count % 12]} ${Math.floor(count / 12)}`;
}

/** The lines of a log with where the process stood, what begins with each, and what followed it. */
export function happenings(run, words) {
  const kinds = words.kinds;
  let phase = "fighting", since = 0, signed = 0, standsSince = -1;
  const log = run.events.map(([month, kind, who, whom, amount]) => {
    if (phase === "collapsed" && month > since + 1) phase = "fighting";
    let opens = words.events[kind].opens;
    const before = standsSince >= 0;
    if (kind === kinds.ACCORD_SIGNED) {
      signed = month;
    } else if (kind === kinds.PART_SIGNED || kind === kinds.ACCORD_RATIFIED) {
      if (standsSince < 0) standsSince = kind === kinds.PART_SIGNED ? month : signed;
      if (month - standsSince >= run.durable_months) opens = "durable";
    } else if (kind === kinds.VOTE_FAILED && before) {
      opens = "implementation"; // what was in force before stays so
    } else if (kind === kinds.ACCORD_COLLAPSED) {
      standsSince = -1;
    }
    const one = { month, kind, who, whom, amount, phase, opens, before, inForce: standsSince >= 0, followed: null };
    if (opens) [phase, since] = [opens, month];
    return one;
  });
  log.forEach((one, at) => { one.followed = whatFollowed(log, at, words); });
  return log;
}

function whatFollowed(log, at, words) {
  const one = log[at];
  const { leads_to: kinds, within, same } = words.events[one.kind];
  if (!kinds.length) return null;
  for (let next = at + 1; next < log.length && log[next].month <= one.month + within; next += 1) {
    if (kinds.includes(log[next].kind) && (!same || log[next][same] === one[same])) return log[next];
  }
  return null;
}

/** Every happening once: where it has a line for each who saw it, the first of them. */
function onceEach(log, words) {
  return log.filter((one, at) => {
    const last = log[at - 1];
    const those = words.events[one.kind].line_for;
    if (!last || !those) return true;
    const other = those === "who" ? "whom" : "who";
    const alike = ["month", "kind", "amount", other].every((name) => one[name] === last[name]);
    return !(alike && one[those] > last[those]);
  });
}

// ---- sentences

function factsOf(run, one, words) {
  const { who, whom } = words.events[one.kind];
  return {
    who: nameOf(run, who, one.who), whom: nameOf(run, whom, one.whom), number: one.amount,
    in_force: one.before ? 1 : 0, durable_months: run.durable_months,
  };
}

/** One event as a sentence, with what it led to at once. */
export function sentenceOf(run, one, words) {
  const sentence = fill(words.events[one.kind].told, factsOf(run, one, words), words);
  const later = one.followed;
  if (later && !one.opens && later.month <= one.month + 1) {
    return fill(words.around.dated_followed, { sentence, event: words.events[later.kind].word }, words);
  }
  return fill(words.around.dated, { sentence }, words);
}

/** Events of one kind in a few words. */
function several(run, events, words) {
  const kind = words.events[events[0].kind];
  const facts = factsOf(run, events[0], words);
  if (events.length === 1) {
    const text = chosen(kind.told, facts);
    return fill(text.startsWith("{") ? text : text[0].toLowerCase() + text.slice(1), facts, words);
  }
  const who = listing(events.map((one) => nameOf(run, kind.who, one.who)), words);
  const whom = listing(events.map((one) => nameOf(run, kind.whom, one.whom)), words);
  return fill(kind.many, { ...facts, count: events.length, who, whom }, words);
}

function byKind(events) {
  const kinds = new Map();
  for (const one of events) kinds.set(one.kind, [...(kinds.get(one.kind) ?? []), one]);
  return kinds;
}

function capital(text) {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("");
}

// ---- chapters

function chapterOf(one, words) {
  const phase = one.opens || one.phase;
  return phase === "signed" && one.inForce ? words.in_force : words.chapters[phase];
}

/** What opens a chapter stands in it. */
function chaptersOf(run, words) {
  const chapters = [{ title: words.no_talks, first: 0, last: 0, events: [] }];
  for (const one of onceEach(happenings(run, words), words)) {
    const title = chapterOf(one, words);
    const open = chapters[chapters.length - 1];
    if (title !== open.title) {
      if (!one.month && !open.events.length) chapters.pop(); // there is no chapter of no time
      chapters.push({ title, first: one.month, last: 0, events: [] });
    }
    chapters[chapters.length - 1].events.push(one);
    chapters[chapters.length - 1].last = one.month;
  }
  chapters.slice(0, -1).forEach((chapter, at) => {
    chapter.last = Math.max(chapter.first, chapter.last, chapters[at + 1].first - 1);
  });
  const end = chapters[chapters.length - 1];
  end.last = Math.max(end.first, run.month - 1);
  return chapters;
}

function titleOf(run, chapter, words) {
  const [first, last] = [when(run, chapter.first, words), when(run, chapter.last, words)];
  const form = words.around[first === last ? "chapter" : "chapter_of_months"];
  return fill(form, { chapter: chapter.title, first, last }, words);
}

function tell(run, chapter, few, words) {
  const count = byKind(chapter.events);
  const told = [], rest = [], seen = new Set();
  for (const one of chapter.events) {
    const often = count.get(one.kind).length;
    const notable = one.followed !== null && few > 1 && often <= 4 * few;
    if (one.opens || (!words.quiet.includes(one.kind) && (often <= few || notable))) {
      const sentence = sentenceOf(run, one, words);
      const line = `${one.month} ${sentence}`; // one change from outside may touch many rows
      if (!seen.has(line)) told.push([when(run, one.month, words), sentence]);
      seen.add(line);
    } else {
      rest.push(one);
    }
  }
  const clauses = [...byKind(rest).values()].map((events) => several(run, events, words)).join("; ");
  const form = clauses ? words.around[told.length ? "also" : "only"] : told.length ? "" : words.around.nothing;
  return { title: titleOf(run, chapter, words), told, summary: capital(fill(form, { clauses }, words)) };
}

function inShort(run, chapters, words) {
  const events = chapters.flatMap((chapter) => chapter.events).sort((one, other) => one.kind - other.kind);
  const clauses = [...byKind(events).values()].map((some) => several(run, some, words)).join("; ");
  const title = fill(words.around.in_short, { count: chapters.length }, words);
  const whole = { title, first: chapters[0].first, last: chapters[chapters.length - 1].last };
  return { title: titleOf(run, whole, words), told: [], summary: fill(words.around.only, { clauses }, words) };
}

/** Title, dated sentences and summary of every chapter, in as much detail as two pages hold. */
export function chronicle(run, words) {
  const chapters = chaptersOf(run, words);
  const ends = words.at_either_end;
  let told = [];
  for (const few of words.few) {
    told = chapters.map((chapter) => tell(run, chapter, few, words));
    const lines = ({ told: sentences, summary }) => 2 + sentences.length + Math.ceil([...summary].length / words.width);
    if (told.reduce((sum, one) => sum + lines(one), 0) <= words.most_lines) return told;
  }
  if (told.length <= 2 * ends) return told;
  return [...told.slice(0, ends), inShort(run, chapters.slice(ends, -ends), words), ...told.slice(-ends)];
}
