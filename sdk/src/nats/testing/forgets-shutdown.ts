import { createMonitor } from '../../index.ts';

/**
 * A script that records a few inferences and ends, without a word to the monitor. Options come in the environment. With
 * `WAITS` it does not end by itself, and says when it has recorded; with `WAITS=listening` it ends at SIGTERM by its own
 * doing, and its batches would not be due for a minute.
 */
const waits = process.env.WAITS;
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
