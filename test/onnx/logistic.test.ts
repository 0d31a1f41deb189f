import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { logisticOnnx } from './logistic.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const fit = { inputs: ['income', 'age'], weights: [0.5, -2], bias: 0.25 };

async function probabilities(model: Uint8Array, feeds: Record<string, Tensor>): Promise<number[]> {
  const session = await InferenceSession.create(model);
  const { probabilities: output } = await session.run(feeds);
  if (output === undefined) throw new Error('the model has no output named probabilities');
  return Array.from(output.data, Number);
}

describe('a logistic regression written as ONNX', () => {
  test('gives both classes for any number of rows', async () => {
    const rows = new Tensor('float32', Float32Array.of(1, 2, -3, 0.5, 0, 0), [3, 2]);
    const found = await probabilities(logisticOnnx(fit), { input: rows });
    const positive = [sigmoid(0.5 - 4 + 0.25), sigmoid(-1.5 - 1 + 0.25), sigmoid(0.25)];
    positive.forEach((p, row) => {
      expect(found[row * 2]).toBeCloseTo(1 - p, 6);
      expect(found[row * 2 + 1]).toBeCloseTo(p, 6);
    });
  });

  test('scales its columns when it is told how', async () => {
    const model = logisticOnnx({ ...fit, means: [10, 20], deviations: [2, 5], output: 'positive' });
    const found = await probabilities(model, { input: new Tensor('float32', Float32Array.of(14, 30), [1, 2]) });
    expect(found).toHaveLength(1);
    expect(found[0]).toBeCloseTo(sigmoid(0.5 * 2 - 2 * 2 + 0.25), 6);
  });

  test('takes one input a column when it is told to', async () => {
    const model = logisticOnnx({ ...fit, input: 'columns', output: 'positive' });
    const found = await probabilities(model, {
      income: new Tensor('float32', Float32Array.of(1, 3), [2, 1]),
      age: new Tensor('float32', Float32Array.of(2, 0.5), [2, 1]),
    });
    expect(found[0]).toBeCloseTo(sigmoid(0.5 - 4 + 0.25), 6);
    expect(found[1]).toBeCloseTo(sigmoid(1.5 - 1 + 0.25), 6);
  });

  test('refuses weights that do not fit the columns', () => {
    expect(() => logisticOnnx({ ...fit, weights: [1] })).toThrow('2 inputs need 2 weights, not 1');
  });
});
