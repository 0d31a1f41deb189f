import fc from 'fast-check';
import { expect, test } from 'vitest';
import { referenceEdges } from '../cells/edges.ts';
import { addToSum, boundedDeviation } from '../cells/sums.ts';
import { planOf } from '../plan.ts';
import { createProfile, type Profile } from '../profile.ts';
import { sampleShape } from '../sampleShape.ts';
import type { NumericSignal } from '../shape.ts';
import { foldNumbers } from './foldNumbers.ts';

/** What folding means, value by value, as plainly as it can be said. */
function foldPlainly(profile: Profile, { edges, centre, scale }: NumericSignal, values: readonly number[]): void {
  const { countOffset, cells, sumOffset, extreme } = planOf(profile.shape).signals[0]!;
  const add = (cell: number) => void profile.counts[countOffset + cell]!++;
  for (const value of values) {
    if (Number.isNaN(value)) add(cells - 2);
    else if (!Number.isFinite(value)) add(cells - 1);
    else {
      const cell = edges.filter((edge) => edge <= value).length;
      const deviation = boundedDeviation((value - centre) * (1 / scale));
      add(cell);
      addToSum(profile.sums, sumOffset, deviation);
      addToSum(profile.sums, sumOffset + 1, deviation * deviation);
      if (cell === 0) addToSum(profile.sums, sumOffset + 2, deviation);
      else if (cell === edges.length) addToSum(profile.sums, sumOffset + 3, deviation);
      profile.minima[extreme] = Math.min(profile.minima[extreme]!, value) + 0;
      profile.maxima[extreme] = Math.max(profile.maxima[extreme]!, value) + 0;
    }
  }
}

function profileOf(signal: NumericSignal): Profile {
  return createProfile(sampleShape({ task: 'regression', signals: [signal], positive: null }));
}

const anyNumber = fc.double();
const whole = fc.integer({ min: -5, max: 60 });
const spread = fc.double({ min: 0.001, max: 1e6, noNaN: true });
const bell = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 })
  .map((draws) => 50 + 10 * draws.reduce((sum, draw) => sum + draw, 0));

test.each([
  ['whole', whole],
  ['spread over octaves', spread],
  ['spread as a bell', bell],
] as const)(
  'numbers that are %s fold as they do one by one, in all rows of a batch and in some (property)',
  (_, usual) => {
    const reference = fc.array(usual, { minLength: 1, maxLength: 400 });
    const values = fc.array(fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: anyNumber }), {
      minLength: 1,
      maxLength: 60,
    });
    const scales = fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 100, noNaN: true }));
    fc.assert(
      fc.property(reference, values, usual, scales, fc.nat(3), (known, batch, centre, scale, skipped) => {
        const { edges, deciles } = referenceEdges(Float64Array.from(known).sort());
        const signal = { signal: 'feature:x', kind: 'feature', name: 'x', type: 'number' } as const;
        const shaped: NumericSignal = { ...signal, edges, deciles, centre, scale };
        const [folded, plain] = [profileOf(shaped), profileOf(shaped)];
        const all = [...batch, ...edges, ...edges.map((edge) => edge * (1 + Number.EPSILON))];
        const rows = Int32Array.from(all.keys()).filter((row) => skipped === 0 || row % (skipped + 1) !== 0);
        const column = { type: 'number', values: Float64Array.from(all) } as const;
        foldNumbers(folded, shaped, planOf(folded.shape).signals[0]!, 0, column, rows);
        foldPlainly(
          plain,
          shaped,
          Array.from(rows, (row) => all[row]!),
        );
        expect(folded).toEqual(plain);
      }),
      { numRuns: 100 },
    );
  },
);
