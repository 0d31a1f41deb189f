import { createMonitor } from '@plumbline/sdk';

/**
 * An app that records as fast as it is told to and says what the broker has acknowledged, to be killed at any moment.
 * Ends on SIGTERM when everything is delivered.
 */

// Written by those who start this.
const settings = JSON.parse(process.env.FAULT_APP ?? '{}') as {
  nats: { servers: string; user: string; pass: string; inboxPrefix: string };
  model: string;
  /** Names this life of the app: ids begin with it. */
  life: number;
  startAt: number;
  stepMs: number;
  perSecond: number;
};
const { nats, model, life, startAt, stepMs, perSecond } = settings;

const monitor = createMonitor({
  service: 'fault-app',
  model: { name: model, version: '1', features: { number: 'number', town: 'category' } },
  nats,
  batch: { ageMs: 250 },
  telemetry: false,
  flushAtExit: false,
  logger: { info() {}, warn() {} },
});

let made = 0;
let isOpen = true;
const began = performance.now();

function record(): void {
  const due = ((performance.now() - began) / 1_000) * perSecond;
  while (isOpen && made < due) {
    const index = made++;
    const time = startAt + index * stepMs;
    const positive = index % 3 === 0;
    const inferenceId = monitor.record({
      id: `${life}-${index}`,
      time,
      version: index % 5 === 0 ? '2' : '1',
      features: { number: (life * 7_919 + index * 104_729) % 1_000, town: `town ${index % 7}` },
      prediction: positive ? 'yes' : 'no',
      score: (index % 100) / 100,
    });
    if (index % 3 !== 2) monitor.outcome({ inferenceId, value: index % 2 === 0 ? 'yes' : 'no', time: time + 1_000 });
  }
}

async function deliver(): Promise<void> {
  const through = made;
  const { delivered } = await monitor.flush({ timeoutMs: isOpen ? 2_000 : 30_000 });
  if (delivered) process.stdout.write(`${JSON.stringify({ event: 'flushed', life, through })}\n`);
}

const timer = setInterval(record, 5);
process.once('SIGTERM', () => {
  isOpen = false;
  clearInterval(timer);
});
process.stdout.write('{"event":"ready"}\n');
while (isOpen) {
  await deliver();
  await new Promise((resume) => setTimeout(resume, 50));
}
await deliver();
await monitor.shutdown({ timeoutMs: 5_000 });
