import { createMonitor } from '@plumbline/sdk';
import { model } from './model.ts'; // your model, as it is

// Outside the handler: one monitor for as long as the process is kept warm.
const monitor = createMonitor({
  service: 'credit-function',
  nats: { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' },
  model: { name: 'credit-risk', version: '7' },
  mode: 'serverless',
});

export const handler = monitor.wrap(model, {
  id: (applicant) => applicant.id,
  features: ({ age, income, purpose }) => ({ age, income, purpose }),
  prediction: ({ label }) => label,
  score: ({ probability }) => probability,
});
