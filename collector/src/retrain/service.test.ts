import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelSettings, webhookSettings } from '../config/settings.ts';
import { isPlumblineError } from '../errors.ts';
import { readAudit } from '../store/audit.ts';
import type { Store, Transaction } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createOutbox, type Delivery, readDeliveries } from '../webhook/index.ts';
import { openRetrainKey, RetrainService, readJob, readJobs } from './service.ts';

const ana = { subject: 'user:ana' };
const olu = { subject: 'user:olu' };
const control = { requestId: 'request-1', eventTime: 1_000 };

let store: Store;
let service: RetrainService;
let now: number;
let registered: string[];

const register = async (_: Transaction, job: { readonly id: string }) => {
  registered.push(job.id);
};

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  now = 5_000;
  registered = [];
  const webhook = webhookSettings.parse({ name: 'trainer', url: 'http://127.0.0.1:1/', secret: 'unused-here' });
  let ids = 0;
  service = new RetrainService(
    {
      store,
      enqueue: createOutbox({ endpoints: [webhook], clock: () => now, makeId: () => String(++ids) }).enqueue,
      clock: () => now,
      models: [settings({ approval: 'automatic' })],
      publicUrl: () => 'http://collector.test',
      randomId: () => String(++ids),
    },
    await openRetrainKey(store),
  );
});

afterEach(() => store.close());

function settings(retrain: Record<string, unknown> = {}) {
  return modelSettings.parse({ name: 'credit-risk', retrain });
}

const deliveries = async () =>
  (await store.read((transaction) => readDeliveries(transaction, { limit: 10 }))).map(({ value }) => value);

async function tokenOf(delivery: Delivery | undefined): Promise<string> {
  const completed = service.completeEvent(delivery?.event ?? { type: '', subject: '', time: 0, data: {} });
  return (completed.callback as { token: string }).token;
}

async function dispatchedJob(): Promise<{ id: string; token: string }> {
  const { job } = await service.request(ana, settings({ approval: 'automatic' }), '1', 'seen in review', control);
  const [delivery] = await deliveries();
  return { id: job.id, token: await tokenOf(delivery) };
}

describe('a retrain job', () => {
  it('is sent at once where the policy approves by itself', async () => {
    const { job } = await service.request(ana, settings({ approval: 'automatic' }), '1', 'seen in review', control);
    expect(job.state).toBe('queued');
    expect(await deliveries()).toHaveLength(1);
  });

  it('waits for a second person where approval is required, and the requester cannot be that person', async () => {
    const { job, revision } = await service.request(ana, settings(), '1', 'seen in review', control);
    expect(job.state).toBe('awaiting_approval');
    expect(await deliveries()).toHaveLength(0);
    const approve = { expectedRevision: revision, requestId: null };
    await expect(service.approve(ana, job.id, 'approve', 'mine', approve)).rejects.toSatisfy((error) =>
      isPlumblineError(error, 'FORBIDDEN'),
    );
    expect((await service.approve(olu, job.id, 'approve', 'agreed', approve)).job.state).toBe('queued');
    expect(await deliveries()).toHaveLength(1);
  });

  it('is refused while another one is in flight', async () => {
    await dispatchedJob();
    await expect(service.request(olu, settings(), '1', 'again', control)).rejects.toMatchObject({
      code: 'REFUSED',
      details: { reason: 'job_in_flight' },
    });
  });

  it('goes through its life by reports and registers its version in the transaction of its success', async () => {
    const { id, token } = await dispatchedJob();
    await store.transaction(async (transaction) => {
      const [delivery] = await readDeliveries(transaction, { limit: 1 });
      if (delivery !== undefined) await service.deliverySettled(transaction, { ...delivery.value, state: 'delivered' });
    });
    await service.report(id, token, { state: 'accepted' }, register);
    await service.report(id, token, { state: 'running', progress: 0.5 }, register);
    const result = { version: '2', digest: 'sha256:00' };
    const { job } = await service.report(id, token, { state: 'succeeded', result }, register);
    expect(job).toMatchObject({ state: 'succeeded', progress: 1, result });
    expect(registered).toEqual([id]);
    const actions = (await store.read((transaction) => readAudit(transaction, 0, 20))).map((record) => record.action);
    expect(actions).toEqual([
      'retrain.queued',
      'retrain.dispatched',
      'retrain.accepted',
      'retrain.running',
      'retrain.succeeded',
    ]);
  });

  it('takes the same success twice as one, and nothing after its end', async () => {
    const { id, token } = await dispatchedJob();
    const result = { version: '2', digest: 'sha256:00' };
    await service.report(id, token, { state: 'succeeded', result }, register);
    await service.report(id, token, { state: 'succeeded', result }, register);
    expect(registered).toHaveLength(1);
    await expect(service.report(id, token, { state: 'failed', error: 'late' }, register)).rejects.toMatchObject({
      details: { reason: 'job_is_over' },
    });
  });

  it('does not succeed when its version cannot be registered', async () => {
    const { id, token } = await dispatchedJob();
    const failing = async () => {
      throw new Error('the registry is down');
    };
    const report = { state: 'succeeded', result: { version: '2', digest: 'sha256:00' } } as const;
    await expect(service.report(id, token, report, failing)).rejects.toThrow('the registry is down');
    expect((await store.read((transaction) => readJob(transaction, id)))?.job.state).toBe('queued');
  });

  it('refuses a wrong token and changes nothing', async () => {
    const { id, token } = await dispatchedJob();
    const before = await store.read((transaction) => readJob(transaction, id));
    for (const wrong of ['', `${token}x`, token.replace('rt_1', 'rt_2'), 'Bearer']) {
      await expect(service.report(id, wrong, { state: 'accepted' }, register)).rejects.toMatchObject({
        code: 'BAD_SIGNATURE',
      });
    }
    expect(await store.read((transaction) => readJob(transaction, id))).toEqual(before);
  });

  it('is given up after a long silence', async () => {
    const { id } = await dispatchedJob();
    now += settings().retrain.timeout - 1;
    await service.expire(settings());
    expect((await store.read((transaction) => readJobs(transaction)))[0]?.job.state).toBe('queued');
    now += 1;
    await service.expire(settings());
    expect((await store.read((transaction) => readJob(transaction, id)))?.job.state).toBe('timed_out');
  });
});
