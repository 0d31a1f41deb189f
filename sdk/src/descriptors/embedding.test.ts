import { describe, expect, it } from 'vitest';
import type { FeatureValue } from '../event.ts';
import { EmbeddingDescriptor } from './embedding.ts';
import { randomSigns } from './random-signs.ts';

const dimensions = 5;
const centre = [2, 0, 0, 0, 0];
const query = new EmbeddingDescriptor('query', { dimensions, seed: 7, centre });

function described(descriptor: EmbeddingDescriptor, value: unknown): Record<string, FeatureValue> {
  const features: Record<string, FeatureValue> = {};
  descriptor.describe(value, features);
  return features;
}

describe('an embedding', () => {
  it('becomes sixteen signed sums of its coordinates, its norm and the cosine to the centre', () => {
    const vector = [3, 0, -4, 0.5, 1];
    const features = described(query, vector);
    const signs = randomSigns(7, 16 * dimensions);
    const sums = Array.from({ length: 16 }, (_, row) =>
      vector.reduce((sum, coordinate, index) => sum + coordinate * (signs[row * dimensions + index] ?? 0), 0),
    );
    const norm = Math.sqrt(9 + 16 + 0.25 + 1);
    expect(Object.values(features)).toEqual([...sums, Math.fround(5.123), Math.fround(3 / norm)]);
    expect(Object.keys(features)).toEqual(query.names);
    expect(query.names).toEqual([
      ...['00', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15'].map(
        (number) => `query.projection_${number}`,
      ),
      ...['query.norm', 'query.centre_cosine'],
    ]);
  });

  it('gives the same numbers as a list and in either precision, where the coordinates are the same', () => {
    const vector = Float32Array.from({ length: dimensions }, (_, index) => Math.sin(index));
    expect(described(query, [...vector])).toEqual(described(query, vector));
    expect(described(query, Float64Array.from(vector))).toEqual(described(query, vector));
  });

  it('has a norm of four digits: rounding is no drift', () => {
    const norms = [1, 1 - 6e-8, 1 + 1.2e-7].map((length) => described(query, [length, 0, 0, 0, 0])['query.norm']);
    expect(norms).toEqual([1, 1, 1]);
  });

  it('has no cosine without a centre, and none where it points nowhere', () => {
    const plain = new EmbeddingDescriptor('query', { dimensions, seed: 7, centre: undefined });
    expect(plain.names).not.toContain('query.centre_cosine');
    expect(described(query, [0, 0, 0, 0, 0])).toMatchObject({ 'query.norm': 0, 'query.centre_cosine': null });
  });

  it.each([
    ['too short', [1, 2, 3, 4]],
    ['too long', [1, 2, 3, 4, 5, 6]],
    ['empty', []],
    ['not a number in it', [1, 2, Number.NaN, 4, 5]],
    ['not finite', [1, 2, Number.POSITIVE_INFINITY, 4, 5]],
    ['so large that its norm is not finite', [1e200, 1e200, 1, 1, 1]],
    ['of texts', ['1', '2', '3', '4', '5']],
    ['with a hole', new Array(dimensions)],
    ['a text as long', '12345'],
    ['a number', 5],
    ['of whole numbers without end', new BigInt64Array(dimensions)],
  ])('%s is invalid, in all of its numbers', (_, value) => {
    const features = described(query, value);
    expect(Object.keys(features)).toEqual(query.names);
    expect(new Set(Object.values(features))).toEqual(new Set([Number.POSITIVE_INFINITY]));
  });

  it('that is missing says nothing', () => {
    expect(described(query, null)).toEqual({});
    expect(described(query, undefined)).toEqual({});
  });

  it('keeps lengths: over seeds the mean square of its projections is the square of its norm', () => {
    const vector = Array.from({ length: 64 }, (_, index) => Math.sin(index ** 1.3));
    const squared = vector.reduce((sum, coordinate) => sum + coordinate ** 2, 0);
    const ratios = Array.from({ length: 50 }, (_, seed) => {
      const descriptor = new EmbeddingDescriptor('query', { dimensions: 64, seed, centre: undefined });
      const projections = Object.values(described(descriptor, vector)).slice(0, 16).map(Number);
      return projections.reduce((sum, projection) => sum + projection ** 2, 0) / 16 / squared;
    });
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    // The square of one projection has a variance below 2 (of a normal), so one ratio below 2 / 16.
    expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(2 / 16 / 50));
  });
});
