import { readFile } from 'node:fs/promises';
import { createMonitor, type Serving } from '@plumbline/sdk';
import { type Applicant, model } from './model.ts'; // your model, as it is

const folder = process.env.MODEL_FOLDER ?? 'models';
const monitor = createMonitor({
  service: 'credit-api',
  nats: { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' },
  model: { name: 'credit-risk', version: '7' },
  ...(process.env.ROUTING_CACHE ? { routingCacheFolder: process.env.ROUTING_CACHE } : {}),
});

const models = new Map<string, typeof model>();

// Load what routing names, and say so: no version is served anywhere before.
monitor.onRouting(async ({ champion, canary, shadow }) => {
  for (const routed of [champion, canary, shadow]) {
    if (routed !== null && !models.has(routed.version)) {
      const bytes = await readFile(`${folder}/${routed.version}.onnx`).catch(() => null);
      if (bytes !== null && (await monitor.loaded({ version: routed.version, bytes })).matches) {
        models.set(routed.version, model); // of these bytes
      }
    }
  }
});

const run = ({ version }: Serving, applicant: Applicant) => (models.get(version) ?? model)(applicant);

export const decide = monitor.wrapVersions(run, {
  id: (applicant) => applicant.id,
  key: (applicant) => applicant.id, // the same key has the same version for the whole rollout
  features: ({ age, income, purpose }) => ({ age, income, purpose }),
  prediction: ({ label }) => label,
  score: ({ probability }) => probability,
  shadow: { timeoutMs: 1_000, concurrency: 4 },
});

export const status = () => monitor.status();
