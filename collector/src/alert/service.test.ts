import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import type { Finding } from '../monitor/finding.ts';
import { readAudit } from '../store/audit.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { readAlert, readAlerts } from './records.ts';
import { AlertService } from './service.ts';

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
