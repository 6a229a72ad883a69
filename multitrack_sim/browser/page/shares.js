// How much attention parties give to issues, as multitrack_sim/scenario works it out: the same bits.

const ONE = 2 ** 52;
const NEAR_ONE = 0.01; // shares that add up to this near to 1 are made to fit

/** The sum of numbers, rounded once (Shewchuk 1997), as Python's math.fsum has it. */
export function exactSum(numbers) {
  const parts = [];
  for (const number of numbers) {
    let x = number;
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  let at = parts.length;
  if (at === 0) return 0;
  let high = parts[--at];
  let low = 0;
  while (at > 0 && low === 0) {
    const x = high;
    const y = parts[--at];
    high = x + y;
    low = y - (high - x);
  }
  // half way between two numbers: what is left decides
  if (at > 0 && ((low < 0 && parts[at - 1] < 0) || (low > 0 && parts[at - 1] > 0))) {
    const twice = low * 2;
    const x = high + twice;
    if (twice === x - high) high = x;
  }
  return high;
}

/** To the nearest whole number, of two as near to the even one. */
function rounded(x) {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** The values in proportion, as multiples of 2**-52, so that they add up to exactly 1 in any order. */
export function addingUpToOne(values) {
  const total = exactSum(values);
  const parts = values.map((value) => rounded((value / total) * ONE));
  const largest = parts.indexOf(Math.max(...parts));
  parts[largest] += ONE - parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / ONE);
}

/** One party's attention: as written, the missing (null) sharing the rest; by the issues' weights if none is written. */
export function attention(written, weights) {
  const missing = written.filter((value) => value === null).length;
  if (missing === written.length) {
    const total = exactSum(weights);
    return weights.map((weight) => weight / total);
  }
  if (missing === 0) return [...written];
  const rest = Math.max(0, 1 - exactSum(written.filter((value) => value !== null))) / missing;
  return written.map((value) => (value === null ? rest : value));
}

/** One party's attention after some of it is set (issue's place -> share): its others share what is left. */
export function attentionSet(written, weights, set) {
  const old = attention(written, weights);
  const places = old.map((_, place) => place);
  const free = places.filter((place) => !set.has(place));
  const left = 1 - exactSum(places.filter((place) => set.has(place)).map((place) => set.get(place)));
  const total = exactSum(free.map((place) => old[place]));
  const most = Math.max(0, left);
  return places.map((place) => {
    if (set.has(place)) return set.get(place);
    return most * (total > 0 ? old[place] / total : 1 / free.length);
  });
}

/** What is wrong with the shares that are set for a party: a sum, or null where nothing is. */
export function attentionFault(set, issues) {
  const sum = exactSum(set.values());
  const left = 1 - sum;
  return left < -NEAR_ONE || (set.size === issues && left > NEAR_ONE) ? sum : null;
}
