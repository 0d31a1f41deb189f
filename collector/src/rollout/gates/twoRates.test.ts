import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../evaluation/bootstrap.ts';
import { type Arm, addBlock, blockLog, evidenceLog, initialEvidence } from './twoRates.ts';

/** Binomial draws by counting: slow and plainly right. */
function draw(random: () => number, n: number, rate: number): Arm {
  let k = 0;
  for (let i = 0; i < n; i++) if (random() < rate) k += 1;
  return { n, k };
}

describe('the evidence that one rate is above another', () => {
  test('has the published values for one row of each arm', () => {
    // Turner, Ly and Gruenwald 2024: theta_a = 0.1, theta_b = 0.3, no margin.
    const ratio = (a: number, b: number) =>
      Math.exp(blockLog({ n: 1, k: a }, { n: 1, k: b }, 0, { compared: 0.1, watched: 0.3 }));
    expect(ratio(0, 0)).toBeCloseTo(0.984375, 9);
    expect(ratio(0, 1)).toBeCloseTo(1.6875, 9);
    expect(ratio(1, 0)).toBeCloseTo(0.4375, 9);
    expect(ratio(1, 1)).toBeCloseTo(0.75, 9);
    // Both rates 0.25: its mean over the four results.
    const mean = (9 * ratio(0, 0) + 3 * ratio(0, 1) + 3 * ratio(1, 0) + ratio(1, 1)) / 16;
    expect(mean).toBeCloseTo(0.999023, 6);
  });

  test('is worth nothing on average wherever the null is true: E[e] <= 1', () => {
    const rate = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({
          a: rate,
          b: rate,
          trueCompared: rate,
          below: fc.double({ min: 0, max: 1, noNaN: true }),
          margin: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
          compared: fc.integer({ min: 1, max: 400 }),
          watched: fc.integer({ min: 1, max: 400 }),
        }),
        ({ a, b, trueCompared, below, margin, compared, watched }) => {
          const limit = trueCompared + margin;
          fc.pre(limit > 0.001 && limit < 0.999);
          const trueWatched = limit * below;
          // The mean of a product over independent rows is the product of the rows' means.
          const perRow = rowFactors(compared, watched, margin, a, b);
          const logMean =
            compared * Math.log(trueCompared * perRow.compared[1] + (1 - trueCompared) * perRow.compared[0]) +
            watched * Math.log(trueWatched * perRow.watched[1] + (1 - trueWatched) * perRow.watched[0]);
          expect(logMean).toBeLessThanOrEqual(1e-6);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('waits for a base rate before it bets', () => {
    const after = addBlock(initialEvidence(), { n: 20, k: 1 }, { n: 20, k: 20 }, 0);
    expect(evidenceLog(after)).toBe(0);
    expect(evidenceLog(addBlock(after, { n: 20, k: 1 }, { n: 20, k: 20 }, 0))).toBe(0);
    const third = addBlock(addBlock(after, { n: 20, k: 1 }, { n: 0, k: 0 }, 0), { n: 20, k: 1 }, { n: 20, k: 20 }, 0);
    expect(evidenceLog(third)).toBeGreaterThan(3);
  });

  test('remembers its peak', () => {
    let evidence = initialEvidence({ n: 500, k: 25 });
    evidence = addBlock(evidence, { n: 100, k: 5 }, { n: 100, k: 40 }, 0);
    const peak = evidence.peakLog;
    expect(peak).toBeGreaterThan(5);
    for (let i = 0; i < 20; i++) evidence = addBlock(evidence, { n: 100, k: 20 }, { n: 100, k: 2 }, 0);
    expect(evidenceLog(evidence)).toBeLessThan(peak);
    expect(evidence.peakLog).toBe(peak);
  });
});

describe('a canary looked at after each of 60 windows of 200 rows', () => {
  const runs = 300;
  const level = Math.log(3 / 0.05);

  /** Share of runs in which the evidence of harm, and of its absence, reached its level, and the median look of harm. */
  function simulate(championRate: (look: number) => number, canaryRate: (look: number) => number, margin: number) {
    let [harmed, absent] = [0, 0];
    const looks: number[] = [];
    for (let run = 0; run < runs; run++) {
      const random = seededRandom(run + 1);
      let harm = initialEvidence({ n: 500, k: 500 * championRate(0) });
      let absence = harm;
      let found = 0;
      for (let look = 1; look <= 60; look++) {
        const champion = draw(random, 200, championRate(look));
        const canary = draw(random, 200, canaryRate(look));
        harm = addBlock(harm, champion, canary, margin);
        absence = addBlock(absence, canary, champion, -margin);
        if (found === 0 && harm.peakLog >= level) found = look;
      }
      if (found > 0) {
        harmed += 1;
        looks.push(found);
      }
      if (absence.peakLog >= Math.log(20)) absent += 1;
    }
    looks.sort((a, b) => a - b);
    return { harmed: harmed / runs, absent: absent / runs, medianLook: looks[looks.length >> 1] ?? null };
  }

  test('is stopped in at most 5 % of runs when it is as good, even without a margin', () => {
    const { harmed } = simulate(
      () => 0.05,
      () => 0.05,
      0,
    );
    expect(harmed).toBeLessThanOrEqual(0.05);
  });

  test('is stopped in at most 5 % of runs when both get worse together', () => {
    const drifting = (look: number) => 0.05 + look / 200;
    expect(simulate(drifting, drifting, 0).harmed).toBeLessThanOrEqual(0.05);
  });

  test('is found in at least 95 % of runs when 5 % errors became 8 %', () => {
    const { harmed, medianLook } = simulate(
      () => 0.05,
      () => 0.08,
      0.01,
    );
    expect(harmed).toBeGreaterThanOrEqual(0.95);
    expect(medianLook).toBeLessThanOrEqual(25);
  });

  test('is shown to keep the margin in at most 5 % of runs when it is worse by just that', () => {
    const { absent } = simulate(
      () => 0.05,
      () => 0.06,
      0.01,
    );
    expect(absent).toBeLessThanOrEqual(0.05);
  });

  test('is shown to keep the margin when it is as good', () => {
    const { absent, harmed } = simulate(
      () => 0.05,
      () => 0.05,
      0.02,
    );
    expect(absent).toBeGreaterThanOrEqual(0.95);
    expect(harmed).toBe(0);
  });
});

/** What one row without and with an event multiplies the evidence by, in each arm. */
function rowFactors(compared: number, watched: number, margin: number, a: number, b: number) {
  const alternative = { compared: a, watched: b };
  const log = (kCompared: number, kWatched: number) =>
    blockLog({ n: compared, k: kCompared }, { n: watched, k: kWatched }, margin, alternative);
  const none = log(0, 0);
  // Events change the logarithm linearly; the share of each arm in `none` is what is left when all rows are events.
  const comparedEvent = log(1, 0) - none;
  const watchedEvent = log(0, 1) - none;
  return split(none, comparedEvent, watchedEvent, { compared, watched, margin, a, b });
}

function split(
  none: number,
  comparedEvent: number,
  watchedEvent: number,
  { compared, watched, margin, a, b }: { compared: number; watched: number; margin: number; a: number; b: number },
) {
  if (b <= a + margin) return { compared: [1, 1] as const, watched: [1, 1] as const };
  // log(1, 0) - log(0, 0) = ln(a / t) - ln((1 - a) / (1 - t)) gives t, and t gives the factors of each arm.
  const odds = (a / (1 - a)) * Math.exp(-comparedEvent);
  const t = odds / (1 + odds);
  const factors = {
    compared: [(1 - a) / (1 - t), a / t] as const,
    watched: [(1 - b) / (1 - t - margin), b / (t + margin)] as const,
  };
  expect(Math.log(factors.watched[1] / factors.watched[0])).toBeCloseTo(watchedEvent, 5);
  expect(compared * Math.log(factors.compared[0]) + watched * Math.log(factors.watched[0])).toBeCloseTo(none, 4);
  return factors;
}
