import type { OnnxNode, TensorDescription } from './model.ts';
import { onnxModel } from './model.ts';

export interface LogisticOnnxOptions {
  /** Names of the columns, in order. */
  readonly inputs: readonly string[];
  /** One a column, of the scaled column where `means` and `deviations` are given. */
  readonly weights: readonly number[];
  readonly bias: number;
  /** Columns are scaled to `(x - mean) / deviation` inside the model. */
  readonly means?: readonly number[];
  readonly deviations?: readonly number[];
  /** `matrix`: one float tensor `input` [rows, columns]. `columns`: one float tensor [rows, 1] a column, by its name. */
  readonly input?: 'matrix' | 'columns';
  /** `both_classes`: [rows, 2], negative first. `positive`: [rows, 1]. */
  readonly output?: 'both_classes' | 'positive';
}

/**
 * A logistic regression as an ONNX model: `probabilities = sigmoid(scale(x) * weights + bias)`.
 *
 * @example
 * logisticOnnx({ inputs: ['income', 'age'], weights: [0.5, -0.1], bias: 2 })
 */
export function logisticOnnx(options: LogisticOnnxOptions): Uint8Array {
  const { inputs, weights, bias, means, deviations } = options;
  const columns = inputs.length;
  for (const [name, values] of Object.entries({ weights, means, deviations })) {
    if (values !== undefined && values.length !== columns) {
      throw new Error(`${columns} inputs need ${columns} ${name}, not ${values.length}`);
    }
  }
  const nodes: OnnxNode[] = [];
  const initializers = [
    { name: 'weights', shape: [columns, 1], values: weights },
    { name: 'bias', shape: [1], values: [bias] },
  ];
  const graphInputs: TensorDescription[] =
    options.input === 'columns'
      ? inputs.map((name) => ({ name, type: 'float', shape: ['rows', 1] }))
      : [{ name: 'input', type: 'float', shape: ['rows', columns] }];
  let x = 'input';
  const step = (operator: string, operand: string, output: string): void => {
    nodes.push({ operator, inputs: [x, operand], outputs: [output] });
    x = output;
  };

  if (options.input === 'columns') {
    nodes.push({ operator: 'Concat', inputs, outputs: ['joined'], attributes: { axis: 1 } });
    x = 'joined';
  }
  if (means !== undefined) {
    initializers.push({ name: 'means', shape: [columns], values: means });
    step('Sub', 'means', 'centred');
  }
  if (deviations !== undefined) {
    initializers.push({ name: 'deviations', shape: [columns], values: deviations });
    step('Div', 'deviations', 'scaled');
  }
  step('MatMul', 'weights', 'product');
  step('Add', 'bias', 'logit');

  if (options.output === 'positive') {
    nodes.push({ operator: 'Sigmoid', inputs: ['logit'], outputs: ['probabilities'] });
  } else {
    nodes.push({ operator: 'Sigmoid', inputs: ['logit'], outputs: ['positive'] });
    nodes.push({ operator: 'Neg', inputs: ['logit'], outputs: ['opposite'] });
    nodes.push({ operator: 'Sigmoid', inputs: ['opposite'], outputs: ['negative'] });
    nodes.push({
      operator: 'Concat',
      inputs: ['negative', 'positive'],
      outputs: ['probabilities'],
      attributes: { axis: 1 },
    });
  }
  const width = options.output === 'positive' ? 1 : 2;
  return onnxModel({
    inputs: graphInputs,
    outputs: [{ name: 'probabilities', type: 'float', shape: ['rows', width] }],
    initializers,
    nodes,
  });
}
