import { createMonitor } from '../../index.ts';

/**
 * A script that records a few inferences and ends, without a word to the monitor. Options come in the environment. With
 * `WAITS` it does not end by itself, and says when it has recorded; with `WAITS=listening` it ends at SIGTERM by its own
 * doing, with `WAITS=listening once` a second later and having recorded once more. Its batches would not be due for a minute.
 */
const waits = process.env.WAITS;
if (waits === 'listening once') {
  process.once('SIGTERM', () => {
    monitor.record({ id: 'inference 10', features: { age: 10 } });
    setTimeout(() => process.exit(0), 1_000);
  });
}
const monitor = createMonitor({
  service: 'script',
  model: { name: 'credit risk', version: '7' },
  // The test that starts this wrote it.
  nats: JSON.parse(process.env.NATS_OPTIONS ?? '{}'),
  ...(waits === undefined ? {} : { batch: { ageMs: 60_000 }, flushAtSignals: true }),
});
for (let age = 0; age < 10; age++) {
  monitor.record({ id: `inference ${age}`, features: { age } });
}
if (waits !== undefined) {
  const running = setInterval(() => {}, 1_000);
  if (waits === 'listening') {
    process.on('SIGTERM', () => clearInterval(running));
  }
  console.log('recorded');
}
