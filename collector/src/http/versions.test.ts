import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import {
  digestOf,
  expectError,
  heldOut,
  modelBytes,
  register,
  registerEvaluated,
  upload,
  versionsOf,
} from './testing/calls.ts';

/** Versions and their artefacts over HTTP. */

describe('a version', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  it('is registered by a machine, with an artefact that is there, as what it is', async () => {
    const digest = await upload(api, modelBytes(2));
    const registered = await register(api, {
      version: '1',
      digest,
      parameters: { depth: 3 },
      inputs: ['a', 'b'],
      classes: ['no', 'yes'],
    });
    expect(registered).toMatchObject({
      status: 201,
      body: {
        version: '1',
        state: 'registered',
        digest,
        registeredBy: 'token:trainer',
        source: 'api',
        parameters: { depth: 3 },
      },
    });
    expect((await register(api, { version: '1', digest })).status).toBe(201);
    expectError(await register(api, { version: '1', digest: await upload(api, modelBytes(9)) }), 'CONFLICT');
    expectError(await register(api, { version: '2', digest: `sha256:${'2'.repeat(64)}` }), 'NOT_FOUND');
    expectError(await register(api, { version: '2', digest, state: 'champion' }), 'UNKNOWN_FIELD');
    expectError(await register(api, { version: '2', digest: 'latest' }), 'BAD_REQUEST');
    expectError(await register(api, { version: 'x'.repeat(65), digest }), 'BAD_REQUEST');
    expectError(await register(api, { version: '2', digest }, 'reader'), 'FORBIDDEN');
    expectError(await register(api, { version: '2', digest }, 'ana'), 'FORBIDDEN');
    expectError(await register(api, { version: '2', digest }, 'trainer', 'other'), 'UNKNOWN_MODEL');
    expectError(await api.ask('/v1/models/credit/versions/9'), 'UNKNOWN_VERSION');
  });

  it('becomes champion by two people, and the same click changes nothing twice', async () => {
    const { revision } = await versionsOf(api);
    const promote = { version: '1', reason: 'the first one' };
    expectError(
      await api.act('/v1/actions/promote/credit', promote, { as: 'ed', revision: revision - 1 }),
      'STALE_REVISION',
    );
    expectError(await api.act('/v1/actions/promote/credit', { version: '1' }, { as: 'ed', revision }), 'BAD_REQUEST');
    const named = async () => (await api.ask('/v1/people')).body.items;
    expect(await named(), 'who is refused has not acted').toEqual([]);
    const key = { 'idempotency-key': 'one-click-of-ed' };
    const first = await api.act('/v1/actions/promote/credit', promote, { as: 'ed', revision, headers: key });
    expect(first.body, first.text).toMatchObject({
      outcome: 'awaiting_approval',
      approval: { needed: 2, approvedBy: ['user:ed'] },
    });
    const again = await api.act('/v1/actions/promote/credit', promote, { as: 'ed', revision, headers: key });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expectError(
      await api.act('/v1/actions/promote/credit', { ...promote, version: '2' }, { as: 'ed', revision, headers: key }),
      'IDEMPOTENCY_KEY_REUSED',
    );
    const { approval } = first.body;
    expect((await versionsOf(api)).approvals).toEqual([approval]);

    const path = `/v1/actions/approve/${approval.id}`;
    const yes = { reason: 'looked at the evaluation' };
    expectError(await api.act(path, yes, { as: 'ed', revision: approval.revision }), 'FORBIDDEN');
    expectError(await api.act(path, yes, { as: 'robot', revision: approval.revision }), 'FORBIDDEN');
    expectError(await api.act(path, yes, { as: 'ana', revision: approval.revision + 3 }), 'STALE_REVISION');
    expectError(await api.act('/v1/actions/approve/ap_none', yes, { as: 'ana', revision: 1 }), 'NOT_FOUND');
    const granted = await api.act(path, yes, { as: 'ana', revision: approval.revision });
    expect(granted.body, granted.text).toMatchObject({ outcome: 'done' });
    const [ana, ed] = [
      { subject: 'user:ana', name: 'ana of Grafana' },
      { subject: 'user:ed', name: 'ed of Grafana' },
    ];
    expect(await named()).toEqual([ana, ed]);
    const audit = (await api.ask('/v1/audit?limit=500')).body.items;
    expect(audit.filter(({ action }: { action: string }) => action === 'person.named')).toMatchObject([
      { actor: ed.subject, target: 'person/user:ed', before: null, after: { name: ed.name } },
      { actor: ana.subject, target: 'person/user:ana', before: null, after: { name: ana.name } },
    ]);
    const versions = await versionsOf(api);
    expect(versions).toMatchObject({ routing: { champion: '1', canary: null, shadow: null } });
    expect((await api.ask('/v1/models')).body.items[0]).toMatchObject({ champion: '1' });
    const history = versions.versions.find(({ version }: { version: string }) => version === '1').history;
    expect(history[0]).toMatchObject({ to: 'champion' });
  });

  it('goes through shadow, pause, resume and roll-back by one person', async () => {
    await registerEvaluated(api, '4', 5);
    expect((await api.ask('/v1/models/credit/versions/4')).body).toMatchObject({
      state: 'evaluated',
      evaluation: { champion: '1', dataset: digestOf(heldOut), rows: 400 },
    });
    let { revision } = await versionsOf(api);
    // Two people do not make up for gates.
    const early = { version: '4', reason: 'too soon' };
    expectError(await api.act('/v1/actions/promote/credit', early, { as: 'ed', revision }), 'REFUSED');
    const step = async (verb: string, body: object, as: 'ed' | 'robot' = 'ed') => {
      const answer = await api.act(`/v1/actions/${verb}/credit`, { reason: 'a step', ...body }, { as, revision });
      expect(answer.status, answer.text).toBe(200);
      ({ revision } = answer.body);
    };
    await step('shadow', { version: '4', sampleBasisPoints: 5_000 });
    expect(await versionsOf(api)).toMatchObject({ routing: { shadow: { version: '4', sampleBasisPoints: 5_000 } } });
    await step('pause', {});
    expect(await versionsOf(api)).toMatchObject({ paused: { by: 'user:ed', reason: 'a step' } });
    expect((await api.ask('/metrics')).text).toMatch(/plumbline_rollout_paused\{.*\} 1\n/);
    await step('resume', {});
    // Gates that have seen nothing are not passed gates.
    expectError(
      await api.act('/v1/actions/canary/credit', { version: '4', reason: 'too soon' }, { as: 'ed', revision }),
      'REFUSED',
    );
    await step('roll-back', {}, 'robot');
    expect(await versionsOf(api)).toMatchObject({ routing: { champion: '1', shadow: null }, paused: null });
    for (const bad of [
      { sampleBasisPoints: 0 },
      { sampleBasisPoints: 10_001 },
      { sampleBasisPoints: 0.5 },
      { sampleBasisPoints: null },
    ]) {
      const body = { version: '4', reason: 'a step', ...bad };
      expectError(await api.act('/v1/actions/shadow/credit', body, { as: 'ed', revision }), 'BAD_REQUEST');
    }
  });
});

describe('an artefact', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  const put = (
    digest: string,
    body: string,
    headers: Record<string, string> = {},
    as: 'trainer' | 'reader' = 'trainer',
  ) =>
    api.ask(`/v1/artefacts/${digest}`, {
      as,
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream', ...headers },
    });

  it('is stored once under its digest and comes back as it was', async () => {
    const digest = digestOf('weights');
    expect(await put(digest, 'weights')).toMatchObject({ status: 201, body: { digest, bytes: 7, created: true } });
    expect(await put(digest, 'weights')).toMatchObject({ status: 200, body: { created: false } });
    const back = await api.ask(`/v1/artefacts/${digest}`, { as: 'reader' });
    expect(back).toMatchObject({ status: 200, text: 'weights' });
    expect(back.headers.get('content-disposition')).toContain('attachment');
  });

  it('is refused under another digest, and nothing is kept of it', async () => {
    const digest = digestOf('other');
    expectError(await put(digest, 'weights'), 'BAD_ARTEFACT');
    expectError(await api.ask(`/v1/artefacts/${digest}`, { as: 'reader' }), 'NOT_FOUND');
  });

  it.each([
    ['sha256:abc', 'BAD_REQUEST'],
    [`sha256:${'A'.repeat(64)}`, 'BAD_REQUEST'],
    [`md5:${'0'.repeat(64)}`, 'BAD_REQUEST'],
    ['..%2f..%2fetc%2fpasswd', 'BAD_REQUEST'],
  ])('has a digest and no other name: %s', async (digest, code) => {
    expectError(await put(digest, 'weights'), code);
  });

  it('is refused from strangers, of other types and when it says it is too large', async () => {
    const digest = digestOf('weights');
    expectError(await put(digest, 'weights', {}, 'reader'), 'FORBIDDEN');
    expectError(await put(digest, 'weights', { 'content-type': 'text/html' }), 'UNSUPPORTED_CONTENT_TYPE');
    expectError(await put(`${digest}?x=1`, 'weights'), 'UNKNOWN_FIELD');
  });
});
