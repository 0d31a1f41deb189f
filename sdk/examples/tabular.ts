import { createMonitor } from '@plumbline/sdk';
import { type Applicant, model } from './model.ts'; // your model, as it is

const monitor = createMonitor({
  service: 'credit-api',
  nats: { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' },
  model: {
    name: 'credit-risk',
    version: '7',
    features: { age: 'number', income: 'number', purpose: 'category' },
  },
});

export async function handle({ id, sex, ...applicant }: Applicant) {
  const startedAt = performance.now();
  const { label, probability } = await model({ id, sex, ...applicant });
  const latencyMs = performance.now() - startedAt;
  const { age, income, purpose } = applicant;
  const inferenceId = monitor.record({
    id,
    features: { age, income, purpose },
    groups: { sex },
    prediction: label,
    score: probability,
    latencyMs,
  });
  return { label, inferenceId }; // keep the id, if it is not one of yours
}

// When the truth becomes known, minutes or months later, in this process or another:
export const learned = (inferenceId: string, label: string) => monitor.outcome({ inferenceId, value: label });
