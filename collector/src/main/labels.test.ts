import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agrees, applyLabel, type Label, type Labelled, stands } from './labels.ts';

const day = 86_400_000;
const unlabelled = { time: 0, label: null, labelTime: null };
const labelled = { time: 0, label: 'yes', labelTime: 100 };

describe('a label', () => {
  test.each([
    ['is the first', unlabelled, { value: 'yes', time: 5 }, 'first'],
    ['comes too late', unlabelled, { value: 'yes', time: 31 * day }, 'refused'],
    ['corrects an older one', labelled, { value: 'no', time: 101 }, 'corrected'],
    ['is older than the one that stands', labelled, { value: 'no', time: 99 }, 'repeated'],
    ['says what is known', labelled, { value: 'yes', time: 200 }, 'repeated'],
    ['corrects too late', labelled, { value: 'no', time: 31 * day }, 'refused'],
    ['was observed before its inference, by another clock', unlabelled, { value: 'yes', time: -5 }, 'first'],
  ] as const)('%s', (_what, inference, label, decision) => {
    expect(applyLabel(inference, label, 30 * day).decision).toBe(decision);
  });

  test('that stands in the end is the same in every order of arrival (property)', () => {
    const label = fc.record({ value: fc.constantFrom('a', 'b', 'c', 1, 2), time: fc.nat(4) });
    const twoOrders = fc
      .array(label, { minLength: 1, maxLength: 7 })
      .chain((labels) => fc.tuple(fc.constant(labels), fc.shuffledSubarray(labels, { minLength: labels.length })));
    fc.assert(
      fc.property(twoOrders, ([one, other]) => {
        const { label, labelTime } = settle(one);
        expect(settle(other)).toMatchObject({ label, labelTime });
      }),
    );
  });
});

function settle(labels: readonly Label[]): Labelled {
  return labels.reduce<Labelled>((inference, label) => ({ time: 0, ...applyLabel(inference, label, day) }), unlabelled);
}

test('one of two labels always stands over the other unless they are alike', () => {
  const early = { value: 'b', time: 1 };
  const late = { value: 'a', time: 2 };
  expect([stands(late, early), stands(early, late), stands(early, early)]).toEqual([true, false, false]);
});

test.each([
  ['yes', 'yes', 1, true],
  ['yes', 'no', 1, false],
  ['1', 1, 1, true],
  [null, null, 1, true],
  [null, 'yes', 1, false],
  [10, 10.9, 10, true],
  [10, 11.1, 10, false],
  [0, 1, 1, false],
])('a shadow that says %s agrees with %s at scale %d: %s', (shadow, served, scale, expected) => {
  expect(agrees(shadow, served, scale)).toBe(expected);
});
