import { createMonitor } from '@plumbline/sdk';
import { model } from './model.ts'; // your model, as it is

const nats = { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' };
const monitor = createMonitor({ service: 'credit-api', model: { name: 'credit-risk', version: '7' }, nats });

export const decide = monitor.wrap(model, {
  id: (applicant) => applicant.id,
  features: ({ age, income, purpose }) => ({ age, income, purpose }),
  groups: ({ sex }) => ({ sex }),
  prediction: ({ label }) => label,
  score: ({ probability }) => probability,
});

// Call decide() instead of model(). When the truth becomes known, weeks later perhaps:
export const learned = (id: string, label: string) => monitor.outcome({ inferenceId: id, value: label });
