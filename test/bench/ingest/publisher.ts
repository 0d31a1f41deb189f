import { randomUUID } from 'node:crypto';
import { createNatsTransport, type NatsOptions } from '@plumbline/sdk/nats';
import { columnarContentType } from '@plumbline/sdk/subjects';
import { makeTemplates, stamp } from './traffic.ts';

/**
 * Publishes batches as a process of its own, through the SDK's transport: as fast as the broker takes them, or at a
 * rate. Says `{"event":"ready"}` when templates are encoded, and what it did on its last line.
 */
export interface PublisherSettings {
  readonly nats: NatsOptions;
  readonly rowsPerBatch: number;
  readonly events: number;
  /** Events a second; `null`: as many as the broker takes. */
  readonly perSecond: number | null;
  /** Event time of the first row; `null`: the clock's. */
  readonly startAt: number | null;
  /** Events in a second of event time; with the clock's time they follow it. */
  readonly eventTimePerSecond: number;
}

export interface PublisherResult {
  readonly event: 'published';
  readonly events: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

// Written by the bench.
const settings = JSON.parse(process.env.BENCH_SETTINGS ?? '{}') as PublisherSettings;
const { rowsPerBatch, events, perSecond, startAt, eventTimePerSecond } = settings;
const templates = makeTemplates(rowsPerBatch, 4);
const batches = Math.ceil(events / rowsPerBatch);
const mostUnderWay = 200;

const connected = Promise.withResolvers<void>();
let answered = 0;
let wake = Promise.withResolvers<void>();
const transport = createNatsTransport(settings.nats);
transport.start(
  {
    connected: () => connected.resolve(),
    disconnected() {
      if (answered < batches) fail('the connection was lost');
    },
    answered(_, answer) {
      if (answer.kind !== 'stored') fail(`not stored: ${JSON.stringify(answer)}`);
      answered++;
      wake.resolve();
    },
    publishDenied: (subject, reason) => fail(`${subject}: ${reason}`),
    routing() {},
    problem: (code, message) => process.stderr.write(`${code}: ${message}\n`),
    solved() {},
  },
  { routingKeys: [] },
);
// The transport never keeps a process alive by itself.
const alive = setInterval(() => undefined, 1_000);
await connected.promise;
process.stdout.write('{"event":"ready"}\n');

const producer = randomUUID();
const began = performance.now();
const cpu = process.cpuUsage();
let bytes = 0;
for (let batch = 1; batch <= batches; batch++) {
  if (perSecond !== null) {
    const early = began + ((batch * rowsPerBatch) / perSecond) * 1_000 - performance.now();
    if (early > 1) await new Promise((resume) => setTimeout(resume, early));
  }
  while (batch - answered > mostUnderWay) {
    wake = Promise.withResolvers();
    await wake.promise;
  }
  const time = startAt === null ? Date.now() : startAt + ((batch * rowsPerBatch) / eventTimePerSecond) * 1_000;
  const stamped = stamp(templates[batch % templates.length]!, producer, batch, time);
  bytes += stamped.payload.length;
  transport.publish({ token: batch, contentType: columnarContentType, ...stamped });
}
while (answered < batches) {
  wake = Promise.withResolvers();
  await wake.promise;
}
const { user, system } = process.cpuUsage(cpu);
const result: PublisherResult = {
  event: 'published',
  events: batches * rowsPerBatch,
  bytes,
  seconds: (performance.now() - began) / 1_000,
  cpuSeconds: (user + system) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
await transport.close();
clearInterval(alive);

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
