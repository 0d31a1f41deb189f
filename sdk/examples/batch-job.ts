import { createMonitor } from '@plumbline/sdk';
import { type Applicant, model } from './model.ts'; // your model, as it is

export async function scoreAll(applicants: readonly Applicant[]) {
  const monitor = createMonitor({
    service: 'nightly-scores',
    nats: { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' },
    model: { name: 'credit-risk', version: '7' },
    buffer: { events: 100_000, bytes: 64 * 1024 * 1024 },
  });
  const score = monitor.wrapBatch((rows: readonly Applicant[]) => Promise.all(rows.map(model)), {
    features: (rows) => rows.map(({ age, income, purpose }) => ({ age, income, purpose })),
    ids: (rows) => rows.map(({ id }) => id),
    predictions: (decisions) => decisions.map(({ label }) => label),
    scores: (decisions) => decisions.map(({ probability }) => probability),
  });
  const decisions = [];
  for (let start = 0; start < applicants.length; start += 1_000) {
    decisions.push(...(await score(applicants.slice(start, start + 1_000))));
    await monitor.flush(); // a job is faster than any broker: wait here, rather than thin
  }
  const { delivered, remaining } = await monitor.shutdown({ timeoutMs: 30_000 });
  if (!delivered) {
    console.error(`${remaining} inferences did not arrive`, monitor.status().problems);
  }
  return decisions;
}
