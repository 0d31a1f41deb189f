import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whatChanged } from './index.ts';

describe('whatChanged', () => {
  it('holds every stream that alarms alone, and more when many come close', () => {
    expect(whatChanged([0.1, -9, -9])).toEqual([0]);
    expect(whatChanged([-0.5, -0.6, -9])).toEqual([0, 1]);
    expect(whatChanged([-0.8, -9, -9])).toEqual([]);
  });

  it('never loses a stream when its evidence grows', () => {
    const logs = fc.array(fc.double({ min: -6, max: 3, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(logs, fc.nat(), fc.double({ min: 0, max: 5, noNaN: true }), (excess, pick, more) => {
        const grown = excess.map((log, index) => (index === pick % excess.length ? log + more : log));
        expect(whatChanged(grown)).toEqual(expect.arrayContaining(whatChanged(excess)));
        excess.forEach((log, index) => {
          if (log >= 0) expect(whatChanged(excess)).toContain(index);
        });
      }),
    );
  });
});
