import { describe, expect, it } from 'vitest';
import { invertMonotone } from '../special/invertMonotone.ts';
import { normalQuantile } from '../special/normalQuantile.ts';
import { advance, createDetector, evidenceOf, initialState } from './detector.ts';

/**
 * The worked example of the R package stcpR6 0.9.7 (Shin 2024): errors of a line that is fitted to all earlier points, capped
 * at 20 on both sides, mean 0 before the change; one false alarm in 1000 points; 360 bets, geometric in what they are
 * sensitive to. It prints 4.672813 without a change, and an alarm at point 138 of a bend that starts at 100, then 44.92547.
 */
describe('errors of a regression whose line bends', () => {
  it('has the published evidence while it does not', () => {
    const logs = evidenceAfter(errorsOf((i) => i));
    expect(logs.at(-1)).toBeCloseTo(4.672813, 6);
    expect(Math.max(...logs)).toBeLessThan(Math.log(1_000));
  });

  it('alarms at the published point, with the published evidence at the end', () => {
    const logs = evidenceAfter(errorsOf((i) => i + 0.01 * Math.max(0, i - 100) ** 2));
    expect(logs.findIndex((log) => log >= Math.log(1_000)) + 1).toBe(138);
    expect(logs.at(-1)).toBeCloseTo(44.92547, 5);
  });
});

const points = 200;
const cap = 20;

/** Natural logarithm of the evidence after each error: each is a cell of its own. */
function evidenceAfter(errors: readonly number[]): number[] {
  const up = Float64Array.from(errors, (error) => Math.min(Math.max(error / cap, -1), 1));
  const shared = { score: 'error', considered: new Uint8Array(points).fill(1), nullMean: 0, low: -1, designEffect: 1 };
  const detector = createDetector(points, [
    { ...shared, direction: 'up', values: up, bets: publishedBets() },
    { ...shared, direction: 'down', values: up.map((value) => -value), bets: publishedBets() },
  ]);
  let state = initialState(detector);
  return errors.map((_, point) => {
    const counts = new Float64Array(points);
    counts[point] = 1;
    state = advance(detector, state, counts, 1);
    return evidenceOf(detector, state).log;
  });
}

/** 180 a side, for shifts of 1 to almost the cap, on the scale 0 to 1: Shin, Ramdas and Rinaldo 2022, section 4. */
function publishedBets(): number[] {
  const [smallest, largest] = [1 / (2 * cap), 0.499];
  const growth = (delta: number): number => delta - Math.log1p(delta);
  const lowest = growth((0.5 * smallest) / (0.25 + largest ** 2));
  const highest = growth((0.5 * largest) / smallest ** 2);
  return Array.from({ length: 180 }, (_, i) => {
    const target = highest * (lowest / highest) ** ((i + 1) / 180);
    const delta = invertMonotone((x) => growth(x) - target, 0, 1_000);
    return delta / (1 + delta);
  });
}

/** Each point less what the line through all earlier points says; the first two are not predicted. */
function errorsOf(course: (i: number) => number): number[] {
  const noise = normalsOfR(100, points);
  const sums = { n: 0, x: 0, y: 0, xx: 0, xy: 0 };
  return noise.map((deviation, index) => {
    const x = index + 1;
    const y = course(x) + 10 * deviation;
    const slope = (sums.n * sums.xy - sums.x * sums.y) / (sums.n * sums.xx - sums.x ** 2);
    const predicted = x <= 2 ? 0 : (sums.y - slope * sums.x) / sums.n + slope * x;
    sums.n++;
    sums.x += x;
    sums.y += y;
    sums.xx += x * x;
    sums.xy += x * y;
    return y - predicted;
  });
}

/** `set.seed(seed); rnorm(n)` of R: Mersenne Twister (Matsumoto and Nishimura 1998), turned normal by inversion. */
function normalsOfR(seed: number, n: number): number[] {
  let congruent = seed;
  const nextCongruent = (): number => {
    congruent = (Math.imul(69_069, congruent) + 1) >>> 0;
    return congruent;
  };
  // 50 to scramble the seed, and one that R keeps for the position in the state.
  for (let i = 0; i < 51; i++) nextCongruent();
  const state = Uint32Array.from({ length: 624 }, nextCongruent);
  let position = 624;
  const uniform = (): number => {
    if (position === 624) {
      for (let i = 0; i < 624; i++) {
        const joined = (state[i]! & 0x8000_0000) | (state[(i + 1) % 624]! & 0x7fff_ffff);
        state[i] = state[(i + 397) % 624]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908_b0df : 0);
      }
      position = 0;
    }
    let bits = state[position++]!;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c_5680;
    bits ^= (bits << 15) & 0xefc6_0000;
    bits ^= bits >>> 18;
    return (bits >>> 0) / 2 ** 32;
  };
  return Array.from({ length: n }, () => normalQuantile((Math.floor(2 ** 27 * uniform()) + uniform()) / 2 ** 27));
}
