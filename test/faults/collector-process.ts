import { randomBytes } from 'node:crypto';
import { connectBus } from '../../collector/src/bus/index.ts';
import { budgetSettings, collectorSettings, modelSettings } from '../../collector/src/config/settings.ts';
import { createEngine } from '../../collector/src/main/engine.ts';
import { createIngest } from '../../collector/src/main/ingest.ts';
import { createCluster } from '../../collector/src/main/partitions/cluster.ts';
import { ReadingThread } from '../../collector/src/main/reading/reading-thread.ts';
import { openStore } from '../../collector/src/store/open.ts';
import { checkpointFirst } from './checkpoint-first.ts';

/**
 * The reading half of a collector as a process of its own, to be killed at any moment. Says `{"event":"ready"}` when it
 * reads and `{"event":"committed"}` when it has counted something; ends with what it has read committed on SIGTERM. On
 * PostgreSQL it shares the stream with others of its kind. Started by the fault tests.
 */

// Written by those who start this.
const settings = JSON.parse(process.env.FAULT_SETTINGS ?? '{}') as {
  nats: Record<string, unknown>;
  store: { sqlite: string } | { postgres: string };
  model: Record<string, unknown>;
  commitEveryMs: number;
  /** `checkpoint first` is a wrong build: the test of the tests. */
  order?: 'together' | 'checkpoint first';
};

const log = (fields: object, event: string) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
const logger = { debug() {}, info: log, warn: log, error: log };
const opened = await openStore(settings.store);
const store = settings.order === 'checkpoint first' ? checkpointFirst(opened, 500) : opened;
const { nats } = collectorSettings.parse({ nats: settings.nats });
const bus = await connectBus({ nats });
// What is killed is to be what runs where there is much to read.
const readingThread = new ReadingThread(nats);
const reader = { readingThread, handOverAt: 0 };
const engine = {
  store,
  models: [modelSettings.parse(settings.model)],
  budget: budgetSettings.parse({}),
  clock: Date.now,
};
const { commitEveryMs } = settings;
let isAtWork = false;
const onCommit = () => {
  if (!isAtWork) process.stdout.write('{"event":"committed"}\n');
  isAtWork = true;
};
const reading =
  'postgres' in settings.store
    ? createCluster({ bus, engine, id: randomBytes(6).toString('hex'), commitEveryMs, logger, onCommit, ...reader })
    : createIngest({
        bus,
        openEngine: () => createEngine({ ...engine, logger, partitions: bus.partitions }),
        commitEveryMs,
        logger,
        retryMs: 100,
        onCommit,
        ...reader,
      });
process.once('SIGTERM', async () => {
  await reading.stop();
  await readingThread.stop();
  await bus.close();
  await opened.close();
});
await reading.start();
process.stdout.write('{"event":"ready"}\n');
