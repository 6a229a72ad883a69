// A classroom's set-up: a conflict in codes, two arms with ten levers each, and the link that holds them.

// What can be moved in "What if": a code of the codebook, or a setting with its five notches.
export const LEVERS = [
  { key: "hurting_stalemate", group: "conflict" }, { key: "hawkishness", group: "conflict" },
  { key: "spoilers", group: "conflict" }, { key: "track2", group: "talks" }, { key: "secrecy", group: "talks" },
  { key: "listen", group: "talks", setting: "track_two.access", notches: [0, 0.25, 0.5, 0.75, 1] },
  { key: "track3", group: "ground" }, { key: "cbm", group: "ground" },
  { key: "mediation", group: "outside" }, { key: "guarantee", group: "outside" },
];
const MIDDLE = 2, MOST_NAME = 40, UNKNOWN = "-";
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // without I, O, 0 and 1, which are misheard and misread
export const SPOKEN = 11;
export const MOST_SEED = 999;

export const codeNames = (data) => Object.keys(data.codes).filter((name) => name !== "parties");

// The set-up of a case that the page brings: codes not given are unknown, and stand at their middle.
export function setupOf(data, codes = {}, names = []) {
  const parties = codes.parties ?? 2;
  const given = Object.fromEntries(codeNames(data).map((name) => [name, codes[name] ?? null]));
  return { parties, codes: given, names: Array.from({ length: parties }, (_, at) => names[at] ?? "") };
}

// Where the ten levers stand as the codes have them; leaders listen as far as the model lets them.
export function leversOf(setup) {
  return LEVERS.map((lever) => (lever.setting ? lever.notches.length - 1 : setup.codes[lever.key] ?? MIDDLE));
}

// Codes and levers as changes of the scenario: read from the table that Python made of the codebook, never computed here.
export function changesOf(data, setup, levers = leversOf(setup), more = {}) {
  const level = { ...setup.codes }, settings = {};
  LEVERS.forEach((lever, at) => {
    if (!lever.setting) level[lever.key] = levers[at];
    else if (levers[at] !== lever.notches.length - 1) settings[lever.setting] = lever.notches[levers[at]];
  });
  for (const name of codeNames(data)) {
    const at = level[name] ?? MIDDLE;
    if (at !== MIDDLE) Object.assign(settings, data.mapping[setup.parties][name][at]);
  }
  for (const { codes, at } of data.together[setup.parties]) { // what two codes do only together
    Object.assign(settings, at[codes.map((name) => level[name] ?? MIDDLE).join("")]);
  }
  return { settings: { ...settings, ...more } };
}

export const changedLevers = (a, b) => LEVERS.map((lever, at) => at).filter((at) => a[at] !== b[at]);

// What stands after # in the address: all that is needed to see the same numbers.
export function toLink(data, state) {
  const { setup } = state, parts = new URLSearchParams();
  parts.set("c", `${setup.parties}${codeNames(data).map((name) => setup.codes[name] ?? UNKNOWN).join("")}`);
  parts.set("a", state.a.join(""));
  parts.set("b", state.b.join(""));
  parts.set("s", state.seed);
  parts.set("n", state.runs);
  if (setup.names.some(Boolean)) setup.names.forEach((name) => parts.append("p", name));
  if (state.plan.length) parts.set("plan", state.plan.join("."));
  if (state.run !== null) parts.set("r", state.run);
  if (state.beside) parts.set("v", "2");
  for (const [key, guess] of Object.entries(state.guesses)) parts.append("g", `${key}~${guess}`);
  parts.set("m", data.model);
  return `#${state.screen}${state.step > 1 ? `.${state.step}` : ""}?${parts}`;
}

const digits = (given, length) => (new RegExp(`^[0-4]{${length}}$`).test(given ?? "") ? [...given].map(Number) : null);
const whole = (given, least, most, otherwise) => (/^\d{1,4}$/.test(given ?? "") && Number(given) >= least && Number(given) <= most ? Number(given) : otherwise);

// The state that a link holds; what is damaged or unknown falls back to `otherwise`, part by part.
export function fromLink(data, link, otherwise, screens) {
  const [, place = "", query = ""] = /^#?([^?]*)\??(.*)$/s.exec(link), parts = new URLSearchParams(query);
  const [screen, step] = place.split("."), names = codeNames(data), coded = parts.get("c") ?? "";
  const state = structuredClone(otherwise);
  state.screen = screens.includes(screen) ? screen : otherwise.screen;
  state.step = whole(step, 1, 9, 1);
  if (new RegExp(`^[0-9][0-4${UNKNOWN}]{${names.length}}$`).test(coded) && data.mapping[coded[0]]) {
    const codes = Object.fromEntries(names.map((name, at) => [name, coded[at + 1] === UNKNOWN ? null : Number(coded[at + 1])]));
    const given = parts.getAll("p").map((name) => name.slice(0, MOST_NAME));
    state.setup = setupOf(data, { ...codes, parties: Number(coded[0]) }, given);
    state.a = leversOf(state.setup);
    state.b = leversOf(state.setup);
  }
  state.a = digits(parts.get("a"), LEVERS.length) ?? state.a;
  state.b = digits(parts.get("b"), LEVERS.length) ?? state.b;
  state.seed = whole(parts.get("s"), 0, MOST_SEED, otherwise.seed);
  state.runs = whole(parts.get("n"), 20, 1000, otherwise.runs);
  state.run = whole(parts.get("r"), 0, 999, null);
  state.beside = parts.get("v") === "2"; // whether both versions are watched side by side
  state.plan = (parts.get("plan") ?? "").split(".").filter((year) => /^\d{3,5}$/.test(year)).slice(0, 10);
  state.guesses = Object.fromEntries(parts.getAll("g").slice(0, 40).map((g) => g.slice(0, 60).split("~")).filter(([, guess]) => guess));
  state.otherRules = parts.has("m") && parts.get("m") !== data.model;
  return state;
}

// Two arms and a group's number (the seed, 1 to 11) as eleven letters that can be read aloud; the last checks the others.
export function toSpoken(a, b, seed) {
  let number = BigInt(seed - 1);
  for (const notch of [...a, ...b]) number = number * 5n + BigInt(notch);
  let letters = "";
  for (let at = 0; at < SPOKEN - 1; at++) {
    letters = LETTERS[Number(number % 32n)] + letters;
    number /= 32n;
  }
  return letters + checkLetter(letters);
}

const checkLetter = (letters) => LETTERS[[...letters].reduce((total, letter, at) => total + (at + 1) * LETTERS.indexOf(letter), 0) % 31];

export function fromSpoken(spoken) {
  const letters = spoken.toUpperCase().replace(/[^A-Z0-9]/g, "");
  if (letters.length !== SPOKEN || [...letters].some((letter) => !LETTERS.includes(letter))) return null;
  if (checkLetter(letters.slice(0, -1)) !== letters.at(-1)) return null;
  let number = [...letters.slice(0, -1)].reduce((total, letter) => total * 32n + BigInt(LETTERS.indexOf(letter)), 0n);
  const notches = [];
  for (let at = 0; at < 2 * LEVERS.length; at++) {
    notches.unshift(Number(number % 5n));
    number /= 5n;
  }
  return number < 11n ? { a: notches.slice(0, LEVERS.length), b: notches.slice(LEVERS.length), seed: Number(number) + 1 } : null;
}
