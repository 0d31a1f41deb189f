import { createMonitor } from '../../index.ts';

/** A script that records a few inferences and ends, without a word to the monitor. Options come in the environment. */
const monitor = createMonitor({
  service: 'script',
  model: { name: 'credit risk', version: '7' },
  // The test that starts this wrote it.
  nats: JSON.parse(process.env.NATS_OPTIONS ?? '{}'),
});
for (let age = 0; age < 10; age++) {
  monitor.record({ id: `inference ${age}`, features: { age } });
}
