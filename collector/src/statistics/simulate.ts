/** Seeded random counts: for pairs that are drawn, and for tests of long-run behaviour. */

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

/** How many of n independent events happen. */
export function binomial(random: () => number, n: number, share: number): number {
  if (n <= 0 || share <= 0) return 0;
  if (share >= 1) return n;
  if (share > 0.5) return n - binomial(random, n, 1 - share);
  return n * share < 10 ? fewEvents(random, n, share) : manyEvents(random, n, share);
}

/** Sums the geometric gaps between events. */
function fewEvents(random: () => number, n: number, share: number): number {
  const log = Math.log1p(-share);
  let events = 0;
  let position = Math.floor(Math.log(1 - random()) / log);
  while (position < n) {
    events++;
    position += 1 + Math.floor(Math.log(1 - random()) / log);
  }
  return events;
}

/** Transformed rejection with squeeze (Hormann 1993, algorithm BTRS), for n * share >= 10 and share <= 1/2. */
function manyEvents(random: () => number, n: number, share: number): number {
  const spread = Math.sqrt(n * share * (1 - share));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * share;
  const centre = n * share + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const logOdds = Math.log(share / (1 - share));
  const mode = Math.floor((n + 1) * share);
  const height = logFactorial(mode) + logFactorial(n - mode);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > n) continue;
    const bound = Math.log((v * alpha) / (a / (us * us) + b));
    if (bound <= height - logFactorial(k) - logFactorial(n - k) + (k - mode) * logOdds) return k;
  }
}

function logFactorial(k: number): number {
  if (k < smallFactorials.length) return smallFactorials[k]!;
  const x = k + 1;
  const inverse = 1 / x;
  // Stirling's series.
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + inverse / 12 - inverse ** 3 / 360 + inverse ** 5 / 1_260;
}

const smallFactorials = Array.from({ length: 10 }, (_, k) => {
  let product = 1;
  for (let i = 2; i <= k; i++) product *= i;
  return Math.log(product);
});

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
