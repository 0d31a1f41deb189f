import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planOf } from '../plan.ts';
import { createProfile } from '../profile.ts';
import { batchOf } from '../sampleBatch.ts';
import { sampleShape } from '../sampleShape.ts';
import { cellFinder, findCell } from './cellFinder.ts';
import { nextUp } from './edges.ts';
import { foldLatencies, latencyCells } from './latencies.ts';
import { scoreBinOf } from './scoreBin.ts';
import { stepEdges } from './stepEdges.ts';

const shape = sampleShape({ scoreBins: { kind: 'logit' } });
const clamped = (value: number, most: number) => Math.max(0, Math.min(most, value));

test('edges of steps lie where the function takes them, to the last bit', () => {
  const edges = stepEdges((value) => Math.floor(Math.log2(value) * 3), 30, 0.1, 1e6);
  for (const [index, edge] of edges.entries()) {
    expect(Math.floor(Math.log2(edge) * 3)).toBe(index + 1);
    const before = -nextUp(-edge);
    expect(Math.floor(Math.log2(before) * 3)).toBe(index);
    expect(findCell(cellFinder(edges), before)).toBe(index);
  }
});

test('scores are binned by their log odds, latencies by their octave, as the formulas say (property)', () => {
  const probability = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 0.01, noNaN: true }),
  );
  const latency = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.double({ min: 0, max: 1_000, noNaN: true }));
  fc.assert(
    fc.property(probability, latency, (score, latencyMs) => {
      const logit = Math.log(score / (1 - score));
      expect(scoreBinOf(planOf(shape), score)).toBe(clamped(Math.floor(((logit + 9) * 256) / 18), 255));
      const profile = createProfile(shape);
      foldLatencies(profile, batchOf([{ id: 'a', latencyMs }]), Int32Array.of(0));
      const cell = clamped(Math.floor((Math.log2(latencyMs) + 4) * 8) + 1, latencyCells - 1);
      expect(profile.latencies.indexOf(1)).toBe(cell);
    }),
    { numRuns: 500 },
  );
});
