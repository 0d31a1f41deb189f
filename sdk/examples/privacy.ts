import { createMonitor } from '@plumbline/sdk';

const secret = process.env.PSEUDONYM_KEY ?? 'at least 16 bytes, from your secret store';

export const monitor = createMonitor({
  service: 'credit-api',
  nats: { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' },
  pseudonyms: { keys: [{ id: 'k1', secret }] },
  model: {
    name: 'credit-risk',
    version: '7',
    features: {
      income: 'number',
      age: { type: 'number', capture: 'bin', edges: [18, 30, 45, 60, 75] },
      customer: { type: 'category', capture: 'hash' },
      purpose: { type: 'category', capture: 'value' },
    },
    groups: { sex: ['female', 'male'] },
    classes: ['approve', 'deny'],
    outcomes: ['repaid', 'defaulted'],
  },
});

const features = { income: 52_000, age: 44, customer: 'C-1021', purpose: 'car', note: 'called twice' };

/** Exactly what would leave; nothing is sent. */
export const leaving = monitor.preview({ features, groups: { sex: 'female' }, prediction: 'approve' });
