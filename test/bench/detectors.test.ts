import { expect, it } from 'vitest';
import { measureDetectors } from './detectors/measureDetectors.ts';

it('detectors remember less than 2 kB a feature', () => {
  const bytes = measureDetectors(40, 3).find(({ metric }) => metric.startsWith('bytes'))!.value!;
  expect(bytes).toBeGreaterThan(500);
  expect(bytes).toBeLessThan(2_000);
});
