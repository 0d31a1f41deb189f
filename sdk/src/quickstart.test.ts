import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type BareServer, startBareServer } from './nats/testing/bare-server.ts';
import { patience } from './nats/testing/broker.ts';
import { createStreams, storedBatches } from './nats/testing/stored-events.ts';
import { batchRows } from './wire/index.ts';

/** The snippet of the READMEs, against a server as it speaks of: JetStream, and no users. */
const snippet = readFileSync(new URL('../examples/quickstart.ts', import.meta.url), 'utf8');

let server: BareServer;

beforeAll(async () => {
  server = await startBareServer();
});

afterAll(() => server.stop());

it('the snippet records a decision and its outcome', async () => {
  const admin = await connect({ servers: server.url });
  await createStreams(admin);
  vi.stubEnv('NATS_URL', server.url);
  const { decide, learned } = await import('../examples/quickstart.ts');
  const applicant = { id: 'application-17', age: 44, income: 52_000, purpose: 'car', sex: 'female' };

  const decision = await decide(applicant);
  learned('application-17', 'repaid');

  expect(decision.label).toBe('repaid');
  await vi.waitFor(async () => expect(await storedBatches(admin)).toHaveLength(2), patience);
  expect((await storedBatches(admin)).flatMap(({ batch }) => batchRows(batch))).toMatchObject([
    {
      ...{ kind: 'inference', id: 'application-17', model: 'credit-risk', version: '7', role: 'champion' },
      features: { age: 44, income: 52_000, purpose: 'car' },
      ...{ groups: { sex: 'female' }, prediction: 'repaid', score: decision.probability },
    },
    { kind: 'outcome', inferenceId: 'application-17', type: 'label', value: 'repaid' },
  ]);
  await admin.close();
});

it('the README shows the snippet as it is', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${snippet}\`\`\``);
});
