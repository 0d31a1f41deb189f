import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Alert, recordEvent } from '../alert/index.ts';
import { deleteAlert, fingerprint, readAlert, writeAlert } from '../alert/records.ts';
import { testAlert } from '../alert/testing/test-alert.ts';
import { collectorClient } from '../cli/collector-client.ts';
import { run as profile } from '../cli/profile.ts';
import { bareShape } from '../main/learning-rows.ts';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import { hourMs, inferences, outcome, Producer, testModelInput } from '../main/testing/traffic.ts';
import { createProfile, decodeReference } from '../profile/index.ts';
import { appendAudit } from '../store/audit.ts';
import { putProfile, readReference } from '../store/history.ts';
import { allKept, putKeptFrom } from '../store/rollups.ts';

/** What people do about alerts, retrains and receivers, through the API and down to the store. */

const start = Date.UTC(2026, 10, 1);
const key = { model: 'credit', environment: 'production', version: '1' };

let api: TestApi;
let producer: Producer;

async function hours(from: number, to: number, shift: number): Promise<void> {
  for (let hour = from; hour < to; hour++) {
    const events = inferences(`h${hour}`, 200, start + hour * hourMs, hourMs).map((event) => ({
      ...event,
      features: { ...event.features, income: Number(event.features.income) + shift },
    }));
    api.engine.apply(producer.inferences(events), null);
    const labels = events.map((event) => outcome(event.id, event.time + 60_000, String(event.prediction)));
    api.engine.apply(producer.outcomes(labels), null);
    await api.engine.commit();
  }
}

beforeAll(async () => {
  api = await startTestApi({
    models: [
      {
        ...testModelInput,
        segments: { sex: ['f'] },
        owner: 'lending <script>',
        retrain: { on: ['drift'], approval: 'required', minimumLabelledRows: 500, principal: 'town' },
      },
    ],
    hooks: [{ name: 'pipeline', scheme: 'bearer', secret: 'secret-of-pipeline' }],
  });
  producer = new Producer('p');
  await hours(0, 16, 0);
  await hours(16, 22, 3_000);
});
afterAll(() => api.stop());

const drift = async () => {
  const { body } = await api.ask('/v1/alerts?model=credit');
  return body.items.find(({ kind }: { kind: string }) => kind === 'drift');
};
const modelRevision = async () => (await api.ask('/v1/models/credit')).body.revision;

describe('an alert', () => {
  it('has a history and what changed around it, the nearest first', async () => {
    const alert = await drift();
    const note = { type: 'annotation.recorded', data: { model: 'credit', text: 'gateway 4 deployed' } };
    const told = await api.ask('/v1/hooks/pipeline', {
      as: 'nobody',
      method: 'POST',
      body: JSON.stringify(note),
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret-of-pipeline' },
    });
    expect([told.status, told.body]).toEqual([200, { accepted: 1, repeated: false, texts: ['gateway 4 deployed'] }]);
    const { body: history } = await api.ask(`/v1/alerts/${alert.id}/history?limit=1`);
    expect(history.items[0]).toMatchObject({
      transition: 'fired',
      state: 'firing',
      severity: 'ticket',
      actor: 'system:alert',
    });
    await api.store.transaction(async (transaction) => {
      const later = { at: api.now + hourMs, actor: 'user:ed', target: 'model/production/credit', requestId: null };
      const record = { ...later, action: 'annotation.recorded', reason: 'later', before: null, after: null };
      for (let count = 0; count < 60; count++) await appendAudit(transaction, record);
    });
    const { body: changes } = await api.ask(`/v1/alerts/${alert.id}/changes`);
    expect(changes.items).toHaveLength(50);
    const found = changes.items.map(({ kind, text }: { kind: string; text: string }) => `${kind}: ${text}`);
    expect(found).toContain('annotation: annotation recorded: gateway 4 deployed');
    expect(found.some((text: string) => text.startsWith('reference: reference built'))).toBe(true);
    const distances = changes.items.map(({ minutesBefore }: { minutesBefore: number }) => Math.abs(minutesBefore));
    expect(distances).toEqual([...distances].sort((a: number, b: number) => a - b));
    expect((await api.ask('/v1/alerts/none/history')).status).toBe(404);
  });

  it('is silenced and heard again, each with a revision, a key, a reason and a record', async () => {
    const revision = await modelRevision();
    const body = { kind: 'drift', endsAt: api.now + hourMs, reason: 'spring campaign' };
    const path = '/v1/actions/silence/credit';
    expect((await api.act(path, body, { as: 'vera', revision })).body.error.code).toBe('FORBIDDEN');
    expect((await api.act(path, body, { as: 'ed', revision: revision + 1 })).body.error.code).toBe('STALE_REVISION');
    expect((await api.act(path, { ...body, endsAt: 1 }, { as: 'ed', revision })).body.error.code).toBe('BAD_REQUEST');
    expect((await api.act(path, { endsAt: body.endsAt }, { as: 'ed', revision })).body.error.code).toBe('BAD_REQUEST');
    const done = await api.act(path, body, { as: 'ed', revision });
    expect(done).toMatchObject({ status: 200, body: { outcome: 'done', id: expect.stringMatching(/^sil_/) } });
    expect((await drift()).silence).toEqual({
      id: done.body.id,
      by: 'user:ed',
      until: body.endsAt,
      reason: body.reason,
    });
    const { body: list } = await api.ask('/v1/silences?model=credit&state=active');
    expect(list.items).toMatchObject([
      { id: done.body.id, kind: 'drift', signal: null, by: 'user:ed', state: 'active' },
    ]);
    const end = `/v1/actions/unsilence/${done.body.id}`;
    const ended = await api.act(end, { reason: 'campaign is over' }, { as: 'ed', revision: list.items[0].revision });
    expect(ended.status).toBe(200);
    expect((await drift()).silence).toBeNull();
    const actions = (await api.ask('/v1/audit?order=newest&limit=2')).body.items.map(
      ({ action }: { action: string }) => action,
    );
    expect(actions).toEqual(['alert.unsilenced', 'alert.silenced']);
  });

  it('is a document that tells it all, in which nothing from outside is markup', async () => {
    const alert = await drift();
    const { status, text, headers } = await api.ask(`/v1/alerts/${alert.id}/incident`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
    for (const title of [
      'Who was hurt',
      'Evidence',
      'What had changed',
      'Timeline',
      'Retrains',
      'Actions, as audited',
    ]) {
      expect(text).toContain(`## ${title}`);
    }
    expect(text).toContain('feature:income');
    expect(text, 'who did it').toContain('ed of Grafana \\(user:ed\\)');
    expect(text).not.toContain('<script>');
    const { body } = await api.ask('/v1/audit?order=newest&limit=1');
    expect(text).toContain(body.items[0].hash);
    expect(text).toContain('No sign that decisions were wrong or unfair');
    const signal = 'fairness:sex=f';
    const hurt = async (changes: Partial<Alert>) => {
      const fairness = {
        id: fingerprint('credit', 'production', 'fairness'),
        kind: 'fairness',
        state: 'resolved',
      } as const;
      const findings = [{ ...alert.findings[0], kind: 'fairness', signal, sentence: 'gap of .09' }];
      const other = testAlert({ ...fairness, model: 'credit', sentence: 'unfair', findings, ...changes });
      await api.store.transaction((transaction) => writeAlert(transaction, other));
      return (await api.ask(`/v1/alerts/${alert.id}/incident`)).text;
    };
    const stored = await api.store.read((transaction) => readAlert(transaction, alert.id));
    const firedAt = stored?.alert.firedWallAt ?? Number.NaN;
    expect(await hurt({ firedWallAt: firedAt - 2, changedAt: firedAt - 1 }), 'over before').not.toContain('gap of');
    const together = await hurt({ firedWallAt: firedAt - 2, changedAt: firedAt + 1 });
    expect(together, 'over by now').toContain('- fairness: unfair\n- sex=f: gap of .09');
    await hurt({ state: 'no_data', heldState: 'pending', firedWallAt: null });
    const open = (await api.ask('/metrics')).text.match(/^plumbline_open_alerts.*ticket.*$/m)?.[0];
    expect(open, 'one that never fired is none, whether or not data comes').toMatch(/ 1$/);
    await api.store.transaction((transaction) =>
      deleteAlert(transaction, fingerprint('credit', 'production', 'fairness')),
    );
    expect((await api.ask('/v1/alerts/none/incident')).body.error.code).toBe('NOT_FOUND');
    const client = collectorClient({ collector: api.url, token: 'secret-of-reader' });
    expect(await client.text(`/v1/alerts/${alert.id}/incident`)).toBe(text);
    await expect(client.text('/v1/alerts/none/incident')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is a document with all that was done about it and no other alert, and says what of its timeline is no longer kept', async () => {
    const { firedAt } = (await api.ask(`/v1/alerts/${(await drift()).id}/changes`)).body;
    const id = fingerprint('credit', 'production', 'fairness');
    const alert = testAlert({ id, model: 'credit', kind: 'fairness', firedWallAt: firedAt });
    const rest = { actor: 'user:ed', reason: 'again', before: null, after: null, requestId: null };
    const [job] = (await api.ask('/v1/retrain-jobs?model=credit')).body.items;
    expect(job.trigger.alert).toBe((await drift()).id);
    const retrain = { at: firedAt, action: 'retrain.approved', target: `retrain/${job.id}`, ...rest };
    const ofOther = (await api.store.transaction((transaction) => appendAudit(transaction, retrain))).hash;
    const hashes = await api.store.transaction(async (transaction) => {
      await writeAlert(transaction, alert);
      const acknowledged: string[] = [];
      for (let at = firedAt; at < firedAt + 501; at++) {
        const event = { at, eventTime: null, transition: 'acknowledged', actor: 'user:ed', text: 'seen' } as const;
        await recordEvent(transaction, alert, event);
        const entry = { at, action: 'alert.acknowledged', target: `alert/${id}`, ...rest };
        acknowledged.push((await appendAudit(transaction, entry)).hash);
      }
      for (let at = firedAt; at < firedAt + 5_000; at++) {
        await appendAudit(transaction, { at, action: 'other', target: 'other', ...rest });
      }
      return acknowledged;
    });
    const { text } = await api.ask(`/v1/alerts/${id}/incident`);
    expect(hashes.filter((hash) => !text.includes(hash))).toEqual([]);
    expect(text).toContain('The latest 500 of 501: no more are kept.');
    expect(text).not.toContain(ofOther);
    const other = (await api.ask(`/v1/alerts/${(await drift()).id}/incident`)).text;
    expect(other).toContain(ofOther);
    expect(other).not.toContain('no more are kept');
    await api.store.transaction((transaction) => deleteAlert(transaction, id));
  });
});

describe('a retrain', () => {
  it('is recommended with reasons and guards, and waits for approval until it expires', async () => {
    const { body } = await api.ask('/v1/models/credit/retrain');
    expect(body).toMatchObject({ verdict: 'in_flight', reasons: [{ code: 'drift' }] });
    const guards = Object.fromEntries(body.guards.map(({ code, verdict }: Record<string, string>) => [code, verdict]));
    expect(guards).toMatchObject({
      labelled_rows: 'pass',
      rows_per_class: 'pass',
      rows_per_group: 'pass',
      data_quality: 'pass',
      single_principal: 'pass',
      job_in_flight: 'fail',
      retraining_does_not_help: 'pass',
    });
    const { body: job } = await api.ask(`/v1/retrain-jobs/${body.job}`);
    expect(job).toMatchObject({ state: 'awaiting_approval', trigger: { kind: 'drift' }, reasons: [{ code: 'drift' }] });
    expect(job.guards).toHaveLength(10);
    expect(job.approvalExpiresAt).toBe(job.changedAt + 3 * 24 * hourMs);
    api.now = job.approvalExpiresAt;
    const late = await api.act(
      `/v1/actions/approve/${job.id}`,
      { reason: 'fine' },
      { as: 'ana', revision: job.revision },
    );
    expect(late.body.error.details).toMatchObject({ reason: 'approval_expired' });
    await api.services.retrain.expire(api.settings.models[0]!);
    expect((await api.ask(`/v1/retrain-jobs/${job.id}`)).body).toMatchObject({
      state: 'cancelled',
      error: 'nobody approved it in time',
      approvalExpiresAt: null,
    });
  });

  it('is cancelled by a person; its trainer is told and may report no more', async () => {
    const asked = await api.act(
      '/v1/actions/retrain/credit',
      { reason: 'try again' },
      {
        as: 'ed',
        revision: await modelRevision(),
      },
    );
    const job = asked.body.approval;
    await api.act(`/v1/actions/approve/${job.id}`, { reason: 'fine' }, { as: 'ana', revision: job.revision });
    const { body: queued } = await api.ask(`/v1/retrain-jobs/${job.id}`);
    expect(queued).toMatchObject({ state: 'queued', deadlineAt: queued.changedAt + 7 * 24 * hourMs });
    const cancel = (revision: number) =>
      api.act(`/v1/actions/cancel-retrain/${job.id}`, { reason: 'wrong data' }, { as: 'ed', revision });
    expect((await cancel(queued.revision + 1)).body.error.code).toBe('STALE_REVISION');
    expect((await cancel(queued.revision)).body).toMatchObject({ outcome: 'done' });
    const { body: over } = await api.ask(`/v1/retrain-jobs/${job.id}`);
    expect(over).toMatchObject({
      state: 'cancelled',
      error: 'cancelled by ed of Grafana (user:ed): wrong data',
      deadlineAt: null,
    });
    expect((await cancel(over.revision)).body.error.details).toEqual({ reason: 'job_is_over' });
    const event = { type: '', subject: '', time: 0, data: { jobId: job.id, model: 'credit' } };
    const { token } = api.services.retrain.completeEvent({ ...event, type: 'model.retrain.requested' }).callback as {
      token: string;
    };
    const report = await api.ask(`/v1/retrain-jobs/${job.id}/status`, {
      as: 'nobody',
      method: 'POST',
      body: JSON.stringify({ state: 'running' }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    });
    expect(report.body.error).toMatchObject({ code: 'REFUSED', details: { reason: 'job_is_over' } });
  });
});

describe('a receiver', () => {
  it('is listed without its secrets, tested by a delivery, and gets what was given up again', async () => {
    const { body } = await api.ask('/v1/webhooks');
    expect(body.items).toMatchObject([
      { name: 'trainer', kind: 'webhook', role: 'events', origin: 'http://127.0.0.1:9', state: 'ok', revision: 1 },
    ]);
    expect(body.inbound).toMatchObject([{ name: 'pipeline', scheme: 'bearer', accepted: 1 }]);
    expect(JSON.stringify(body)).not.toContain('secret-of');
    const test = (as: 'ed' | 'ana', revision: number) =>
      api.act('/v1/actions/test-webhook/trainer', { reason: 'new trainer' }, { as, revision });
    expect((await test('ed', 1)).body.error.code).toBe('FORBIDDEN');
    expect((await test('ana', 2)).body.error.code).toBe('STALE_REVISION');
    const { id } = (await test('ana', 1)).body;
    const { body: delivery } = await api.ask(`/v1/deliveries/${encodeURIComponent(id)}`);
    expect(delivery).toMatchObject({ webhook: 'trainer', type: 'webhook.ping', state: 'pending', attempts: [] });
    const replay = await api.act(
      `/v1/actions/replay-delivery/${encodeURIComponent(id)}`,
      { reason: 'again' },
      {
        as: 'ed',
        revision: delivery.revision,
      },
    );
    expect(replay.body.error.details).toEqual({ reason: 'delivery_not_dead' });
    const all = await api.act('/v1/actions/replay-deliveries/trainer', { reason: 'again' }, { as: 'ed', revision: 1 });
    expect(all.body).toMatchObject({ outcome: 'unchanged' });
    const { body: page } = await api.ask('/v1/deliveries?webhook=trainer&limit=1');
    expect(page.items.map((one: { id: string }) => one.id)).toEqual([id]);
    expect(page.nextCursor).not.toBeNull();
  });
});

describe('what is marked as expected', () => {
  it('resolves its alert and is what the version is compared with from the next window on', async () => {
    const alert = await drift();
    const path = `/v1/actions/expect/${alert.id}`;
    const body = { from: start + 16 * hourMs, reason: 'prices rose for everybody' };
    expect((await api.act(path, body, { as: 'ed', revision: alert.revision })).body.error.code).toBe('FORBIDDEN');
    const none = { ...body, from: start + 99 * hourMs };
    expect((await api.act(path, none, { as: 'ana', revision: alert.revision })).body.error.details).toMatchObject({
      reason: 'no_windows',
    });
    const before = await api.store.read((transaction) => readReference(transaction, key));
    const done = await api.act(path, body, { as: 'ana', revision: alert.revision });
    expect(done).toMatchObject({ status: 200, body: { outcome: 'done', id: expect.stringMatching(/^sha256:/) } });
    expect(await drift()).toMatchObject({
      state: 'resolved',
      expected: { by: 'user:ana', reason: body.reason, reference: done.body.id },
    });
    // The engine changes it together with its detectors, not before.
    expect((await api.store.read((transaction) => readReference(transaction, key)))?.id).toBe(before?.id);
    await hours(22, 40, 3_000);
    const after = await api.store.read((transaction) => readReference(transaction, key));
    expect(after).toMatchObject({ id: done.body.id, shape: { id: before?.shape.id } });
    expect((await drift()).state).toBe('resolved');
    // The alert named segments too: what they are compared with has changed with the whole.
    const alarmed = new Set(alert.findings.map(({ segment }: { segment?: string }) => segment));
    expect(alarmed).toEqual(new Set([undefined, 'sex=f', 'sex=other']));
    const segment = await api.store.read((transaction) => readReference(transaction, { ...key, segment: 'sex=f' }));
    expect(segment?.rows).toBeGreaterThan(200);
    expect(segment?.rows).toBeLessThan(after?.rows ?? 0);
    const { body: report } = await api.ask('/v1/models/credit/drift');
    expect(report.signals.find(({ signal }: { signal: string }) => signal === 'feature:income').latest.verdict).toBe(
      'clear',
    );
    // Going back to what was normal before is a change now.
    await hours(40, 52, 0);
    expect((await drift()).state).toBe('firing');
    const { body: audit } = await api.ask('/v1/audit?order=newest&limit=500');
    const changed = audit.items.filter(({ action }: { action: string }) => action === 'reference.changed');
    expect(changed.map(({ after }: { after: { segment?: string } }) => after.segment)).toEqual([
      'sex=other',
      'sex=f',
      undefined,
    ]);
    expect(changed[2]).toMatchObject({ actor: 'user:ana', reason: body.reason, before: { reference: before?.id } });
  });
});

describe('a reference of stored windows', () => {
  const path = '/v1/actions/set-reference/credit';
  const body = { from: start + 40 * hourMs, to: start + 46 * hourMs, reason: 'the campaign has ended' };
  const reference = (query: string, as: 'ana' | 'robot' | 'vera' = 'ana') =>
    api.ask(`/v1/models/credit/reference${query}`, { as });

  it('is set by an approver for a reason, and compared with from the next window on', async () => {
    const revision = await modelRevision();
    expect((await api.act(path, body, { as: 'ed', revision })).body.error.code).toBe('FORBIDDEN');
    expect((await api.act(path, body, { as: 'ana', revision: revision + 1 })).body.error.code).toBe('STALE_REVISION');
    const before = await api.store.read((transaction) => readReference(transaction, key));
    const done = await api.act(path, body, { as: 'ana', revision });
    expect(done).toMatchObject({ status: 200, body: { outcome: 'done', revision } });
    expect(done.body.text).toMatch(
      /^Compared with 1200 rows of 6 windows, 2026-11-02T16:00:00.000Z to 2026-11-02T22:00:00.000Z, from the next one on/,
    );
    await hours(52, 60, 0);
    expect(await api.store.read((transaction) => readReference(transaction, key))).toMatchObject({
      id: done.body.id,
      rows: 1_200,
      windows: 6,
      shape: { id: before?.shape.id },
      notes: [expect.stringMatching(/^Made of 6 stored windows, in the bins of sha256:/)],
    });
    const { body: report } = await api.ask('/v1/models/credit/drift');
    expect(report.reference).toBe(done.body.id);
    expect(report.signals.find(({ signal }: { signal: string }) => signal === 'feature:income').latest.verdict).toBe(
      'clear',
    );
    const { body: audit } = await api.ask('/v1/audit?order=newest&limit=500');
    const [changed] = audit.items.filter(({ action }: { action: string }) => action === 'reference.changed');
    expect(changed).toMatchObject({
      actor: 'user:ana',
      reason: body.reason,
      target: 'model/production/credit',
      before: { version: '1', reference: before?.id },
      after: { version: '1', reference: done.body.id, rows: 1_200, from: body.from, to: body.to },
    });
    // Segments keep theirs until they are named.
    const segment = await api.act(path, { ...body, segment: 'sex=f' }, { as: 'ana', revision: await modelRevision() });
    expect(segment.body.outcome).toBe('done');
    expect(segment.body.id).not.toBe(done.body.id);
  });

  it('is refused with a reason: nothing there, too little, other bins, a range that ends before it begins', async () => {
    const revision = await modelRevision();
    const refusal = async (more: object) =>
      (await api.act(path, { ...body, ...more }, { as: 'ana', revision })).body.error;
    expect((await refusal({ from: start + 999 * hourMs, to: undefined })).details).toEqual({ reason: 'no_windows' });
    expect((await refusal({ to: body.from + hourMs, segment: 'sex=f' })).details).toMatchObject({
      reason: 'too_few_rows',
      rows: expect.any(Number),
    });
    // As of a time when the version was compared with something else.
    const from = start - hourMs;
    const profile = createProfile(bareShape(api.settings.models[0]!));
    const older = { from, to: start, reference: null, closed: true, profile };
    await api.store.transaction((transaction) => putProfile(transaction, key, older));
    expect((await refusal({ from })).details).toEqual({ reason: 'mixed_shapes', from, to: start });
    expect((await refusal({ to: body.from })).code).toBe('BAD_REQUEST');
    expect((await refusal({ version: '9' })).code).toBe('UNKNOWN_VERSION');
    expect((await refusal({ segment: 'sex=x' })).code).toBe('UNKNOWN_SEGMENT');
    const kept = [{ level: 'window', from: body.from + hourMs }] as const;
    await api.store.transaction((transaction) => putKeptFrom(transaction, key, kept));
    expect((await refusal({})).details).toEqual({ reason: 'not_kept', keptFrom: body.from + hourMs });
    await api.store.transaction((transaction) => putKeptFrom(transaction, key, allKept(hourMs)));
  });

  it('is read as a file by who may set it, and by nobody else: it holds counts of small groups', async () => {
    const { id } = (await api.store.read((transaction) => readReference(transaction, key))) ?? {};
    const { status, body: file } = await reference('', 'robot');
    expect([status, decodeReference(JSON.stringify(file)).id]).toEqual([200, id]);
    expect((await reference('', 'vera')).body.error.code).toBe('FORBIDDEN');
    expect((await reference(`?to=${body.to}`)).body.error.code).toBe('BAD_REQUEST');
    expect((await reference(`?from=${body.to}&to=${body.from}`)).body.error.code).toBe('BAD_REQUEST');
    expect((await reference(`?from=${start + 999 * hourMs}`)).body.error.details).toEqual({ reason: 'no_windows' });
  });

  it('is written, and set, by the command line', async () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const collector = ['--collector', api.url, '--token', 'secret-of-robot'];
    const args = [
      '--model',
      'credit',
      '--from',
      new Date(body.from).toISOString(),
      '--to',
      String(body.to),
      ...collector,
    ];
    try {
      expect(await profile(args)).toBe(0);
      expect(await profile([...args, '--use', '--reason', 'by a pipeline'])).toBe(0);
      const wrong = [['--from', 'yesterday'], ['--from', '2026-11-01T08:00'], ['--use'], ['--reason', 'because']];
      for (const more of wrong) {
        await expect(profile([...args, ...more])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      }
      await expect(profile([...args, '--segment', 'sex=x'])).rejects.toMatchObject({ code: 'UNKNOWN_SEGMENT' });
    } finally {
      write.mockRestore();
    }
    expect(decodeReference(written[0] ?? '')).toMatchObject({ rows: 1_200, windows: 6 });
    expect(written[1]).toMatch(/^Compared with 1200 rows of 6 windows/);
  });
});
