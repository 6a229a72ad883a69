// What pairs of runs let one say: the estimators of `multitrack_sim/analysis`, for a page. tests/test_page_statistics.py
// holds them to Python over a table of cases. Sources stand beside the Python: paired.py, intervals.py, verdicts.py.

export const Z = 1.959963984540054;
const LEVEL = 0.95;
const FEWEST_PAIRS = 6;
const LARGEST_P = 0.05;
const MOST_DIGITS = 6;

// 1 less the error function: its series near zero, its continued fraction (Lentz) beyond.
export function erfc(x) {
  if (Number.isNaN(x)) return NaN;
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x, total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
      term *= -x * x / n;
      total += term / (2 * n + 1);
    }
    return 1 - 2 / Math.sqrt(Math.PI) * total;
  }
  if (x > 27) return 0;
  let f = x, c = x, d = 0;
  for (let n = 1; n < 500; n++) {
    d = 1 / (x + n / 2 * d);
    c = x + n / 2 / c;
    f *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / f;
}

// A share, `count` of `runs`, with the interval of Wilson (1927).
export function shareInterval(count, runs) {
  if (!runs) return { estimate: NaN, low: NaN, high: NaN };
  const share = count / runs, under = 1 + Z * Z / runs;
  const middle = (share + Z * Z / (2 * runs)) / under;
  const half = Z * Math.sqrt(share * (1 - share) / runs + Z * Z / (4 * runs * runs)) / under;
  const low = count === 0 ? 0 : Math.max(middle - half, 0);
  return { estimate: share, low, high: count === runs ? 1 : Math.min(middle + half, 1) };
}

// Where a falling function is `target`, between low and high, by bisection.
function whereItFallsTo(score, target, low, high) {
  for (let step = 0; step < 64; step++) {
    const middle = (low + high) / 2;
    if (score(middle) > target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function tangoScore(onlyA, onlyB, pairs, difference) {
  const linear = -onlyA - onlyB + (2 * pairs - onlyA + onlyB) * difference;
  const constant = -onlyB * difference * (1 - difference);
  const q = (Math.sqrt(Math.max(linear * linear - 8 * pairs * constant, 0)) - linear) / (4 * pairs);
  const distance = onlyA - onlyB - pairs * difference;
  const variance = pairs * (2 * q + difference * (1 - difference));
  if (variance > 0) return distance / Math.sqrt(variance);
  return distance === 0 ? 0 : Math.sign(distance) * Infinity;
}

// McNemar's (1947) p without correction, which is the score test.
export function scoreP(onlyA, onlyB) {
  return erfc(Math.abs(onlyA - onlyB) / Math.sqrt(Math.max(onlyA + onlyB, 1)) / Math.SQRT2);
}

// Share in a less share in b over pairs, `onlyA` with it in a alone: the score interval of Tango (1998).
export function pairedShare(onlyA, onlyB, pairs) {
  if (!pairs) return { estimate: NaN, low: NaN, high: NaN, error: NaN, p: NaN };
  const estimate = (onlyA - onlyB) / pairs;
  const score = (difference) => tangoScore(onlyA, onlyB, pairs, difference);
  const low = whereItFallsTo(score, Z, -1, estimate), high = whereItFallsTo(score, -Z, estimate, 1);
  const spread = onlyA + onlyB - (onlyA - onlyB) ** 2 / pairs;
  const error = spread > 1e-9 * pairs ? Math.sqrt(spread) / pairs : (high - low) / (2 * Z);
  return { estimate, low, high, error, p: scoreP(onlyA, onlyB) };
}

// P(|T| < t) for whole degrees of freedom: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.
function tDistribution(t, freedom) {
  const angle = Math.atan2(t, Math.sqrt(freedom)), sine = Math.sin(angle), cosine = Math.cos(angle), odd = freedom % 2;
  let term = odd ? cosine : 1, total = term;
  for (let k = odd ? 3 : 2; k < freedom - 1; k += 2) {
    term *= (k - 1) / k * cosine * cosine;
    total += term;
  }
  return odd ? 2 / Math.PI * (angle + (freedom > 1 ? sine * total : 0)) : sine * total;
}

export function tQuantile(freedom) {
  if (freedom < 1) return NaN;
  if (freedom > 500) {
    return Z + (Z ** 3 + Z) / (4 * freedom) + (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * freedom ** 2);
  }
  return whereItFallsTo((t) => -tDistribution(t, freedom), -LEVEL, 0, 1000);
}

export function tProbability(t, freedom) {
  if (freedom < 1 || Number.isNaN(t)) return NaN;
  if (freedom > 5000) return erfc(Math.abs(t) / Math.SQRT2);
  return Math.min(1, Math.max(0, 1 - tDistribution(Math.abs(t), freedom)));
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
export const mean = (values) => (values.length ? sum(values) / values.length : NaN);

// Whether all values are the same, but for rounding.
export function alike(values) {
  let least = Infinity, most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least <= Math.max(1e-9 * Math.max(Math.abs(least), Math.abs(most)), 1e-100);
}

// The interval of a mean when all values were `value`: the rule of three (Hanley and Lippman-Hand 1983).
function alikeInterval(value, runs, least, most) {
  if (!(Number.isFinite(least) && Number.isFinite(most) && least <= value && value <= most)) return [NaN, NaN];
  const unseen = 1 - (1 - LEVEL) ** (1 / runs);
  return [value - unseen * (value - least), value + unseen * (most - value)];
}

function moments(values) {
  const runs = values.length, middle = mean(values);
  let second = 0, third = 0;
  for (const value of values) {
    second += (value - middle) ** 2;
    third += (value - middle) ** 3;
  }
  const spread = Math.sqrt(second / (runs - 1));
  return { middle, error: spread / Math.sqrt(runs), skewness: spread > 0 ? third / runs / spread ** 3 : 0 };
}

// Halfway between Student's t and the inverse of Hall's (1992) transformation at t.
function halfSkewed(t, skewness, runs) {
  if (Math.abs(skewness) < 1e-6) return t;
  const root = Math.sqrt(runs);
  return (t + 3 * root / skewness * (Math.cbrt(1 + skewness * (t / root - skewness / (6 * runs))) - 1)) / 2;
}

// The mean of differences of an outcome between 0 and `top`, with its interval, error and p (`analysis.skewed_mean`).
export function pairedMean(differences, top = Infinity) {
  const runs = differences.length;
  if (!runs) return { estimate: NaN, low: NaN, high: NaN, error: NaN, p: NaN };
  if (alike(differences)) return allAlike(differences[0], runs, -top, top);
  const { middle, error, skewness } = moments(differences), quantile = tQuantile(runs - 1);
  const low = middle - error * halfSkewed(quantile, skewness, runs);
  const high = middle - error * halfSkewed(-quantile, skewness, runs);
  const sign = middle < 0 ? -1 : 1, size = Math.abs(middle) / error;
  const touches = whereItFallsTo((t) => -sign * halfSkewed(sign * t, skewness, runs), -size, 0, 1000);
  return { estimate: middle, low, high, error, p: tProbability(touches, runs - 1) };
}

function allAlike(value, runs, least, most) {
  const [low, high] = alikeInterval(value, runs, least, most);
  const error = high > low || runs === 1 ? (high - low) / (2 * Z) : 0;
  let p = NaN;
  if (value === 0) p = 1;
  else if (!Number.isNaN(low)) {
    const bound = value > 0 ? least : most;
    p = bound * value < 0 ? (bound / (bound - value)) ** runs : 0;
  }
  return { estimate: value, low, high, error, p };
}

// Arm less baseline over pairs; `share` where the outcome is 0 or 1. Pairs in which either lacks it are left out.
export function pairedEffect(baseline, arm, { share = false, top = Infinity } = {}) {
  const known = baseline.map((value, at) => [value, arm[at]]).filter(([b, a]) => !Number.isNaN(b) && !Number.isNaN(a));
  const more = known.filter(([b, a]) => a > b).length, less = known.filter(([b, a]) => a < b).length;
  const effect = share ? pairedShare(more, less, known.length) : pairedMean(known.map(([b, a]) => a - b), top);
  const levels = { baseline: mean(known.map(([b]) => b)), arm: mean(known.map(([, a]) => a)) };
  return { ...effect, ...levels, more, less, pairs: known.length, share };
}

// p values corrected for their number (Holm 1979); NaN stays.
export function holm(p) {
  const order = p.map((value, at) => at).filter((at) => !Number.isNaN(p[at])).sort((a, b) => p[a] - p[b]);
  const corrected = p.map(() => NaN);
  let highest = 0;
  order.forEach((at, place) => {
    highest = Math.max(highest, (order.length - place) * p[at]);
    corrected[at] = Math.min(1, highest);
  });
  return corrected;
}

export const excludesZero = (low, high) => low > 0 || high < 0;

// What an effect lets one say, as `analysis.verdicts` decides it.
export function verdict({ low, high, pairs, more, less }, pCorrected) {
  if (pairs < FEWEST_PAIRS) return "too few";
  if (!(more + less)) return "identical";
  if (Number.isNaN(low) || Number.isNaN(high)) return "too few";
  if (!excludesZero(low, high)) return "no clear difference";
  return pCorrected < LARGEST_P ? "clear" : "suggestive";
}

// Digits after the point of a difference and its interval.
export function digitsShown(value, low, high) {
  let width = high - low;
  if (Number.isNaN(width) || width <= 0) width = Math.abs(value);
  if (Number.isNaN(width) || width === 0) return 1;
  let digits = width >= 100 ? 0 : Math.max(1, Math.min(4, 1 - Math.floor(Math.log10(width))));
  const nearest = Math.min(Math.abs(low), Math.abs(high));
  while (excludesZero(low, high) && digits < MOST_DIGITS && nearest && !Number(nearest.toFixed(digits))) digits += 1;
  return digits;
}

// Months until something happens, runs that never got there counted at the horizon.
export const restricted = (months, horizon) => months.map((m) => (Number.isNaN(m) ? horizon : Math.min(m, horizon)));

// The value that half of all have reached; infinite where half never do.
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length / 2;
  if (!sorted.length) return NaN;
  return half % 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}
