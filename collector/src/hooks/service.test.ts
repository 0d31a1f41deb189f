import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hookSettings, modelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { readAudit } from '../store/audit.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { HookService } from './service.ts';

const secret = 'a-secret-of-words';
const digest = `sha256:${'ab'.repeat(32)}`;
const start = Date.UTC(2026, 10, 22, 12);

let store: Store;
let now: number;
let registered: string[];
let hasArtefact: boolean;
let hooks: HookService;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  now = start;
  registered = [];
  hasArtefact = true;
  const schemes = ['mlflow', 'grafana', 'wandb', 'bearer'] as const;
  hooks = new HookService({
    store,
    clock: () => now,
    hooks: [
      ...schemes.map((scheme) => hookSettings.parse({ name: scheme, scheme, secret })),
      hookSettings.parse({ name: 'narrow', scheme: 'bearer', secret, model: 'other' }),
    ],
    models: [modelSettings.parse({ name: 'credit' }), modelSettings.parse({ name: 'other' })],
    hasArtefact: async () => hasArtefact,
    register: async (_, version) => {
      if (version.version === 'refused') throw new PlumblineError('CONFLICT', 'another digest is registered');
      registered.push(`${version.version} ${version.digest}`);
    },
  });
});
afterEach(() => store.close());

const mac = (text: string) => createHmac('sha256', secret).update(text).digest();

function mlflow(event: object, id = 'd1') {
  const [rawBody, seconds] = [JSON.stringify(event), String(Math.floor(now / 1000))];
  const headers = {
    'x-mlflow-delivery-id': id,
    'x-mlflow-timestamp': seconds,
    'x-mlflow-signature': `v1,${mac(`${id}.${seconds}.${rawBody}`).toString('base64')}`,
  };
  return hooks.receive('mlflow', { headers, rawBody });
}

function grafana(message: object) {
  const [rawBody, seconds] = [JSON.stringify(message), String(Math.floor(now / 1000))];
  const headers = {
    'x-grafana-alerting-timestamp': seconds,
    'x-grafana-alerting-signature': mac(`${seconds}:${rawBody}`).toString('hex'),
  };
  return hooks.receive('grafana', { headers, rawBody });
}

const bearer = (event: unknown, name = 'bearer') =>
  hooks.receive(name, { headers: { authorization: `Bearer ${secret}` }, rawBody: JSON.stringify(event) });

const audit = () => store.read((transaction) => readAudit(transaction, 0, 50));
const version = (data: object) => ({ entity: 'model_version', action: 'created', timestamp: '', data });

describe('a hook', () => {
  it('registers a version of MLflow that carries our digest, once however often it is told', async () => {
    const event = version({ name: 'credit', version: '3', tags: { 'plumbline.digest': digest } });
    expect(await mlflow(event)).toMatchObject({ accepted: 1, repeated: false, models: ['credit'] });
    expect(await mlflow(event)).toMatchObject({ accepted: 0, repeated: true });
    expect(registered).toEqual([`3 ${digest}`]);
  });

  it('says what a version lacks: a digest, or the artefact', async () => {
    await mlflow(version({ name: 'credit', version: '3', run_id: 'r' }));
    hasArtefact = false;
    await mlflow(version({ name: 'credit', version: '4', tags: { 'plumbline.digest': digest } }), 'd2');
    expect((await audit()).map(({ action, actor, target, reason }) => [action, actor, target, reason])).toEqual([
      [
        'annotation.recorded',
        'hook:mlflow',
        'model/production/credit',
        expect.stringContaining('tag it plumbline.digest'),
      ],
      [
        'annotation.recorded',
        'hook:mlflow',
        'model/production/credit',
        expect.stringContaining('waits for its artefact'),
      ],
    ]);
    expect(registered).toEqual([]);
  });

  it('registers a version whose digest is set as a tag later', async () => {
    const data = { name: 'credit', version: '5', key: 'plumbline.digest', value: digest };
    await mlflow({ entity: 'model_version_tag', action: 'set', data });
    expect(registered).toEqual([`5 ${digest}`]);
  });

  it('remembers alerts of Grafana beside the model they name, and does not hear itself', async () => {
    const alert = (labels: object) => ({ status: 'firing', labels, annotations: { summary: 'Disk is full' } });
    const message = {
      version: '1',
      alerts: [
        alert({ alertname: 'Disk', model: 'credit' }),
        alert({ alertname: 'P', model: 'credit', plumbline_alert: 'a' }),
      ],
    };
    expect((await grafana(message)).texts).toEqual(['Grafana: Disk firing: Disk is full']);
    await expect(grafana({ alerts: [alert({ alertname: 'X' })] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('takes our own events, and does nothing of a request of which a part is refused', async () => {
    expect(
      await bearer({ type: 'annotation.recorded', data: { model: 'credit', text: 'deployed gateway 4' } }),
    ).toMatchObject({
      texts: ['deployed gateway 4'],
    });
    const refused = { type: 'model.version.registered', data: { model: 'credit', version: 'refused', digest } };
    await expect(bearer(refused)).rejects.toMatchObject({ code: 'CONFLICT' });
    // Nothing is remembered of it: it may be sent again.
    await expect(bearer(refused)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await audit()).toHaveLength(1);
  });

  it.each([
    ['no hook of that name', 'nobody', {}, 'NOT_FOUND'],
    [
      'a model that is not declared',
      'bearer',
      { type: 'annotation.recorded', data: { model: 'x', text: 'y' } },
      'UNKNOWN_MODEL',
    ],
    [
      'a model that the hook may not speak about',
      'narrow',
      { type: 'annotation.recorded', data: { model: 'credit', text: 'y' } },
      'UNKNOWN_MODEL',
    ],
    ['something else', 'bearer', { type: 'promote', data: { model: 'credit', version: '9' } }, 'BAD_REQUEST'],
    ['a list', 'bearer', [], 'BAD_REQUEST'],
  ])('refuses %s', async (_, name, event, code) => {
    await expect(bearer(event, name)).rejects.toMatchObject({ code });
    expect(await audit()).toEqual([]);
  });

  it('counts what it refused and shows no secret', async () => {
    const forged = { headers: { authorization: 'Bearer wrong' }, rawBody: '{}' };
    await expect(hooks.receive('bearer', forged)).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
    await bearer({ type: 'annotation.recorded', data: { model: 'credit', text: 'ok' } });
    const list = await store.read((transaction) => hooks.list(transaction));
    expect(list.find(({ name }) => name === 'bearer')).toEqual({
      name: 'bearer',
      scheme: 'bearer',
      model: null,
      accepted: 1,
      refused: 1,
      lastAt: start,
      lastText: 'ok',
    });
    expect(JSON.stringify(list)).not.toContain(secret);
  });

  it('takes the same words again after a day', async () => {
    const event = { type: 'annotation.recorded', data: { model: 'credit', text: 'nightly deployment' } };
    await bearer(event);
    expect(await bearer(event)).toMatchObject({ repeated: true });
    now += 86_400_000;
    expect(await bearer(event)).toMatchObject({ repeated: false });
  });
});
