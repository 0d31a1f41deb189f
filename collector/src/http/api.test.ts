import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, startTestApi, type TestApi } from '../main/testing/api.ts';
import { hourMs, inferences, outcome, Producer, testModelInput } from '../main/testing/traffic.ts';
import { routes } from './routes/index.ts';
import { expectError, modelBytes, upload, versionsOf } from './testing/calls.ts';

/** The API as its callers meet it: real server, store, engine and services; Grafana's people and machines' tokens. */

const start = Date.UTC(2026, 10, 20);

describe('every path', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  const paths = routes.map((route) => ({
    route,
    name: `${route.method} ${route.path}`,
    path: route.path
      .replace(':model', 'credit')
      .replace(':version', '1')
      .replace(':digest', `sha256:${'0'.repeat(64)}`)
      .replace(/:\w+/g, 'x'),
  }));
  const send = (method: string, path: string, as: 'nobody' | 'vera' | 'ana' | 'gateway') =>
    api.ask(path, {
      as,
      method,
      ...(method === 'GET' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }),
    });

  it.each(paths)('$name says who may use it, with 403 and never 401', async ({ route, path }) => {
    const answer = await send(route.method, path, 'nobody');
    switch (route.access.kind) {
      case 'open':
      case 'scrape':
        expect(answer.status).toBe(200);
        break;
      case 'object-token':
        // The body is looked at first: what is wrong with it is no secret.
        expectError(answer, route.path === '/v1/hooks/:hook' ? 'NOT_FOUND' : 'BAD_REQUEST');
        break;
      default:
        expectError(answer, 'NOT_AUTHENTICATED');
    }
    expect(answer.status).not.toBe(401);
  });

  it.each(paths.filter(({ route }) => route.access.kind === 'verb'))(
    '$name is refused to a viewer',
    async ({ route, path }) => {
      expectError(await send(route.method, path, 'vera'), 'FORBIDDEN');
    },
  );

  it.each(paths.filter(({ route }) => route.access.kind === 'scope'))(
    '$name is refused to people',
    async ({ route, path }) => {
      expectError(await send(route.method, path, 'ana'), 'FORBIDDEN');
    },
  );

  it.each(paths.filter(({ route }) => route.access.kind === 'read'))(
    '$name is refused to a token that only writes',
    async ({ route, path }) => {
      expectError(await send(route.method, path, 'gateway'), 'FORBIDDEN');
    },
  );

  it.each(paths.filter(({ route }) => route.method === 'GET' && route.kind === 'json'))(
    '$name refuses a query field it does not know',
    async ({ path }) => {
      const separator = path.includes('?') ? '&' : '?';
      expectError(await send('GET', `${path}${separator}nonsense=1`, 'ana'), 'UNKNOWN_FIELD');
    },
  );

  it.each(paths.filter(({ route }) => route.path.includes(':model') && route.method === 'GET'))(
    '$name does not know other models',
    async ({ path }) => {
      const query = path.endsWith('distribution') ? '?signal=score' : '';
      expectError(await send('GET', path.replace('credit', 'other') + query, 'ana'), 'UNKNOWN_MODEL');
    },
  );

  it('of no version answers 404', async () => {
    for (const path of ['/models', '/v2/models', '/api/v1/models', '/v1', '/']) {
      expectError(await api.ask(path), 'NOT_FOUND');
    }
  });
});

describe('a model that nobody has used yet', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  it('is there, with nothing known: no data is not good health', async () => {
    const { body } = await api.ask('/v1/models');
    expect(body).toMatchObject({
      nextCursor: null,
      items: [
        {
          model: 'credit',
          revision: 0,
          champion: null,
          lastEventAt: null,
          rowsLastHour: 0,
          traffic: [],
          health: { overall: 'no_data', drift: 'no_data' },
        },
      ],
    });
    expect((await api.ask('/v1/models/credit')).body).toMatchObject({ concerns: [], timeline: [], reference: null });
    expect(await versionsOf(api)).toMatchObject({
      revision: 0,
      versions: [],
      routing: null,
      observed: [],
      instances: [],
    });
  });

  it('has no reports, and says that it has no version', async () => {
    for (const report of ['drift', 'fairness', 'performance', 'usage', 'weak-segments', 'distribution?signal=score']) {
      expectError(await api.ask(`/v1/models/credit/${report}`), 'UNKNOWN_VERSION');
    }
  });

  it('cannot be retrained, promoted or rolled back', async () => {
    const reason = { reason: 'because' };
    expectError(await api.act('/v1/actions/retrain/credit', reason, { revision: 0, as: 'ed' }), 'REFUSED');
    expectError(await api.act('/v1/actions/roll-back/credit', reason, { revision: 0, as: 'ed' }), 'REFUSED');
    const promote = { ...reason, version: '9' };
    expectError(await api.act('/v1/actions/promote/credit', promote, { revision: 0, as: 'ed' }), 'UNKNOWN_VERSION');
    expectError(await api.act('/v1/actions/promote/other', promote, { revision: 0, as: 'ed' }), 'UNKNOWN_MODEL');
  });
});

/** 32 hex digits for an id. */
const traceOf = (id: string) => Buffer.from(id).toString('hex').padStart(32, '0').slice(-32);

describe('a model with traffic that drifts', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi({ models: [{ ...testModelInput, segments: { sex: ['f'] } }] });
    const producer = new Producer('p');
    for (let hour = 0; hour < 24; hour += 1) {
      const from = start + hour * hourMs;
      const shifted = hour >= 16;
      const events = inferences(`h${hour}`, 200, from, hourMs).map((event) =>
        shifted ? { ...event, features: { ...event.features, income: Number(event.features.income) + 3_000 } } : event,
      );
      const traced = hour === 20 ? events.map((event) => ({ ...event, traceId: traceOf(event.id) })) : events;
      api.engine.apply(producer.inferences(traced), null);
      const labels = events.map((event, row) =>
        outcome(
          event.id,
          event.time + 60_000,
          row % 10 === 0 && event.prediction === 'no' ? 'yes' : String(event.prediction),
        ),
      );
      api.engine.apply(producer.outcomes(labels), null);
      await api.engine.commit();
    }
  });
  afterAll(() => api.stop());

  it('says so on one line', async () => {
    const { body } = await api.ask('/v1/models');
    const [summary] = body.items;
    expect(summary).toMatchObject({
      model: 'credit',
      health: { drift: 'alarm', overall: 'alarm' },
      champion: null,
      version: '1',
    });
    expect(summary.rowsLastHour).toBe(200);
    expect(summary.traffic).toHaveLength(24);
    expect(summary.openAlerts).toBeGreaterThan(0);
  });

  it('says what is wrong, worst first, with the budget its alarms have', async () => {
    const { body } = await api.ask('/v1/models/credit');
    expect(body.concerns[0]).toMatchObject({ signal: 'feature:income', verdict: 'alarm' });
    expect(body.budget).toMatchObject({ mode: 'calendar', hours: 720, alpha: null });
    expect(body.budget.streams).toBeGreaterThan(3);
    expect(body.reference.rows).toBeGreaterThanOrEqual(200);
    const kinds = body.timeline.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['alert.fired', 'reference.built', 'version.observed']));
  });

  it('ranks its signals by evidence, with one value a window', async () => {
    const { body } = await api.ask('/v1/models/credit/drift');
    expect(body.version).toBe('1');
    expect(body.signals[0]).toMatchObject({ signal: 'feature:income', type: 'number', latest: { verdict: 'alarm' } });
    for (const signal of body.signals) {
      expect(signal.evidenceLevel).toHaveLength(body.windows.length);
      expect(signal.populationStabilityIndex).toHaveLength(body.windows.length);
    }
  });

  it('says of every feature whether its data still come as they did', async () => {
    const { body } = await api.ask('/v1/models/credit/data-quality');
    expect(body.version).toBe('1');
    const income = body.signals.find(({ signal }: { signal: string }) => signal.includes('income'));
    expect(income.latest).toMatchObject({ kind: 'data_quality', verdict: 'clear' });
    expect(income.latest.statistics.missingRate.value).toBe(0);
    expect(income.evidenceLevel).toHaveLength(body.windows.length);
    expect(income.verdicts.at(-1)).toBe('clear');
    expect((await api.ask('/v1/models/credit')).body.signals).toContainEqual({
      signal: 'feature:income',
      kind: 'feature',
      type: 'number',
    });
  });

  it('shows a signal against its reference', async () => {
    const { body } = await api.ask('/v1/models/credit/distribution?signal=feature:income');
    const share = (key: 'referenceShare' | 'currentShare') =>
      body.bins.reduce((sum: number, bin: Record<string, number>) => sum + (bin[key] ?? 0), 0);
    expect(share('referenceShare')).toBeCloseTo(1, 9);
    expect(share('currentShare')).toBeCloseTo(1, 9);
    expect(body.currentRows).toBe(200);
    expectError(await api.ask('/v1/models/credit/distribution?signal=feature:none'), 'NOT_FOUND');
    expectError(await api.ask('/v1/models/credit/distribution'), 'BAD_REQUEST');
  });

  it('is judged by group and by outcome', async () => {
    const fairness = (await api.ask('/v1/models/credit/fairness')).body;
    expect(fairness.attributes[0].attribute).toBe('sex');
    expect(fairness.attributes[0].groups).toHaveLength(2);
    const performance = (await api.ask('/v1/models/credit/performance')).body;
    expect(performance.labelledRows).toBeGreaterThan(4_000);
    const { truePositive, trueNegative, falsePositive, falseNegative } = performance.confusion;
    expect(truePositive + trueNegative + falsePositive + falseNegative).toBe(performance.labelledRows);
    expect(performance.statistics.accuracy.value).toBeCloseTo(
      (truePositive + trueNegative) / performance.labelledRows,
      9,
    );
  });

  it('is estimated before labels come, tested on earlier windows where none that is asked for is final', async () => {
    const { body } = await api.ask(`/v1/models/credit/performance?version=1&from=${start + 23 * hourMs}`);
    expect(body.windows).toMatchObject([{ final: false, rows: 200 }]);
    const { rows, methods } = body.expectedErrors.beforeLabels;
    expect(rows).toBe(200);
    for (const { backTest } of methods) expect(backTest.value).toBeGreaterThanOrEqual(0);
  });

  it('tells how long its calls took, and how many failed', async () => {
    const { body } = await api.ask('/v1/models/credit/usage');
    expect(body.amounts.map(({ signal }: { signal: string }) => signal)).toEqual(['latency']);
    expect(body.amounts[0].windows).toHaveLength(body.windows.length);
    expect(body.amounts[0].all.percentile95).toBeGreaterThan(body.amounts[0].all.median);
    expect(body.failed.all.value).toBe(0);
  });

  it('names inferences with a trace, window by window: ids and no values', async () => {
    const { body } = await api.ask('/v1/models/credit/exemplars');
    expect(body.windows).toMatchObject([{ from: start + 20 * hourMs, to: start + 21 * hourMs }]);
    const { exemplars } = body.windows[0];
    expect(exemplars.length).toBeGreaterThanOrEqual(5);
    expect(exemplars.length).toBeLessThanOrEqual(20);
    for (const { inferenceId, traceId, at, reasons, ...more } of exemplars) {
      expect({ traceId, more }).toEqual({ traceId: traceOf(inferenceId), more: {} });
      expect(Math.floor((at - start) / hourMs)).toBe(20);
      expect(['slowest', 'unusual_score', 'random']).toEqual(expect.arrayContaining(reasons));
    }
    const before = await api.ask(`/v1/models/credit/exemplars?version=1&from=${start}&to=${start + 20 * hourMs}`);
    expect(before.body).toMatchObject({ version: '1', windows: [] });
    expectError(await api.ask('/v1/models/credit/exemplars?version=9'), 'UNKNOWN_VERSION');
  });

  it('is reported on for a range and a version that are asked for, and for no others', async () => {
    const [from, to] = [start + 4 * hourMs, start + 6 * hourMs];
    const { body } = await api.ask(`/v1/models/credit/performance?version=1&from=${from}&to=${to}`);
    expect(body).toMatchObject({ from, to, rows: 400 });
    expect(body.windows.map((window: { from: number }) => window.from)).toEqual([from, from + hourMs]);
    expect(body.windows[0].coverage).toEqual({
      rowsSeen: 200,
      thinnedShare: 0,
      effectiveRows: 200,
      captures: [],
      spanRows: 0,
    });
    expectError(await api.ask(`/v1/models/credit/performance?from=${to}&to=${from}`), 'BAD_REQUEST');
    expectError(await api.ask('/v1/models/credit/performance?from=yesterday'), 'BAD_REQUEST');
    expectError(await api.ask('/v1/models/credit/performance?from=1e309'), 'BAD_REQUEST');
    expectError(await api.ask('/v1/models/credit/performance?version=9'), 'UNKNOWN_VERSION');
    const empty = await api.ask(`/v1/models/credit/performance?from=1&to=2`);
    expect(empty.body).toMatchObject({ rows: 0, labelledRows: 0, windows: [] });
  });

  it('is reported on by segment, and lists its segments', async () => {
    const detail = (await api.ask('/v1/models/credit')).body;
    expect(detail.segments).toMatchObject([
      { segment: 'sex=f', by: 'sex', value: 'f', health: { drift: 'alarm' } },
      { segment: 'sex=other', by: 'sex', value: 'other' },
    ]);
    expect(detail.segments[0].rows + detail.segments[1].rows).toBe(200);
    expect(detail.concerns.map(({ segment }: { segment?: string }) => segment)).toContain('sex=f');

    const [whole, slice] = await Promise.all(
      ['', '&segment=sex%3Df'].map(
        async (one) => (await api.ask(`/v1/models/credit/performance?version=1${one}`)).body,
      ),
    );
    expect(whole.segment).toBeUndefined();
    expect(slice).toMatchObject({ segment: 'sex=f', version: '1' });
    expect(slice.windows).toHaveLength(whole.windows.length);
    expect(slice.rows).toBeGreaterThan(0);
    expect(slice.rows).toBeLessThan(whole.rows);
    for (const report of ['drift?', 'data-quality?', 'fairness?', 'distribution?signal=score&']) {
      const { status, body } = await api.ask(`/v1/models/credit/${report}segment=sex%3Df`);
      expect({ report, status, segment: body.segment }).toEqual({ report, status: 200, segment: 'sex=f' });
    }
    const drift = (await api.ask('/v1/models/credit/drift?segment=sex%3Df')).body;
    expect(drift.signals[0].latest).toMatchObject({
      segment: 'sex=f',
      signal: 'feature:income',
      sentence: expect.stringMatching(/^sex=f: /),
    });
    expectError(await api.ask('/v1/models/credit/drift?segment=sex%3Dm'), 'UNKNOWN_SEGMENT');
    expectError(await api.ask('/v1/models/credit/drift?segment=x'), 'BAD_REQUEST');
    const { text } = await api.ask('/metrics', { as: 'reader' });
    expect(text).toMatch(/plumbline_segment_evidence_level\{.*segment="sex=f".*\} \d/);
  });

  it('has its counts in the status and its gauges in the metrics', async () => {
    const { body } = await api.ask('/v1/status');
    expect(body).toMatchObject({
      ready: true,
      counts: { inferences: 4_800, outcomes: 4_800, joinedOutcomes: 4_800, deadLetters: 0 },
      models: { credit: { inferences: 4_800, outcomes: 4_800 } },
      lagMessages: 7,
    });
    const { text, headers } = await api.ask('/metrics', { as: 'nobody' });
    expect(headers.get('content-type')).toContain('version=0.0.4');
    expect(text).toContain('plumbline_inferences_total{model="credit"} 4800\n');
    expect(text).toMatch(
      /plumbline_evidence_level\{model="credit",environment="production",version="1",signal="feature:income"\} \d/,
    );
    expect(text).toMatch(/plumbline_alerts\{.*kind="drift",severity="ticket",state="firing"\} 1\n/);
    const malformed = text
      .split('\n')
      .filter(
        (line) => line !== '' && !/^(# (HELP|TYPE) |[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? -?[\d.e+-]+$)/.test(line),
      );
    expect(malformed).toEqual([]);
    // Values of features are not labels.
    expect(text).not.toMatch(/town \d/);
  });

  it('has an alert that somebody takes, once, and after looking', async () => {
    const { body } = await api.ask('/v1/alerts?model=credit&state=firing');
    const alert = body.items.find(({ kind }: { kind: string }) => kind === 'drift');
    expect(alert).toMatchObject({ severity: 'ticket', version: '1', acknowledgement: null });
    expect(alert.sentence).toMatch(/income/);
    const path = `/v1/actions/acknowledge/${alert.id}`;
    const comment = { comment: 'looking into the bureau feed' };
    expectError(await api.act(path, comment, { as: 'vera', revision: alert.revision }), 'FORBIDDEN');
    expectError(await api.act(path, comment, { as: 'ed', revision: alert.revision + 1 }), 'STALE_REVISION');
    expectError(await api.act(path, { comment: '' }, { as: 'ed', revision: alert.revision }), 'BAD_REQUEST');
    expectError(await api.act(path, { ...comment, until: 1 }, { as: 'ed', revision: alert.revision }), 'BAD_REQUEST');
    expectError(await api.act('/v1/actions/acknowledge/none', comment, { as: 'ed', revision: 1 }), 'NOT_FOUND');
    const taken = await api.act(path, comment, { as: 'ed', revision: alert.revision });
    expect(taken.body).toMatchObject({ outcome: 'done', approval: null });
    expect((await api.ask(`/v1/alerts/${alert.id}`)).body).toMatchObject({
      revision: taken.body.revision,
      acknowledgement: { by: 'user:ed', ...comment },
    });
    expectError(await api.ask('/v1/alerts/none'), 'NOT_FOUND');
    expectError(await api.ask('/v1/alerts?model=other'), 'UNKNOWN_MODEL');
    expectError(await api.ask('/v1/alerts?state=burning'), 'BAD_REQUEST');
  });

  it('can be retrained by request, approval by another person, and the callback of the trainer', async () => {
    const { revision } = (await api.ask('/v1/models/credit')).body;
    const reason = { reason: 'income shifted for good' };
    expectError(
      await api.act('/v1/actions/retrain/credit', reason, { as: 'ed', revision: revision + 1 }),
      'STALE_REVISION',
    );
    const asked = await api.act('/v1/actions/retrain/credit', reason, { as: 'ed', revision });
    expect(asked.body).toMatchObject({
      outcome: 'awaiting_approval',
      approval: { action: 'retrain', requestedBy: 'user:ed' },
    });
    const { approval } = asked.body;
    expect((await versionsOf(api)).approvals).toEqual([approval]);
    expectError(await api.act('/v1/actions/retrain/credit', reason, { as: 'ana', revision }), 'REFUSED');

    const approve = `/v1/actions/approve/${approval.id}`;
    expectError(await api.act(approve, reason, { as: 'ed', revision: approval.revision }), 'FORBIDDEN');
    expectError(await api.act(approve, reason, { as: 'robot', revision: approval.revision }), 'FORBIDDEN');
    expectError(await api.act(approve, reason, { as: 'ana', revision: approval.revision + 1 }), 'STALE_REVISION');
    expect((await api.act(approve, reason, { as: 'ana', revision: approval.revision })).body).toMatchObject({
      outcome: 'done',
    });
    expect((await versionsOf(api)).approvals).toEqual([]);

    const { body: deliveries } = await api.ask('/v1/deliveries');
    expect(deliveries.items).toEqual([expect.objectContaining({ type: 'model.retrain.requested', state: 'pending' })]);
    expect(JSON.stringify(deliveries)).not.toMatch(/token|secret/);

    const digest = await upload(api, modelBytes(3));
    const job = (await api.ask('/v1/retrain-jobs?model=credit')).body.items[0];
    expect(job).toMatchObject({ id: approval.id, state: 'queued', version: '1' });
    const event = { type: 'model.retrain.requested', subject: 'credit/1', time: api.now, data: { jobId: job.id } };
    const { callback } = api.services.retrain.completeEvent(event) as { callback: { url: string; token: string } };
    expect(callback.url).toBe(`${api.url}/v1/retrain-jobs/${job.id}/status`);
    const report = (body: unknown, token: string, id: string = job.id) =>
      api.ask(`/v1/retrain-jobs/${id}/status`, {
        as: 'nobody',
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      });
    const succeeded = { state: 'succeeded', result: { version: '2', digest } };
    expectError(await report(succeeded, 'wrong'), 'BAD_SIGNATURE');
    expectError(await report(succeeded, `${callback.token.slice(0, -2)}xx`), 'BAD_SIGNATURE');
    expectError(await report(succeeded, callback.token, 'rt_other'), 'BAD_SIGNATURE');
    expectError(await report({ state: 'champion' }, callback.token), 'BAD_REQUEST');
    expectError(await report({ state: 'accepted', approvedBy: ['user:eve'] }, callback.token), 'UNKNOWN_FIELD');
    expect((await report({ state: 'running', progress: 0.5 }, callback.token)).body).toMatchObject({
      state: 'running',
      progress: 0.5,
    });
    // Without its artefact there is no version, and without the version no success.
    const missing = { state: 'succeeded', result: { version: '2', digest: `sha256:${'1'.repeat(64)}` } };
    expectError(await report(missing, callback.token), 'NOT_FOUND');
    expect((await api.ask(`/v1/retrain-jobs/${job.id}`)).body).toMatchObject({ state: 'running', result: null });
    expect((await report(succeeded, callback.token)).body).toMatchObject({
      state: 'succeeded',
      result: { version: '2', digest },
    });
    expect((await report(succeeded, callback.token)).body).toMatchObject({ state: 'succeeded' });
    expectError(await report({ state: 'failed', error: 'late' }, callback.token), 'REFUSED');
    expect((await api.ask('/v1/models/credit/versions/2')).body).toMatchObject({
      state: 'registered',
      digest,
      source: `retrain:${job.id}`,
    });
    expectError(await api.ask('/v1/retrain-jobs/none'), 'NOT_FOUND');
  });

  it('has everything that people did in an audit log that is whole', async () => {
    const { body } = await api.ask('/v1/audit?limit=500');
    const sequences = body.items.map(({ sequence }: { sequence: number }) => sequence);
    expect(sequences).toEqual(sequences.map((_: number, index: number) => index + 1));
    const taken = body.items.find(({ action }: { action: string }) => action === 'alert.acknowledged');
    expect(taken).toMatchObject({ actor: 'user:ed', requestId: expect.stringMatching(/^test-key-/) });
    expect((await api.ask('/v1/audit/verify')).body).toMatchObject({
      ok: true,
      records: sequences.length,
      problem: null,
    });

    const pages = [];
    for (let after: string | null = '0'; after !== null; ) {
      const page: Answer = await api.ask(`/v1/audit?limit=4&after=${after}`);
      pages.push(...page.body.items);
      after = page.body.nextCursor;
    }
    expect(pages).toEqual(body.items);
    const newest = (await api.ask('/v1/audit?order=newest&limit=2')).body;
    expect(newest.items).toEqual(body.items.slice(-2).reverse());
    expect((await api.ask(`/v1/audit?order=newest&limit=1&after=${newest.nextCursor}`)).body.items).toEqual([
      body.items.at(-3),
    ]);
    expectError(await api.ask('/v1/audit?after=-1'), 'BAD_REQUEST');
    expectError(await api.ask('/v1/audit?limit=1000000000'), 'BAD_REQUEST');
  });

  it('never forgets who is there, as long as they are heard', async () => {
    api.heartbeats.note({
      schema: 1,
      instance: 'i-1',
      service: 'loans',
      sdkVersion: '0.1.0',
      model: 'credit',
      environment: 'production',
      routingRevision: 0,
      serving: [{ version: '1', role: 'champion' }],
      loaded: [{ version: '1', digest: `sha256:${'0'.repeat(64)}` }],
      counts: { accepted: 10, acknowledged: 9, dropped: { full: 1 } },
      time: api.now,
    });
    expect((await versionsOf(api)).instances).toEqual([
      expect.objectContaining({
        instance: 'i-1',
        accepted: 10,
        acknowledged: 9,
        dropped: { full: 1 },
        lastSeenAt: api.now,
      }),
    ]);
    expect((await api.ask('/metrics')).text).toContain(
      'plumbline_instances{model="credit",environment="production"} 1\n',
    );
    api.now += 31_000;
    expect((await versionsOf(api)).instances).toEqual([]);
  });

  it('shows who really served', async () => {
    const { observed } = await versionsOf(api);
    expect(observed).toEqual([{ version: '1', role: 'champion', rows: 600, share: 1 }]);
  });
});
