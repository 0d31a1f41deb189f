import { describe, expect, test } from 'vitest';
import { logisticOnnx } from '../../../../test/onnx/logistic.ts';
import { onnxModel } from '../../../../test/onnx/model.ts';
import { modelSettings } from '../../config/settings.ts';
import { digestOf } from '../artefacts.ts';
import { unknownSpec, type VersionSpec } from '../state.ts';
import { seededRandom } from './bootstrap.ts';
import { type EvaluatedVersion, type EvaluationInput, evaluateVersions } from './evaluate.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Rows of two numbers and a group; the label follows `sigmoid(2 a - b)`. */
function heldOutRows(count: number, seed = 1): string {
  const random = seededRandom(seed);
  const lines = ['a,b,sex,label'];
  for (let row = 0; row < count; row++) {
    const [a, b] = [4 * random() - 2, 4 * random() - 2];
    lines.push(`${a},${b},${random() < 0.4 ? 'female' : 'male'},${random() < sigmoid(2 * a - b) ? 'yes' : 'no'}`);
  }
  return `${lines.join('\n')}\n`;
}

function version(name: string, bytes: Uint8Array, spec: Partial<VersionSpec> = {}): EvaluatedVersion {
  return {
    version: name,
    bytes,
    spec: { ...unknownSpec, digest: digestOf(bytes), inputs: ['a', 'b'], classes: ['no', 'yes'], ...spec },
  };
}

const good = logisticOnnx({ inputs: ['a', 'b'], weights: [2, -1], bias: 0 });
const poor = logisticOnnx({ inputs: ['a', 'b'], weights: [0.2, 2], bias: 0.5 });
const settings = modelSettings.parse({
  name: 'credit-risk',
  positive: 'yes',
  groups: [{ attribute: 'sex' }],
});

function input(changes: Partial<EvaluationInput> & { rows?: string } = {}): EvaluationInput {
  const bytes = new TextEncoder().encode(changes.rows ?? heldOutRows(2_000));
  return {
    id: 'evaluation-1',
    settings,
    candidate: version('2', good),
    champion: version('1', poor),
    heldOut: { digest: digestOf(bytes), bytes },
    at: 1_000,
    ...changes,
  };
}

const verdicts = (evaluation: Awaited<ReturnType<typeof evaluateVersions>>) =>
  Object.fromEntries(evaluation.gates.map((gate) => [gate.gate, `${gate.verdict} ${gate.code}`]));

describe('an evaluation of candidate and champion on the same held-out rows', () => {
  test('passes a better candidate, with every metric and interval', async () => {
    const evaluation = await evaluateVersions(input());
    expect(verdicts(evaluation)).toEqual({
      offline_calibration: 'pass NO_HARM_SEEN',
      offline_performance: 'pass NOT_WORSE',
      worst_group: 'pass NO_HARM_SEEN',
    });
    expect(Object.keys(evaluation.metrics)).toEqual([
      ...['accuracy', 'precision', 'recall', 'f1', 'areaUnderCurve', 'logLoss', 'brierScore', 'calibrationError'],
      ...['falsePositiveRate', 'selectionRate'],
    ]);
    for (const pair of Object.values(evaluation.metrics)) {
      for (const estimate of [pair.candidate, pair.champion, pair.difference]) {
        expect(estimate?.low).toBeLessThanOrEqual(estimate?.value ?? Number.NaN);
        expect(estimate?.high).toBeGreaterThanOrEqual(estimate?.value ?? Number.NaN);
      }
    }
    const accuracy = evaluation.metrics.accuracy;
    expect(accuracy?.difference?.value).toBeCloseTo(
      (accuracy?.candidate.value ?? 0) - (accuracy?.champion?.value ?? 0),
      12,
    );
    expect(evaluation.groups.map(({ group, rows }) => [group, rows])).toEqual([
      ['female', expect.any(Number)],
      ['male', expect.any(Number)],
    ]);
    expect(evaluation.groups.reduce((sum, group) => sum + group.rows, 0)).toBe(2_000);
  });

  test('agrees with counting by hand', async () => {
    const rows = 'a,b,label\n1,0,yes\n-1,0,yes\n2,0,no\n-2,0,no\n3,0,yes\n';
    const evaluation = await evaluateVersions(
      input({ rows, settings: modelSettings.parse({ name: 'm', positive: 'yes' }) }),
    );
    const { accuracy, precision, recall, areaUnderCurve, logLoss } = evaluation.metrics;
    expect(accuracy?.candidate).toMatchObject({ value: 3 / 5, n: 5 });
    expect(precision?.candidate).toMatchObject({ value: 2 / 3, n: 3 });
    expect(recall?.candidate).toMatchObject({ value: 2 / 3, n: 3 });
    // Pairs of a yes above a no: 1 > -2, -1 > -2, 3 > 2, 3 > -2; below: 1 < 2, -1 < 2.
    expect(areaUnderCurve?.candidate.value).toBeCloseTo(4 / 6, 12);
    const expected = -[sigmoid(2), sigmoid(-2), 1 - sigmoid(4), 1 - sigmoid(-4), sigmoid(6)]
      .map(Math.log)
      .reduce((sum, log) => sum + log / 5, 0);
    expect(logLoss?.candidate.value).toBeCloseTo(expected, 6);
  });

  test('is the same for the same bytes', async () => {
    const rows = heldOutRows(200);
    expect(await evaluateVersions(input({ rows }))).toEqual(await evaluateVersions(input({ rows })));
  });

  test('fails a worse candidate, and names the group it hurts', async () => {
    const evaluation = await evaluateVersions(input({ candidate: version('2', poor), champion: version('1', good) }));
    expect(verdicts(evaluation)).toEqual({
      offline_calibration: 'fail WORSE_THAN_ALLOWED',
      offline_performance: 'fail WORSE_THAN_ALLOWED',
      worst_group: 'fail WORSE_THAN_ALLOWED',
    });
    expect(evaluation.gates[1]?.reason).toMatch(
      /sex = (fe)?male has an error rate \d+\.\d points above the champion's on the same \d+ rows: more than 3\.0 points is not allowed/,
    );
  });

  test('fails a candidate whose better average hides a hurt group', async () => {
    // Right about every man and wrong about every woman; the champion guesses by a coin that is fair to both.
    const random = seededRandom(5);
    const lines = ['isMan,coin,sex,label'];
    for (let row = 0; row < 1_000; row++) {
      const man = row % 5 !== 0;
      lines.push(`${man ? 1 : -1},${random() < 0.7 ? 1 : -1},${man ? 'male' : 'female'},yes`);
    }
    const byMan = logisticOnnx({ inputs: ['isMan', 'coin'], weights: [5, 0], bias: 0 });
    const byCoin = logisticOnnx({ inputs: ['isMan', 'coin'], weights: [0, 5], bias: 0 });
    const inputs = ['isMan', 'coin'];
    const evaluation = await evaluateVersions(
      input({
        rows: lines.join('\n'),
        candidate: version('2', byMan, { inputs }),
        champion: version('1', byCoin, { inputs }),
      }),
    );
    expect(verdicts(evaluation)).toEqual({
      offline_calibration: 'pass NO_HARM_SEEN',
      offline_performance: 'pass NOT_WORSE',
      worst_group: 'fail WORSE_THAN_ALLOWED',
    });
    expect(evaluation.gates[1]?.reason).toContain('sex = female');
  });

  test('says nothing from a handful of rows, even without a single disagreement', async () => {
    const evaluation = await evaluateVersions(input({ rows: heldOutRows(40), champion: version('1', good) }));
    expect(verdicts(evaluation).offline_performance).toBe('inconclusive TOO_FEW_ROWS');
  });

  test('says nothing without a champion', async () => {
    const evaluation = await evaluateVersions(input({ champion: null }));
    expect(verdicts(evaluation)).toEqual({ offline_performance: 'inconclusive NO_CHAMPION' });
    expect(evaluation.metrics.accuracy?.difference).toBeNull();
  });

  test('needs the columns of every sensitive attribute', async () => {
    const rows = heldOutRows(500).replace('a,b,sex,label', 'a,b,gender,label');
    expect(verdicts(await evaluateVersions(input({ rows }))).worst_group).toBe('error MISSING_DATA');
  });

  test('takes one input a column, one number a row, and fixed batch sizes as well', async () => {
    const byColumn = logisticOnnx({
      inputs: ['a', 'b'],
      weights: [2, -1],
      bias: 0,
      input: 'columns',
      output: 'positive',
    });
    const fixed = onnxModel({
      inputs: [{ name: 'x', type: 'float', shape: [7, 2] }],
      outputs: [{ name: 'p', type: 'float', shape: [7, 1] }],
      initializers: [{ name: 'w', shape: [2, 1], values: [2, -1] }],
      nodes: [
        { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['z'] },
        { operator: 'Sigmoid', inputs: ['z'], outputs: ['p'] },
      ],
    });
    const evaluation = await evaluateVersions(
      input({ candidate: version('2', byColumn, { inputs: [] }), champion: version('1', fixed) }),
    );
    expect(evaluation.metrics.accuracy?.difference).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(evaluation.metrics.logLoss?.candidate.value).toBeCloseTo(
      evaluation.metrics.logLoss?.champion?.value ?? Number.NaN,
      6,
    );
  });

  test('picks the probabilities of a model that also gives labels', async () => {
    const withLabel = onnxModel({
      inputs: [{ name: 'X', type: 'float', shape: ['rows', 2] }],
      outputs: [
        { name: 'label', type: 'int64', shape: ['rows', 1] },
        { name: 'logit', type: 'float', shape: ['rows', 1] },
        { name: 'probabilities', type: 'float', shape: ['rows', 1] },
      ],
      initializers: [{ name: 'w', shape: [2, 1], values: [2, -1] }],
      nodes: [
        { operator: 'MatMul', inputs: ['X', 'w'], outputs: ['logit'] },
        { operator: 'Sigmoid', inputs: ['logit'], outputs: ['probabilities'] },
        { operator: 'Cast', inputs: ['probabilities'], outputs: ['label'], attributes: { to: 7 } },
      ],
    });
    const evaluation = await evaluateVersions(
      input({ candidate: version('2', withLabel), champion: version('1', good) }),
    );
    expect(evaluation.metrics.accuracy?.difference?.value).toBe(0);
  });

  test('compares numbers by their absolute error', async () => {
    const linear = (weights: number[]) =>
      onnxModel({
        inputs: [{ name: 'x', type: 'float', shape: ['rows', 2] }],
        outputs: [{ name: 'y', type: 'float', shape: ['rows', 1] }],
        initializers: [{ name: 'w', shape: [2, 1], values: weights }],
        nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      });
    const random = seededRandom(3);
    const lines = ['a,b,label'];
    for (let row = 0; row < 500; row++) {
      const [a, b] = [random(), random()];
      lines.push(`${a},${b},${3 * a - b + random() / 10}`);
    }
    const regression = modelSettings.parse({ name: 'm', task: 'regression' });
    const evaluation = await evaluateVersions(
      input({
        rows: lines.join('\n'),
        settings: regression,
        candidate: version('2', linear([3, -1])),
        champion: version('1', linear([2, 0])),
      }),
    );
    expect(verdicts(evaluation)).toEqual({ offline_performance: 'pass NOT_WORSE' });
    expect(evaluation.metrics.meanAbsoluteError?.candidate.value).toBeCloseTo(0.05, 2);
  });
});

describe('what cannot be evaluated is refused with a reason', () => {
  const refused: [string, Partial<EvaluationInput> & { rows?: string }, string, RegExp][] = [
    [
      'bytes that are no ONNX model',
      { candidate: version('2', Uint8Array.of(1, 2, 3)) },
      'BAD_ARTEFACT',
      /version 2 is not an ONNX model/,
    ],
    [
      'a registered digest of other bytes',
      { champion: version('1', good, { digest: digestOf(poor) }) },
      'BAD_ARTEFACT',
      /version 1 is registered as sha256:[0-9a-f]{64}, not sha256:/,
    ],
    [
      'a column the model takes and the rows lack',
      { candidate: version('2', good, { inputs: ['a', 'c'] }) },
      'BAD_DATA',
      /no column "c", which version 2 takes/,
    ],
    [
      'another number of columns than the model takes',
      { candidate: version('2', good, { inputs: ['a'] }) },
      'BAD_ARTEFACT',
      /takes "input" of shape \[rows, 2\], but 1 input columns are registered/,
    ],
    [
      'a matrix without named columns',
      { candidate: version('2', good, { inputs: [] }) },
      'BAD_ARTEFACT',
      /register its columns as `inputs`/,
    ],
    ['text where a number belongs', { rows: 'a,b,label\n1,2,yes\n1,x,no\n' }, 'BAD_DATA', /row 2 .* column "b": "x"/],
    [
      'a missing label',
      { rows: 'a,b,label\n1,2,yes\n1,2,\n' },
      'BAD_DATA',
      /row 2 .* label in column "label" is empty/,
    ],
    ['an unknown label', { rows: 'a,b,label\n1,2,maybe\n' }, 'BAD_DATA', /row 1 .* is "maybe", not one of no, yes/],
    ['no label column', { rows: 'a,b\n1,2\n' }, 'BAD_DATA', /no column "label", which holds the labels/],
    ['no rows', { rows: 'a,b,label\n' }, 'BAD_DATA', /no row/],
    ['rows of different lengths', { rows: 'a,b,label\n1,2\n' }, 'BAD_DATA', /not readable CSV/],
    ['a column named twice', { rows: 'a,a,label\n1,2,yes\n' }, 'BAD_DATA', /name column "a" twice/],
    ['a value the model cannot score', { rows: 'a,b,label\n1,2,yes\n,2,no\n' }, 'BAD_ARTEFACT', /gave NaN for row 2/],
    [
      'scores that are no probabilities',
      {
        candidate: version(
          '2',
          onnxModel({
            inputs: [{ name: 'x', type: 'float', shape: ['rows', 2] }],
            outputs: [{ name: 'y', type: 'float', shape: ['rows', 1] }],
            initializers: [{ name: 'w', shape: [2, 1], values: [9, 9] }],
            nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
          }),
        ),
      },
      'BAD_ARTEFACT',
      /a probability lies in \[0, 1\]/,
    ],
    [
      'one number a row from a model of several',
      {
        candidate: version(
          '2',
          onnxModel({
            inputs: [{ name: 'x', type: 'float', shape: ['rows', 2] }],
            outputs: [{ name: 'y', type: 'float', shape: ['rows', 3] }],
            initializers: [{ name: 'w', shape: [2, 3], values: [0, 0, 0, 0, 0, 0] }],
            nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
          }),
        ),
      },
      'BAD_ARTEFACT',
      /gives 3 numbers a row/,
    ],
    [
      'a model without an output of floats',
      {
        candidate: version(
          '2',
          onnxModel({
            inputs: [{ name: 'x', type: 'float', shape: ['rows', 2] }],
            outputs: [{ name: 'label', type: 'int64', shape: ['rows', 2] }],
            initializers: [],
            nodes: [{ operator: 'Cast', inputs: ['x'], outputs: ['label'], attributes: { to: 7 } }],
          }),
        ),
      },
      'BAD_ARTEFACT',
      /has no output of floats \(label\)/,
    ],
  ];

  test.each(refused)('%s', async (_, changes, code, message) => {
    await expect(evaluateVersions(input(changes))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('probabilities in a list of maps', async () => {
    const zipped = onnxModel({
      inputs: [{ name: 'x', type: 'float', shape: ['rows', 2] }],
      outputs: [{ name: 'maps', type: 'maps', shape: [] }],
      initializers: [],
      nodes: [
        {
          operator: 'ZipMap',
          domain: 'ai.onnx.ml',
          inputs: ['x'],
          outputs: ['maps'],
          attributes: { classlabels_strings: ['no', 'yes'] },
        },
      ],
    });
    await expect(evaluateVersions(input({ candidate: version('2', zipped) }))).rejects.toMatchObject({
      code: 'BAD_ARTEFACT',
      message: expect.stringContaining('zipmap=False'),
    });
  });

  test('fails a candidate that is right as often but sure of too much', async () => {
    const boastful = logisticOnnx({ inputs: ['a', 'b'], weights: [20, -10], bias: 0 });
    const evaluation = await evaluateVersions(
      input({ candidate: version('2', boastful), champion: version('1', good), settings: { ...settings, groups: [] } }),
    );
    expect(verdicts(evaluation)).toEqual({
      offline_performance: 'pass NOT_WORSE',
      offline_calibration: 'fail WORSE_THAN_ALLOWED',
    });
    const numbers = evaluation.gates.find(({ gate }) => gate === 'offline_calibration')?.numbers;
    expect(numbers?.differenceLow).toBeGreaterThan(0.02);
    expect(numbers?.candidate).toBeGreaterThan(numbers?.champion ?? 1);
  });

  test('fails a candidate that is not good enough for a group, whatever the champion was', async () => {
    const limited = (groupLossLimit: number) => ({
      ...settings,
      rollout: { ...settings.rollout, gates: { ...settings.rollout.gates, groupLossLimit } },
    });
    const verdictAt = async (limit: number) =>
      verdicts(await evaluateVersions(input({ settings: limited(limit), rows: heldOutRows(400) }))).group_limit;
    expect(await verdictAt(0.5)).toBe('pass WITHIN_LIMIT');
    expect(await verdictAt(0.01)).toBe('fail OVER_LIMIT');
  });

  test('fails a candidate that has seen one of the held-out rows, however its numbers are written', async () => {
    const rows = heldOutRows(400);
    const lines = rows.trim().split('\n');
    const training = (extra: readonly string[]) =>
      new TextEncoder().encode([lines[0], ...heldOutRows(300, 9).trim().split('\n').slice(1), ...extra].join('\n'));
    const leakageOf = async (bytes: Uint8Array) =>
      (await evaluateVersions(input({ rows, training: bytes }))).gates.find(({ gate }) => gate === 'leakage');
    expect(await leakageOf(training([]))).toMatchObject({
      verdict: 'pass',
      code: 'NO_ROWS_LEAKED',
      numbers: { leaked: 0 },
    });
    const [a = '', b = '', , label = ''] = (lines[7] ?? '').split(',');
    const again = `${Number(a).toExponential()}, ${b}0,nobody,${label}`;
    expect(await leakageOf(training([again]))).toMatchObject({
      verdict: 'fail',
      code: 'HELD_OUT_LEAKED',
      numbers: { leaked: 1, heldOutRows: 400, trainingRows: 301 },
      reason: '1 of 400 held-out rows are among the training rows',
    });
    expect(await leakageOf(new TextEncoder().encode('a,label\n1,yes'))).toMatchObject({
      verdict: 'error',
      code: 'MISSING_DATA',
      reason: expect.stringContaining('no column b'),
    });
  });
});
