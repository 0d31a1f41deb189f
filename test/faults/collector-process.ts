import { connectBus } from '../../collector/src/bus/index.ts';
import { budgetSettings, collectorSettings, modelSettings } from '../../collector/src/config/settings.ts';
import { createEngine } from '../../collector/src/main/engine.ts';
import { createIngest } from '../../collector/src/main/ingest.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite.ts';

/**
 * The reading half of a collector as a process of its own, to be killed at any moment. Says `{"event":"ready"}` when it
 * reads; ends with what it has read committed on SIGTERM. Started by the fault tests.
 */

// Written by `startReadingProcess`.
const settings = JSON.parse(process.env.FAULT_SETTINGS ?? '{}') as {
  nats: Record<string, unknown>;
  store: string;
  model: Record<string, unknown>;
  commitEveryMs: number;
};

const log = (fields: object, event: string) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
const logger = { debug() {}, info: log, warn() {}, error: log };
const store = await openSqliteStore({ path: settings.store });
const bus = await connectBus({ nats: collectorSettings.parse({ nats: settings.nats }).nats });
const ingest = createIngest({
  bus,
  openEngine: () =>
    createEngine({
      store,
      models: [modelSettings.parse(settings.model)],
      budget: budgetSettings.parse({}),
      clock: Date.now,
      logger,
      partitions: bus.partitions,
    }),
  commitEveryMs: settings.commitEveryMs,
  logger,
  retryMs: 100,
});
process.once('SIGTERM', async () => {
  await ingest.stop();
  await bus.close();
  await store.close();
});
await ingest.start();
process.stdout.write('{"event":"ready"}\n');
