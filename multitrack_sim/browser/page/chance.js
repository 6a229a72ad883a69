// The seeds of runs, as multitrack_sim/engine/random.py derives them: Philox4x32-10, the address is the counter.

const LOW = 0xffffffffn;

/** Philox4x32-10 in whole numbers: four words of counter, two of key, four words out (all BigInt). */
export function philox(counter, key) {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round += 1) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & LOW, (p0 >> 32n) ^ c3 ^ k1, p0 & LOW];
    k0 = (k0 + 0x9e3779b9n) & LOW;
    k1 = (k1 + 0xbb67ae85n) & LOW;
  }
  return [c0, c1, c2, c3];
}

/** The seed of run number `run` of an ensemble with this seed (both whole, from 0, below 2**53): below 2**53. */
export function runSeed(seed, run) {
  for (const given of [seed, run]) {
    if (!Number.isSafeInteger(given) || given < 0) {
      throw new Error(`seed or run ${given}; allowed: whole numbers from 0 to 2**53 - 1`);
    }
  }
  const k = BigInt(run);
  const s = BigInt(seed);
  const [x0, x1] = philox([0n, 0n, k & LOW, k >> 32n], [s & LOW, s >> 32n]);
  return Number((x0 << 21n) | (x1 >> 11n));
}
