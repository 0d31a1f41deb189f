import { describe, expect, it } from 'vitest';
import { buildReference } from '../reference/reference.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';
import type { SampledRow } from '../sketches/idSample.ts';
import { codedFeatures, codedRange } from './codedFeatures.ts';

const features = [
  { name: 'income', type: 'number' as const },
  { name: 'children', type: 'number' as const },
  { name: 'town', type: 'category' as const },
  { name: 'opened', type: 'number' as const },
  { name: 'query.projection_00', type: 'number' as const },
];
const rows = Array.from({ length: 1_000 }, (_, i): SampleRow => {
  const children = i % 10 < 5 ? 0 : i % 10 < 8 ? 1 : 2;
  const opened = (i % 24) * 3_600_000;
  return {
    id: `${i}`,
    features: { income: i, children, town: i % 2 === 0 ? 'Graz' : 'Wien', opened, 'query.projection_00': i },
  };
});
const reference = buildReference([batchOf(rows, features)], [], {
  task: 'binary_classification',
  windowMs: 3_600_000,
  sampledRows: 50,
  features: [{ name: 'opened', type: 'timestamp' }],
});
const { shape } = reference;
const signalOf = (name: string) => shape.signals.find((signal) => signal.name === name)!;
const range = (name: string, first: number, last: number) => codedRange(reference.profile, signalOf(name), first, last);

/** Codes of one feature in rows that have nothing else. */
function codes(name: string, values: SampledRow): number[] {
  const at = shape.signals.indexOf(signalOf(name));
  const sampled = values.map((value) => shape.signals.map((_, index) => (index === at ? value : null)));
  return [...codedFeatures(shape, sampled).find(({ signal }) => signal.name === name)!.codes];
}

describe('codedFeatures', () => {
  it('codes numbers by the decile of the reference, missing and invalid ones apart', () => {
    expect(codes('income', [-5, 0, 99, 100, 950, 5_000, null, Number.POSITIVE_INFINITY, 'text'])).toEqual([
      0, 0, 0, 1, 9, 9, 10, 11, 11,
    ]);
  });

  it('codes categories by their place in the reference, unseen and missing ones apart', () => {
    expect(codes('town', ['Graz', 'Wien', 'Linz', null])).toEqual([0, 1, 3, 4]);
  });

  it('has an order of numbers and of hours, not of other categories, and nothing of embeddings', () => {
    const coded = codedFeatures(shape, []);
    expect(coded.map(({ signal, size, ordered }) => [signal.name, size, ordered])).toEqual([
      ['opened', 27, 24],
      ['children', 12, 10],
      ['income', 12, 10],
      ['town', 5, 0],
    ]);
  });
});

describe('codedRange', () => {
  it.each([
    ['income', 0, 1, { kind: 'numbers', low: null, high: { value: 200, isIncluded: false } }],
    ['income', 2, 9, { kind: 'numbers', low: { value: 200, isIncluded: true }, high: null }],
    ['income', 10, 10, { kind: 'missing' }],
    ['income', 11, 11, { kind: 'invalid' }],
    // Half are 0, three tenths are 1: single values, and what lies between them is nobody's.
    ['children', 0, 3, { kind: 'numbers', low: null, high: { value: 0, isIncluded: true } }],
    ['children', 4, 7, { kind: 'numbers', low: { value: 1, isIncluded: true }, high: { value: 1, isIncluded: true } }],
    ['children', 6, 9, { kind: 'numbers', low: { value: 1, isIncluded: true }, high: null }],
    ['town', 1, 1, { kind: 'categories', categories: ['Wien'] }],
    ['town', 2, 2, { kind: 'other_known' }],
    ['town', 3, 3, { kind: 'unseen' }],
    ['town', 4, 4, { kind: 'missing' }],
    ['opened', 22, 23, { kind: 'categories', categories: ['22', '23'] }],
  ])('of %s from code %i to %i', (name, first, last, expected) => {
    expect(range(name, first, last)).toEqual(expected);
  });
});
