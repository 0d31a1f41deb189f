import { describe, expect, it } from 'vitest';
import { FeatureReader, type OnnxTensor, type OnnxValues, resultOf } from './onnx-tensors.ts';

const featureRows = (feeds: OnnxValues, columns: Record<string, readonly string[]>) =>
  new FeatureReader(columns).rows(feeds);
const tensor = (type: string, dims: readonly number[], data: unknown): OnnxTensor => ({ type, dims, data });

describe('features of tensors', () => {
  it('are read by their type: numbers, whole numbers of 64 bits, booleans and text', () => {
    const feeds = {
      age: tensor('int64', [2, 1], BigInt64Array.of(44n, 30n)),
      income: tensor('float32', [2], Float32Array.of(1.5, Number.NaN)),
      owner: tensor('bool', [2, 1], Uint8Array.of(1, 0)),
      purpose: tensor('string', [2, 1], ['car', 'house']),
    };
    expect(featureRows(feeds, {})).toEqual([
      { age: 44, income: 1.5, owner: true, purpose: 'car' },
      { age: 30, income: Number.NaN, owner: false, purpose: 'house' },
    ]);
  });

  it('have the names given for columns, and numbers for the rest', () => {
    const feeds = { x: tensor('float32', [1, 3], Float32Array.of(1, 2, 3)) };
    expect(featureRows(feeds, { x: ['first'] })).toEqual([{ first: 1, x_1: 2, x_2: 3 }]);
  });

  it('follow an input whose width changes from run to run', () => {
    const reader = new FeatureReader({});
    const wide = tensor('float32', [1, 2], Float32Array.of(1, 2));
    const narrow = tensor('float32', [1, 1], Float32Array.of(3));
    expect([wide, narrow, wide].map((x) => reader.rows({ x }))).toEqual([
      [{ x_0: 1, x_1: 2 }],
      [{ x: 3 }],
      [{ x_0: 1, x_1: 2 }],
    ]);
  });

  it('do not mix up models that are run in turns, nor rows of one', () => {
    const reader = new FeatureReader({ b: ['first'] });
    const a = tensor('float32', [2, 1], Float32Array.of(1, 2));
    const b = tensor('float32', [1, 1], Float32Array.of(3));
    expect([{ a }, { b }, { b, a: b }, { a }].map((feeds) => reader.rows(feeds))).toEqual([
      [{ a: 1 }, { a: 2 }],
      [{ first: 3 }],
      [{ first: 3, a: 3 }],
      [{ a: 1 }, { a: 2 }],
    ]);
  });

  it('are none of a picture, and none of a vector of thousands', () => {
    const picture = tensor('float32', [1, 3, 2, 2], new Float32Array(12));
    const vector = tensor('float32', [1, 4_096], new Float32Array(4_096));
    expect(featureRows({ picture }, {})).toEqual([{}]);
    expect(featureRows({ vector }, {})).toEqual([{}]);
  });
});

describe('the result in tensors', () => {
  it('is the class given, with the probability of the positive one', () => {
    const outputs = {
      label: tensor('int64', [2], BigInt64Array.of(1n, 0n)),
      probabilities: tensor('float32', [2, 2], Float32Array.of(0.25, 0.75, 0.5, 0.5)),
    };
    const expected = { predictions: ['yes', 'no'], scores: [0.75, 0.5] };
    expect(resultOf(outputs, 2, ['no', 'yes'])).toEqual(expected);
  });

  it('is the most probable of many classes, with its probability', () => {
    const probabilities = tensor('float32', [1, 3], Float32Array.of(0.25, 0.625, 0.125));
    expect(resultOf({ probabilities }, 1, undefined)).toEqual({ predictions: ['1'], scores: [0.625] });
  });

  it('is the value itself where there are no classes', () => {
    const price = tensor('float32', [2, 1], Float32Array.of(12.5, -1));
    expect(resultOf({ price }, 2, undefined)).toEqual({ predictions: [12.5, -1], scores: [null, null] });
  });

  it('is unknown where no output is a table of the rows', () => {
    const sequence = tensor('float32', [1, 7, 7], new Float32Array(49));
    expect(resultOf({ sequence }, 1, undefined)).toEqual({ predictions: [null], scores: [null] });
  });
});
