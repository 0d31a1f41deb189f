import { workerData } from 'node:worker_threads';
import { connect } from '@nats-io/transport-node';
import { makeLedger, publishAll } from '../../faults/ledger.ts';
import type { NatsUser } from '../../stack/nats-users.ts';

/**
 * Publishes until its thread is ended. It has one to itself: making traffic is steady work, behind which who measures
 * would see late what happened long before, on a busy machine by ten seconds and more.
 */
export interface TrafficSettings {
  readonly user: NatsUser;
  readonly model: string;
  readonly batchesPerSecond: number;
  readonly rowsPerBatch: number;
}

// Written by the bench.
const { user, model, batchesPerSecond, rowsPerBatch } = workerData as TrafficSettings;
/** Traffic is made in parts of this much event time. */
const partMs = 5_000;

const connection = await connect({ ...user });
for (let part = 0; ; part++) {
  const ledger = makeLedger({
    model,
    producer: `bench-${part}`,
    seed: part,
    rowsPerBatch,
    windowMs: 60_000,
    inferences: (batchesPerSecond * rowsPerBatch * partMs) / 1_000,
    startAt: 1_700_000_000_000 + part * partMs,
    stepMs: 1_000 / (batchesPerSecond * rowsPerBatch),
  });
  await publishAll(connection, ledger.batches, { perSecond: 2 * batchesPerSecond });
}
