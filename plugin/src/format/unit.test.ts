import { describe, expect, it } from 'vitest';
import { axisLabels, type Unit, unitFormat } from './unit';

describe('an axis', () => {
  it.each<[Unit, number[], string[]]>([
    ['share', [0.8, 0.825, 0.85], ['80.0 %', '82.5 %', '85.0 %']],
    ['share', [0, 0.5, 1], ['0 %', '50 %', '100 %']],
    ['share', [0.995, 0.9955, 0.996], ['99.50 %', '99.55 %', '99.60 %']],
    ['points', [-0.1, 0, 0.1], ['-10 pp', '0 pp', '10 pp']],
    ['number', [0, 2.5, 5, 7.5, 10], ['0.0', '2.5', '5.0', '7.5', '10.0']],
    ['number', [0, 0.0002, 0.0004], ['0.0000', '0.0002', '0.0004']],
    ['money', [0, 0.5, 1], ['$0.0', '$0.5', '$1.0']],
    ['money', [-1_000, 0, 1_000], ['-$1,000', '$0', '$1,000']],
    ['tokens', [0, 1_000, 2_000], ['0', '1,000', '2,000']],
    ['time', [0, 400, 800], ['0 ms', '400 ms', '800 ms']],
    ['time', [500, 1_000, 1_500], ['0.5 s', '1.0 s', '1.5 s']],
  ])('of %s writes %j all alike', (unit, ticks, labels) => {
    expect(axisLabels(ticks, unit)).toEqual(labels);
  });
});

it.each<Unit>(['share', 'points', 'number', 'money', 'tokens', 'time'])(
  '%s writes no number where there is none',
  (unit) => {
    expect(unitFormat(unit)(null)).toBe('–');
  },
);
