// Tables as comma-separated values, safe in every spreadsheet: as multitrack_sim/running/csv_text.py writes them.

// What a spreadsheet would take for a formula: at a cell's start, or after another sign that separates cells, also after
// quotes and blanks (blanks as Python knows them).
const BLANK = "[ \\v\\f\\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const FORMULA = `(?='*(?:${BLANK}|")*[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20])`;
const BEGINS_UNSAFE = new RegExp(`^${FORMULA}`);
const GOES_ON_UNSAFE = new RegExp(`([;\\t\\r\\n])${FORMULA}`, "g");
const QUOTED = /[,;"\t\r\n]/;

/** A text as a cell that no spreadsheet takes for a formula: a ' goes before what would be one. */
export function asText(name) {
  return (BEGINS_UNSAFE.test(name) ? "'" : "") + name.replace(GOES_ON_UNSAFE, "$1'");
}

/** One cell: texts safe and quoted where need be, numbers with all their digits, what is missing empty. */
function written(cell) {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return "";
  if (typeof cell !== "string") return String(cell);
  const text = asText(cell);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table: its head and its rows. */
export function csvText(head, rows) {
  return [head, ...rows].map((row) => `${row.map(written).join(",")}\n`).join("");
}

/** Runs of arms ([{ name, runs }]) as a table: arm, seed, then every outcome; categories by their words. */
export function runsCsv(world, arms) {
  const { outcomes } = world.description;
  const rows = arms.flatMap(({ name, runs }) =>
    Array.from({ length: runs.count }, (_, run) => [
      name,
      runs.seeds[run],
      ...outcomes.map((one) => {
        const value = runs.value(one.name, run);
        return one.values.length ? one.values[value] : value;
      }),
    ]),
  );
  return csvText(["arm", "seed", ...outcomes.map((one) => one.name)], rows);
}

/** Give the reader a file, made here. */
export function download(name, text, type = "text/csv") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
