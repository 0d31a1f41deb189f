import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unknownSpec } from './state.ts';
import { ada, trainer } from './testing/actors.ts';
import { openWorld, world } from './testing/world.ts';

/** Registering a version and evaluating it. */

describe('a registration', () => {
  test('needs its artefact uploaded', async () => {
    await openWorld();
    const missing = { ...unknownSpec, version: '1', digest: `sha256:${'1'.repeat(64)}` };
    await expect(world.service.register(trainer, world.settings, missing, 'api')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await world.state()).revision).toBe(0);
  });

  test('can be repeated, but not with another artefact', async () => {
    await openWorld();
    await world.register('1', 0.8);
    const { revision } = await world.state();
    await world.register('1', 0.8);
    expect((await world.state()).revision).toBe(revision);
    await expect(world.register('1', 0.7)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'VERSION_EXISTS' },
    });
  });
});

describe('an evaluation', () => {
  test('that cannot be run says why, and opens nothing', async () => {
    await openWorld();
    await world.withChampion(1);
    await world.register('2', 0, { artefact: Uint8Array.of(1, 2, 3) });
    await world.service.evaluatePending();
    expect(await world.version('2')).toMatchObject({
      state: 'registered',
      gates: [{ verdict: 'error', code: 'CANNOT_EVALUATE', reason: expect.stringContaining('not an ONNX model') }],
    });
    await expect(world.act(ada, { verb: 'canary', version: '2' })).rejects.toMatchObject({
      details: { reason: 'NOT_EVALUATED' },
    });
  });

  test('refuses an artefact that was changed on disk', async () => {
    await openWorld();
    await world.withChampion(1);
    const digest = await world.register('2', 0.95);
    const path = join(world.folder, 'artefacts', digest.slice(7));
    const bytes = await readFile(path);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await world.service.evaluatePending();
    expect((await world.version('2')).gates[0]).toMatchObject({
      verdict: 'error',
      reason: expect.stringContaining('was changed'),
    });
  });

  test('is done again beside a new champion, and the old one opens nothing', async () => {
    await openWorld();
    await world.withReadyCanary();
    await world.register('3', 0.9);
    await world.service.evaluatePending();
    expect((await world.version('3')).evaluation?.champion).toBe('1');
    await world.promote('2');
    await expect(world.act(ada, { verb: 'canary', version: '3' })).rejects.toMatchObject({
      details: { reason: 'EVALUATION_OUTDATED' },
    });
    await world.service.evaluatePending();
    expect((await world.version('3')).evaluation?.champion).toBe('2');
  });

  test('is done once, however often it is asked for', async () => {
    await openWorld();
    await world.withCandidate();
    const { evaluation } = await world.version('2');
    const { revision } = await world.state();
    world.service.evaluateLater('credit', '2');
    await Promise.all([world.service.evaluatePending(), world.service.evaluatePending()]);
    expect((await world.version('2')).evaluation).toEqual(evaluation);
    expect((await world.state()).revision).toBe(revision);
  });

  test('happens in the background after a registration', async () => {
    await openWorld();
    await world.withChampion(1);
    await world.register('2', 0.95);
    world.service.evaluateLater('credit', '2');
    world.service.evaluateLater('no such model', '2');
    await expect.poll(() => world.stateOf('2')).toBe('evaluated');
    expect(world.errors).toEqual([]);
  });
});
