import { describe, expect, test } from 'vitest';
import { fitLogistic, type LogisticModel } from '../../../../test/demo/logistic-regression.ts';
import { seededRandom } from '../../../../test/demo/random.ts';
import { logisticOnnx } from '../../../../test/onnx/logistic.ts';
import { unknownSpec } from '../state.ts';
import { ada, trainer } from '../testing/actors.ts';
import { openWorld, world } from '../testing/world.ts';

/**
 * The textbook's worked example of a retrained model, through the real store, ONNX Runtime and gates: a data set is split
 * 80 to 20 with seed 42, a logistic regression is trained on the old data; new data comes, old and new are combined, the
 * model is trained again; both are scored on the same held-out rows, and the new one goes on only if it is better.
 */

interface Row {
  readonly x: readonly [number, number];
  readonly label: 0 | 1;
}

const inputs = ['first', 'second'];
const testShare = 0.2;
const seed = 42;

/** Rows of a world in which the label follows both columns. */
function rowsOf(count: number, random: ReturnType<typeof seededRandom>, spread = 1): Row[] {
  return Array.from({ length: count }, (): Row => {
    const x = [random.normal() * spread, random.normal() * spread] as const;
    const chance = 1 / (1 + Math.exp(-(1.5 * x[0] - 2.5 * x[1])));
    return { x: [x[0], x[1]], label: random.uniform() < chance ? 1 : 0 };
  });
}

/** The same split for the same rows; no row is in both parts. */
function split(rows: readonly Row[]): { readonly training: Row[]; readonly heldOut: Row[] } {
  const random = seededRandom(seed);
  const training: Row[] = [];
  const heldOut: Row[] = [];
  for (const row of rows) (random.uniform() < testShare ? heldOut : training).push(row);
  return { training, heldOut };
}

const fit = (rows: readonly Row[]): LogisticModel =>
  fitLogistic(
    rows.map(({ x }) => x),
    rows.map(({ label }) => label),
  );

const csv = (rows: readonly Row[]) =>
  new TextEncoder().encode(
    [
      [...inputs, 'label'].join(','),
      ...rows.map(({ x, label }) => `${x.join(',')},${label === 1 ? 'yes' : 'no'}`),
    ].join('\n'),
  );

async function register(version: string, model: LogisticModel, heldOut: Row[], training: Row[]): Promise<void> {
  const digest = await world.artefacts.put(logisticOnnx({ inputs, ...model }));
  await world.service.register(
    trainer,
    world.settings,
    {
      ...unknownSpec,
      version,
      digest,
      inputs,
      classes: ['no', 'yes'],
      heldOut: await world.artefacts.put(csv(heldOut)),
      training: await world.artefacts.put(csv(training)),
      parameters: { algorithm: 'logistic regression', seed, testShare },
    },
    'api',
  );
}

describe('a model that is trained again on old and new data', () => {
  /** Old data are few and narrow; new data are many. */
  async function withOldModel() {
    await openWorld();
    const random = seededRandom(7);
    const old = split(rowsOf(60, random, 0.2));
    const fresh = split(rowsOf(3_000, random));
    await register('1', fit(old.training), old.heldOut, old.training);
    await world.promote('1');
    return { old, fresh, heldOut: [...old.heldOut, ...fresh.heldOut] };
  }

  test('goes on to be promoted when it is better on the same held-out rows, none of which it has seen', async () => {
    const { old, fresh, heldOut } = await withOldModel();
    const combined = [...old.training, ...fresh.training];
    await register('2', fit(combined), heldOut, combined);
    await world.service.evaluatePending();
    const { state, evaluation } = await world.version('2');
    expect(await world.gatesOf('2')).toMatchObject({
      leakage: 'pass NO_ROWS_LEAKED',
      offline_performance: 'pass NOT_WORSE',
      offline_calibration: 'pass NO_HARM_SEEN',
    });
    expect(evaluation).toMatchObject({ champion: '1', rows: heldOut.length });
    const accuracy = evaluation?.metrics.accuracy;
    expect(accuracy?.candidate.value).toBeGreaterThan(accuracy?.champion?.value ?? 1);
    expect(state).toBe('evaluated');
    expect((await world.act(ada, { verb: 'canary', version: '2' })).outcome).toBe('done');
  });

  test('is rejected when it is worse, and cannot be promoted', async () => {
    const { fresh, heldOut } = await withOldModel();
    // Somebody mixed the labels up on the way.
    const spoilt = fresh.training.map(({ x, label }): Row => ({ x, label: label === 1 ? 0 : 1 }));
    await register('2', fit(spoilt), heldOut, spoilt);
    await world.service.evaluatePending();
    expect(await world.gatesOf('2')).toMatchObject({ offline_performance: 'fail WORSE_THAN_ALLOWED' });
    expect(await world.stateOf('2')).toBe('rejected');
    await expect(world.act(ada, { verb: 'canary', version: '2' })).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(world.act(ada, { verb: 'promote', version: '2' })).rejects.toMatchObject({ code: 'REFUSED' });
  });

  test('is rejected when it was trained on rows of the test, however well it does there', async () => {
    const { old, fresh, heldOut } = await withOldModel();
    const leaked = [...old.training, ...fresh.training, ...heldOut.slice(0, 5)];
    await register('2', fit(leaked), heldOut, leaked);
    await world.service.evaluatePending();
    const gate = (await world.version('2')).gates.find(({ gate: name }) => name === 'leakage');
    expect(gate).toMatchObject({ verdict: 'fail', code: 'HELD_OUT_LEAKED', numbers: { leaked: 5 } });
    expect(await world.gatesOf('2')).toMatchObject({ offline_performance: 'pass NOT_WORSE' });
    expect(await world.stateOf('2')).toBe('rejected');
  });

  test('has the same split every time, with a fifth of the rows held out', () => {
    const rows = rowsOf(2_000, seededRandom(1));
    const [first, again] = [split(rows), split(rows)];
    expect(again).toEqual(first);
    expect(first.heldOut.length / rows.length).toBeCloseTo(testShare, 1);
    expect(first.heldOut.filter((row) => first.training.includes(row))).toEqual([]);
  });
});
