import type { RoutingDocument } from '@plumbline/sdk/routing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joiningStore } from '../http/idempotency.ts';
import { startRoutingProjector } from '../main/routing-projector.ts';
import { testModel } from '../main/testing/traffic.ts';
import { readAudit, verifyAudit } from '../store/audit.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import { jsonCollection, type Store, type Transaction } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { RolloutAction } from './intents.ts';
import { RolloutService } from './service.ts';
import { trafficWeights, unknownSpec } from './state.ts';
import { person } from './testing/actors.ts';

/**
 * Random commands on a real store while the power goes out between any two writes: what was not finished leaves no trace,
 * what was finished is all there, a request that is sent again acts once, and what apps see converges.
 */

class PowerCut extends Error {}

/** A store whose transactions are cut off before their `n`th write, or (`n` beyond them all) before they commit. */
function cuttingStore(store: Store): Store & { cutAt(write: number | null): void } {
  let left: number | null = null;
  const step = () => {
    if (left === null) return;
    if (left === 0) throw new PowerCut();
    left -= 1;
  };
  const cutting = (transaction: Transaction): Transaction => ({
    ...bound(transaction),
    put: (...write) => {
      step();
      return transaction.put(...write);
    },
    putMany: (...write) => {
      step();
      return transaction.putMany(...write);
    },
    delete: (...write) => {
      step();
      return transaction.delete(...write);
    },
  });
  return {
    cutAt: (write) => {
      left = write;
    },
    read: (work) => store.read(work),
    transaction: (work) =>
      store.transaction(async (transaction) => {
        const result = await work(cutting(transaction));
        // Written, and not committed yet.
        if (left !== null) throw new PowerCut();
        return result;
      }),
    close: () => store.close(),
  };
}

function bound(transaction: Transaction): Transaction {
  return {
    get: (...key) => transaction.get(...key),
    getMany: (...keys) => transaction.getMany(...keys),
    range: (...range) => transaction.range(...range),
    put: (...write) => transaction.put(...write),
    putMany: (...write) => transaction.putMany(...write),
    delete: (...key) => transaction.delete(...key),
    deleteRange: (...range) => transaction.deleteRange(...range),
  };
}

const people = ['ada', 'grace', 'olu'] as const;
type Wish = {
  readonly verb: string;
  readonly version: string;
  readonly who: (typeof people)[number];
  readonly cut: number | null;
};

const wishes = fc.array(
  fc.record({
    verb: fc.constantFrom(
      'register',
      'promote',
      'promote',
      'approve',
      'approve',
      'approve',
      'deny',
      'roll-back',
      'retire',
      'quarantine',
      'release',
      'reject',
      'break-glass',
      'upkeep',
    ),
    version: fc.constantFrom('1', '2', '3'),
    who: fc.constantFrom(...people),
    cut: fc.option(fc.nat({ max: 9 }), { nil: null, freq: 2 }),
  }),
  { minLength: 4, maxLength: 18, size: 'max' },
);

const digestOf = (version: string) => `sha256:${version.repeat(64)}`;
const outbox = jsonCollection<OutgoingEvent>('test_outbox');

async function live(steps: readonly Wish[]): Promise<{ champion: string | null; audited: string[] }> {
  const settings = testModel({ groups: [] });
  const real = await openSqliteStore({ path: ':memory:' });
  const store = cuttingStore(real);
  let now = Date.UTC(2026, 10, 22);
  let ids = 0;
  let sent = 0;
  const service = new RolloutService({
    store: joiningStore(store),
    clock: () => now,
    randomId: () => `id${++ids}`,
    models: [settings],
    artefacts: { has: async () => true, read: async () => new Uint8Array() },
    enqueue: async (transaction, event) => {
      sent += 1;
      await transaction.put(outbox, String(sent).padStart(6, '0'), event);
      return `evt_${sent}`;
    },
    instances: () => [],
    onError: (error) => {
      throw error;
    },
  });
  const state = () => real.read((transaction) => service.state(transaction, 'production', 'credit'));
  const everything = () =>
    real.read(async (transaction) => ({
      state: await service.state(transaction, 'production', 'credit'),
      routing: (await service.routing(transaction, 'production', 'credit')) ?? null,
      audit: await readAudit(transaction, 0, 10_000),
      outgoing: (await transaction.range(outbox, {})).map(({ value }) => value.type),
      view: await service.versions(transaction, settings),
    }));

  /** A bucket that loses the connection every other time. */
  const bucket = new Map<string, RoutingDocument>();
  let attempts = 0;
  const project = async () => {
    const projector = startRoutingProjector({
      bus: {
        putRouting: async (document) => {
          attempts += 1;
          if (attempts % 2 === 1) throw new PowerCut();
          const current = bucket.get(document.model);
          if (current !== undefined && current.revision >= document.revision) return false;
          bucket.set(document.model, document);
          return true;
        },
      },
      readDocuments: () => real.read((transaction) => service.routingDocuments(transaction)),
      onError: () => undefined,
      clock: () => now,
      pollMs: 1,
    });
    const wanted = (await everything()).routing;
    for (let wait = 0; wait < 200 && (bucket.get('credit')?.revision ?? 0) < (wanted?.revision ?? 0); wait++) {
      await new Promise((resume) => setTimeout(resume, 1));
    }
    await projector.stop();
  };

  for (const [index, { verb, version, who, cut }] of steps.entries()) {
    now += 60_000;
    const before = await everything();
    const seen = before.state.revision;
    const control = { expectedRevision: seen, requestId: `request-${index}` };
    const waiting = before.state.promotion?.approvalId ?? 'ap_none';
    const waitingRevision = before.view.approvals.find(({ id }) => id === waiting)?.revision ?? 0;
    const actor = person(who);
    const command = async (): Promise<unknown> => {
      switch (verb) {
        case 'register':
          return service.register(actor, settings, { ...unknownSpec, version, digest: digestOf(version) }, 'api');
        case 'approve':
        case 'deny':
          return service.approve(
            actor,
            waiting,
            { decision: verb, reason: 'because' },
            { expectedRevision: waitingRevision, requestId: control.requestId },
          );
        case 'upkeep':
          return service.upkeep();
        default: {
          const action = { verb, version, minutes: 30, reason: 'because' } as unknown as RolloutAction;
          return service.act(actor, settings, verb === 'roll-back' ? { verb, reason: 'because' } : action, control);
        }
      }
    };
    if (cut !== null) {
      store.cutAt(cut);
      const cutOff = await command().then(
        () => null,
        (error: unknown) => error,
      );
      store.cutAt(null);
      // Refused before anything was written, or cut off: either way nothing is left of it.
      if (cutOff !== null || verb !== 'upkeep') expect(await everything()).toEqual(before);
    }
    const first = await command().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const after = await everything();
    if ('error' in first) {
      expect(first.error).toMatchObject({ name: 'PlumblineError' });
      expect(after).toEqual(before);
    }
    // The same request again: the answer may have been lost on the way.
    if (verb !== 'upkeep') {
      await command().catch(() => undefined);
      expect(await everything()).toEqual(after);
    }
    expect(after.audit.length - before.audit.length).toBe(after.outgoing.length - before.outgoing.length);
    expect(after.audit.length - before.audit.length).toBe(after.state.revision - before.state.revision);
    const champions = after.state.versions.filter((record) => record.state === 'champion');
    expect(champions.length).toBe(after.state.champion === null ? 0 : 1);
    const shares = Object.values(trafficWeights(after.state));
    if (shares.length > 0) expect(shares.reduce((sum, share) => sum + share, 0)).toBe(10_000);
  }
  expect(await real.read(verifyAudit)).toMatchObject({ ok: true });
  await project();
  const { routing, audit } = await everything();
  expect(bucket.get('credit') ?? null).toEqual(routing);
  const { champion } = await state();
  expect(champion).toBe(routing?.champion?.version ?? null);
  await real.close();
  return { champion, audited: audit.map(({ action }) => action) };
}

describe('with the power going out between any two writes', () => {
  test('commands leave everything or nothing, act once, are all audited, and what apps see converges', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (steps) => void (await live(steps))),
      { numRuns: 60 },
    );
  });

  test('a life that is cut off in nearly every command gets where it would have got', async () => {
    const life: Wish[] = [
      { verb: 'register', version: '1', who: 'ada', cut: 2 },
      { verb: 'promote', version: '1', who: 'ada', cut: 3 },
      { verb: 'approve', version: '1', who: 'grace', cut: 5 },
      { verb: 'register', version: '2', who: 'ada', cut: null },
      { verb: 'break-glass', version: '2', who: 'ada', cut: 1 },
      { verb: 'promote', version: '2', who: 'ada', cut: 4 },
      { verb: 'roll-back', version: '1', who: 'grace', cut: 6 },
      { verb: 'quarantine', version: '2', who: 'grace', cut: 0 },
    ];
    expect(await live(life)).toEqual({
      champion: '1',
      audited: [
        ...['version.registered', 'promotion.requested', 'promotion.approved', 'version.promoted'],
        ...['version.registered', 'break_glass.opened', 'version.promoted', 'version.rolled_back'],
        'version.quarantined',
      ],
    });
  });
});
