/** Seeded random counts for tests of long-run behaviour. */

/** Numbers in [0, 1) that repeat for a seed (mulberry32, Tommy Ettinger, 2017). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A standard normal variable (Box and Muller 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How many of n independent events happen: sums of Bernoulli draws when few are expected, else inversion by halving. */
export function binomial(random: () => number, n: number, share: number): number {
  if (n <= 0 || share <= 0) return 0;
  if (share >= 1) return n;
  if (share > 0.5) return n - binomial(random, n, 1 - share);
  if (n * share < 30) {
    // Geometric gaps between events.
    const log = Math.log1p(-share);
    let events = 0;
    let position = Math.floor(Math.log(1 - random()) / log);
    while (position < n) {
      events++;
      position += 1 + Math.floor(Math.log(1 - random()) / log);
    }
    return events;
  }
  // The median of n uniform numbers is Beta distributed and splits them (Devroye 1986, X.4.3).
  const middle = Math.floor((n + 1) / 2);
  const split = beta(random, middle, n + 1 - middle);
  return share < split
    ? binomial(random, middle - 1, share / split)
    : middle + binomial(random, n - middle, (share - split) / (1 - split));
}

/** Counts of n independent draws from `shares` (which sum to 1). */
export function multinomial(random: () => number, n: number, shares: ArrayLike<number>): Float64Array {
  const counts = new Float64Array(shares.length);
  let left = n;
  let rest = 1;
  for (let cell = 0; cell < shares.length - 1; cell++) {
    const share = rest <= 0 ? 0 : Math.min(1, shares[cell]! / rest);
    counts[cell] = binomial(random, left, share);
    left -= counts[cell]!;
    rest -= shares[cell]!;
  }
  counts[shares.length - 1] = left;
  return counts;
}

function beta(random: () => number, a: number, b: number): number {
  const x = gamma(random, a);
  return x / (x + gamma(random, b));
}

/** Marsaglia and Tsang 2000, for shape >= 1. */
function gamma(random: () => number, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
