import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import type { Finding } from '../monitor/finding.ts';
import { readAudit } from '../store/audit.ts';
import { putVersionSeen } from '../store/history.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Alert } from './alert.ts';
import { readAlertHistory } from './history.ts';
import { inhibitorOf } from './inhibition.ts';
import { readAlert, readAlerts } from './records.ts';
import { AlertService } from './service.ts';
import { silenceOf } from './silence.ts';
import { SilenceService } from './silences.ts';

const settings = modelSettings.parse({ name: 'credit-risk' });
const ana = { subject: 'user:ana' };

const alarm: Finding = {
  model: 'credit-risk',
  environment: 'production',
  version: '1',
  reference: null,
  signal: 'feature:income',
  kind: 'feature',
  from: 0,
  to: 1,
  rows: 100,
  statistics: {},
  evidence: { log: 11, alarmLog: 10, level: 1.1, alarm: true, leading: { score: 'location', direction: 'up' } },
  verdict: 'alarm',
  sentence: 'income moved up',
};

let store: Store;
let service: AlertService;
let sent: OutgoingEvent[];
let now: number;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  sent = [];
  now = 1_000;
  service = new AlertService({
    store,
    clock: () => now,
    models: [settings],
    enqueue: async (_, event) => {
      sent.push(event);
      return 'evt_1';
    },
  });
});

afterEach(() => store.close());

async function closeWindow(findings: readonly Finding[], version = '1') {
  return store.transaction((transaction) =>
    service.windowClosed(transaction, { settings, version, to: 1, findings, at: now }),
  );
}

async function onlyAlert() {
  const [stored] = await store.read((transaction) => readAlerts(transaction));
  if (stored === undefined) throw new Error('there is no alert');
  return stored;
}

describe('the alert service', () => {
  it('stores the alert, its audit record and its outgoing event with the window', async () => {
    expect((await closeWindow([alarm])).map((change) => change.transition)).toEqual(['fired']);
    expect((await onlyAlert()).alert).toMatchObject({ kind: 'drift', state: 'firing', severity: 'ticket' });
    expect(sent.map((event) => event.type)).toEqual(['model.alert.firing']);
    expect((await store.read((transaction) => readAudit(transaction, 0, 9))).map((record) => record.action)).toEqual([
      'alert.fired',
    ]);
  });

  it('keeps one alert per cause and its id when the version changes', async () => {
    await closeWindow([alarm, { ...alarm, signal: 'feature:age' }]);
    const first = await onlyAlert();
    await closeWindow([{ ...alarm, version: '2' }], '2');
    const second = await onlyAlert();
    expect(second.alert.id).toBe(first.alert.id);
    expect(second.alert.version).toBe('2');
    expect(second.alert.findings.map((finding) => finding.version)).toEqual(['2']);
  });

  it('takes an acknowledgement with its owner and its end', async () => {
    await closeWindow([alarm]);
    const { alert, revision } = await onlyAlert();
    const done = await service.acknowledge(
      ana,
      alert.id,
      { comment: 'looking' },
      { expectedRevision: revision, requestId: 'r' },
    );
    expect(done.alert.acknowledgement).toEqual({
      by: 'user:ana',
      at: now,
      until: now + 4 * 3_600_000,
      comment: 'looking',
    });
    expect(sent.at(-1)?.type).toBe('model.alert.acknowledged');
  });

  it('refuses an acknowledgement of what has changed meanwhile, is unknown, or ends in the past', async () => {
    await closeWindow([alarm]);
    const { alert, revision } = await onlyAlert();
    const acknowledge = (id: string, until: number | undefined, expectedRevision: number) =>
      service.acknowledge(ana, id, { comment: 'looking', until }, { expectedRevision, requestId: null });
    await expect(acknowledge(alert.id, undefined, revision + 1)).rejects.toMatchObject({ code: 'STALE_REVISION' });
    await expect(acknowledge('nobody', undefined, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(acknowledge(alert.id, now, revision)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect((await store.read((transaction) => readAlert(transaction, alert.id)))?.alert.acknowledgement).toBeNull();
  });
});

const hour = 3_600_000;

/** A window with one alarm, or a quiet finding, for each kind. */
function window(kinds: Partial<Record<'drift' | 'performance' | 'fairness' | 'data_quality', 'alarm' | 'clear'>>) {
  return closeWindow(
    Object.entries(kinds).map(([kind, verdict]): Finding => {
      const own = kind === 'drift' ? 'feature' : (kind as Finding['kind']);
      const evidence = { ...alarm.evidence!, level: verdict === 'alarm' ? 1.1 : 0, alarm: verdict === 'alarm' };
      return { ...alarm, kind: own, signal: `${own}:income`, verdict, evidence, sentence: `${kind} ${verdict}` };
    }),
  );
}

const alertsNow = async () => (await store.read((transaction) => readAlerts(transaction))).map(({ alert }) => alert);
const kindOf = async (kind: string) => (await alertsNow()).find((alert) => alert.kind === kind);
const historyOf = async (kind: string) => {
  const id = (await kindOf(kind))?.id ?? '';
  const events = await store.read((transaction) => readAlertHistory(transaction, id, { limit: 50 }));
  return events.map(({ transition }) => transition).reverse();
};

describe('the severity of an alert', () => {
  it('is a ticket for drift alone, and a page for both when decisions are wrong beside it', async () => {
    await window({ drift: 'alarm', performance: 'clear' });
    expect((await kindOf('drift'))?.severity).toBe('ticket');
    now += hour;
    await window({ drift: 'alarm', performance: 'alarm' });
    expect((await alertsNow()).map(({ kind, severity }) => [kind, severity]).sort()).toEqual([
      ['drift', 'page'],
      ['performance', 'page'],
    ]);
    expect(await historyOf('drift')).toEqual(['fired', 'severity_raised']);
    expect(await historyOf('performance')).toEqual(['fired']);
  });

  it('is a ticket for wrong decisions of a model of normal criticality, and a page of a high one', async () => {
    await window({ performance: 'alarm' });
    expect((await kindOf('performance'))?.severity).toBe('ticket');
    const critical = modelSettings.parse({ name: 'vital', criticality: 'high' });
    await store.transaction((transaction) =>
      service.windowClosed(transaction, {
        settings: critical,
        version: '1',
        to: 1,
        at: now,
        findings: [{ ...alarm, model: 'vital', kind: 'performance', signal: 'performance:error_rate' }],
      }),
    );
    expect((await alertsNow()).find(({ model }) => model === 'vital')?.severity).toBe('page');
  });

  it('ends an acknowledgement when it rises, and falls again in silence when what raised it is over', async () => {
    await window({ drift: 'alarm' });
    const { alert, revision } = await onlyAlert();
    await service.acknowledge(ana, alert.id, { comment: 'known' }, { expectedRevision: revision, requestId: null });
    now += hour;
    await window({ drift: 'alarm', performance: 'alarm' });
    expect((await kindOf('drift'))?.acknowledgement).toBeNull();
    expect(await historyOf('drift')).toEqual(['fired', 'acknowledged', 'severity_raised', 'acknowledgement_ended']);
    const told = sent.length;
    for (let count = 0; count < 8; count++) {
      now += hour;
      await window({ drift: 'alarm', performance: 'clear' });
    }
    expect((await kindOf('drift'))?.severity).toBe('ticket');
    expect(sent.slice(told).map(({ type, data }) => [type, data.kind])).toEqual([
      ['model.alert.resolved', 'performance'],
    ]);
  });
});

describe('a model that falls silent', () => {
  const rows = (count: number) =>
    store.transaction((transaction) =>
      putVersionSeen(transaction, {
        model: 'credit-risk',
        environment: 'production',
        version: '1',
        rows: count,
        firstSeenAt: 0,
        firstEventAt: 0,
        lastEventAt: 0,
      }),
    );
  const tick = (problems: readonly string[] = []) => service.tick(settings, problems);

  it('has no data after a while: what was open waits, is not resolved, and comes back as it was', async () => {
    await rows(10);
    await tick();
    await window({ drift: 'alarm' });
    now += 3 * hour - 1;
    expect(await tick()).toEqual([]);
    now += 1;
    await tick();
    expect(await kindOf('drift')).toMatchObject({ state: 'no_data', heldState: 'firing' });
    expect(await kindOf('traffic')).toMatchObject({
      state: 'no_data',
      severity: 'ticket',
      sentence: 'No rows for 3 hours',
    });
    expect(sent.at(-1)).toMatchObject({ type: 'model.alert.firing', data: { kind: 'traffic', state: 'no_data' } });
    now += hour;
    const writes = vi.spyOn(store, 'transaction');
    expect(await tick()).toEqual([]);
    expect(writes, 'told already').not.toHaveBeenCalled();
    await rows(11);
    await tick();
    expect(await kindOf('drift')).toMatchObject({ state: 'firing', heldState: null });
    expect(await kindOf('traffic')).toMatchObject({ state: 'resolved' });
    expect(await historyOf('drift')).toEqual(['fired', 'no_data', 'data_again']);
    expect(await historyOf('traffic')).toEqual(['no_data', 'resolved']);
  });

  it('is waited for on the clock of the store: a restart starts nothing anew', async () => {
    await rows(10);
    await tick();
    now += 2 * hour;
    service = new AlertService({ store, clock: () => now, models: [settings], enqueue: async () => 'evt' });
    await tick();
    now += hour;
    await tick();
    expect((await kindOf('traffic'))?.state).toBe('no_data');
  });

  it('is an error, not silence, while the collector cannot read the stream', async () => {
    await rows(10);
    await tick();
    await window({ drift: 'alarm' });
    await tick(['connecting to NATS']);
    now += 5 * 60_000;
    await tick(['connecting to NATS']);
    expect(await kindOf('traffic')).toMatchObject({
      state: 'error',
      sentence: expect.stringContaining('connecting to NATS'),
    });
    expect((await kindOf('drift'))?.state).toBe('error');
    // Another collector sees no problem: that alone says nothing.
    expect(await tick()).toEqual([]);
    now += 60_000;
    await tick();
    expect((await alertsNow()).map(({ kind, state }) => [kind, state]).sort()).toEqual([
      ['drift', 'firing'],
      ['traffic', 'resolved'],
    ]);
  });

  it('is nothing to speak of when it never sent anything', async () => {
    await tick();
    now += 99 * hour;
    expect(await tick()).toEqual([]);
    expect(await alertsNow()).toEqual([]);
  });

  it('ends acknowledgements whose time is over, and says so', async () => {
    await rows(10);
    await tick();
    await window({ drift: 'alarm' });
    const { alert, revision } = await onlyAlert();
    const until = now + 60_000;
    await service.acknowledge(ana, alert.id, { comment: 'c', until }, { expectedRevision: revision, requestId: null });
    now = until - 1;
    await tick();
    expect((await onlyAlert()).alert.acknowledgement).not.toBeNull();
    now = until;
    await tick();
    expect((await onlyAlert()).alert.acknowledgement).toBeNull();
    expect((await historyOf('drift')).at(-1)).toBe('acknowledgement_ended');
  });
});

describe('an explanation', () => {
  it('is broken data for drift, and silence of the model for everything; wrong decisions are told of beside broken data', async () => {
    await window({ drift: 'alarm', performance: 'alarm', data_quality: 'alarm' });
    const all = await alertsNow();
    const explained = Object.fromEntries(all.map((alert) => [alert.kind, inhibitorOf(alert, all)?.kind ?? null]));
    expect(explained).toEqual({ drift: 'data_quality', performance: null, data_quality: null });
    const silent: Alert = { ...all[0]!, id: 't', kind: 'traffic', state: 'no_data' };
    expect(all.map((alert) => inhibitorOf(alert, [silent])?.kind)).toEqual(['traffic', 'traffic', 'traffic']);
    expect(
      inhibitorOf(all[0]!, [
        { ...silent, state: 'resolved' },
        { ...silent, model: 'other' },
      ]),
    ).toBeNull();
  });
});

describe('a silence', () => {
  const silences = () => {
    let ids = 0;
    return new SilenceService({ store, clock: () => now, randomId: () => String(++ids) });
  };
  const request = { model: 'credit-risk', environment: 'production', reason: 'campaign', endsAt: 10 * hour };

  it('matches what it names, only while it lasts, and only if all that alarms matches; of several the longest is told', async () => {
    await window({ drift: 'alarm' });
    const { alert } = await onlyAlert();
    const { silence } = await silences().start(ana, { ...request, kind: 'drift', signal: 'feature:inc*' }, null);
    const of = (change: Partial<Alert>, at = now) => silenceOf({ ...alert, ...change }, [silence], at)?.id ?? null;
    expect(of({})).toBe(silence.id);
    expect([of({}, silence.endsAt), of({ kind: 'fairness' }), of({ model: 'other' })]).toEqual([null, null, null]);
    expect(of({ findings: [...alert.findings, { ...alarm, signal: 'feature:age' }] })).toBeNull();
    const longer = { ...silence, id: 'longer', endsAt: silence.endsAt + 1 };
    for (const both of [
      [silence, longer],
      [longer, silence],
    ])
      expect(silenceOf(alert, both, now)?.id).toBe('longer');
    const tickets = { ...silence, signal: null, severity: 'ticket' as const };
    expect(silenceOf({ ...alert, severity: 'page' }, [tickets], now)).toBeNull();
  });

  it('stands in the history of the alerts it matches and in the audit log, and can be ended early, once', async () => {
    await window({ drift: 'alarm' });
    const service = silences();
    const { silence, revision } = await service.start(ana, request, 'r1');
    const control = { expectedRevision: revision, requestId: 'r2' };
    await expect(service.end(ana, silence.id, 'done', { ...control, expectedRevision: 9 })).rejects.toMatchObject({
      code: 'STALE_REVISION',
    });
    const ended = await service.end(ana, silence.id, 'done', control);
    expect(ended.silence).toMatchObject({ endsAt: now, endedBy: 'user:ana' });
    await expect(
      service.end(ana, silence.id, 'again', { ...control, expectedRevision: ended.revision }),
    ).rejects.toMatchObject({ details: { reason: 'silence_ended' } });
    expect(await historyOf('drift')).toEqual(['fired', 'silenced', 'unsilenced']);
    const actions = (await store.read((transaction) => readAudit(transaction, 0, 9))).map(({ action }) => action);
    expect(actions).toEqual(['alert.fired', 'alert.silenced', 'alert.unsilenced']);
  });

  it.each([
    ['ends in the past', { endsAt: 0 }],
    ['ends before it starts', { startsAt: 5 * hour, endsAt: 4 * hour }],
    ['lasts a year', { endsAt: 365 * 24 * hour }],
  ])('is refused when it %s', async (_, change) => {
    await expect(silences().start(ana, { ...request, ...change }, null)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
