import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { logisticOnnx } from '../../test/onnx/logistic.ts';
import type { Applicant } from '../examples/model.ts';
import type { InferenceEvent, OutcomeEvent } from './event.ts';
import { type BareServer, startBareServer } from './nats/testing/bare-server.ts';
import { patience } from './nats/testing/broker.ts';
import { putRouting } from './nats/testing/put-routing.ts';
import { createStreams, storedBatches } from './nats/testing/stored-events.ts';
import { startVendorServer } from './otel/spans/fixtures/make/vendor-server.mjs';
import type { RoutingDocument } from './routing/index.ts';
import { testDocument } from './routing/testing/test-document.ts';
import { streamName } from './subjects.ts';
import { batchRows } from './wire/index.ts';

/** Every snippet of README and docs is a file of `examples/`, and runs here, against a server as it speaks of. */
const folder = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), 'utf8');
const pages = ['README.md', ...list('docs', '.md').map((name) => `docs/${name}`)];
const snippets = pages.flatMap((page) =>
  [...read(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => ({ page, code })),
);
/** The model that apps of the examples have, and apps that other tests install. */
const notShown = ['model.ts', 'installed-app.ts', 'installed-flag-app.ts', 'installed-node-app.ts'];
const examples = list('examples', '.ts').filter((name) => !notShown.includes(name));
const ran = new Set<string>();

let server: BareServer;
let admin: NatsConnection;
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-docs-'));

beforeAll(async () => {
  server = await startBareServer();
  admin = await connect({ servers: server.url });
  await createStreams(admin);
  vi.stubEnv('NATS_URL', server.url);
});

beforeEach(async () => {
  await (await jetstreamManager(admin)).streams.purge(streamName);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await admin.close();
  await server.stop();
  rmSync(scratch, { recursive: true });
});

const applicant: Applicant = { id: 'application-17', age: 44, income: 52_000, purpose: 'car', sex: 'female' };
const features = { age: 44, income: 52_000, purpose: 'car' };
const inference = { kind: 'inference', id: 'application-17', model: 'credit-risk', version: '7', role: 'champion' };

/** Whatever the stream holds, once it is as many events. Inferences first, by their ids: partitions arrive in any order. */
async function arrived(events: number): Promise<(InferenceEvent | OutcomeEvent)[]> {
  const stored = async () => (await storedBatches(admin)).flatMap(({ batch }) => batchRows(batch));
  await vi.waitFor(async () => expect(await stored()).toHaveLength(events), patience);
  return (await stored()).sort((a, b) => (`${a.kind} ${a.id}` < `${b.kind} ${b.id}` ? -1 : 1));
}

async function load<Example>(name: string, load: () => Promise<Example>): Promise<Example> {
  ran.add(name);
  return load();
}

describe('the example', () => {
  it('quickstart records a decision and its outcome', async () => {
    const { decide, learned } = await load('quickstart.ts', () => import('../examples/quickstart.ts'));
    const decision = await decide(applicant);
    learned('application-17', 'repaid');
    expect(decision.label).toBe('repaid');
    expect(await arrived(2)).toMatchObject([
      { ...inference, features, groups: { sex: 'female' }, prediction: 'repaid', score: decision.probability },
      { kind: 'outcome', inferenceId: 'application-17', type: 'label', value: 'repaid' },
    ]);
  });

  it('tabular records by hand, with the latency', async () => {
    const { handle, learned } = await load('tabular.ts', () => import('../examples/tabular.ts'));
    const { label, inferenceId } = await handle(applicant);
    learned(inferenceId, 'defaulted');
    expect(await arrived(2)).toMatchObject([
      { ...inference, features, groups: { sex: 'female' }, prediction: label, latencyMs: expect.any(Number) },
      { kind: 'outcome', inferenceId: 'application-17', value: 'defaulted' },
    ]);
  });

  it('onnx records each row of a run, and tells the digest of the model', async () => {
    const bytes = logisticOnnx({ inputs: ['age', 'income'], weights: [0.1, -0.001], bias: 0 });
    vi.stubEnv('MODEL_FILE', join(scratch, 'credit-risk.onnx'));
    writeFileSync(join(scratch, 'credit-risk.onnx'), bytes);
    const { predict, status } = await load('onnx.ts', () => import('../examples/onnx.ts'));
    const rows = [
      [44, 52_000],
      [30, 1_000],
    ] as const;
    expect(await predict(rows)).toHaveLength(4);
    const recorded = await arrived(2);
    expect(recorded.map((event) => event.kind === 'inference' && event.features)).toEqual(
      expect.arrayContaining(rows.map(([age, income]) => ({ age, income }))),
    );
    expect(recorded[0]).toMatchObject({ version: '7', prediction: expect.stringMatching(/^(repaid|defaulted)$/) });
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    await vi.waitFor(
      () => expect(status().models['credit-risk']?.loaded).toEqual([{ version: '7', digest }]),
      patience,
    );
  });

  it('llm records a call of the client, and what people and judges say of it', async () => {
    const vendor = await startVendorServer();
    vi.stubEnv('OPENAI_API_KEY', 'none');
    vi.stubEnv('OPENAI_BASE_URL', `${vendor.origin}/v1`);
    const { answer, liked, judged } = await load('llm.ts', () => import('../examples/llm.ts'));
    const { id, text } = await answer('What is the capital of France?');
    liked(id, true);
    judged(id, 0.9);
    expect(text).toBe('Paris is the capital.');
    const events = await arrived(3);
    expect(events[0]).toMatchObject({
      kind: 'inference',
      id,
      model: 'assistant',
      version: '3',
      features: { operation: 'chat', request_model: 'gpt-4o-mini', output_tokens: 7 },
    });
    const outcomes = events.map(
      (event) => event.kind === 'outcome' && `${event.inferenceId} ${event.type} ${event.value}`,
    );
    expect(outcomes.slice(1).sort()).toEqual([`${id} evaluation 0.9`, `${id} feedback true`]);
    expect(JSON.stringify(events)).not.toContain('capital');
    vendor.close();
  });

  it('batch job records every row, and ends when all have arrived', async () => {
    const { scoreAll } = await load('batch-job.ts', () => import('../examples/batch-job.ts'));
    const people = Array.from({ length: 2_500 }, (_, index) => ({ ...applicant, id: `application-${index}` }));
    expect(await scoreAll(people)).toHaveLength(2_500);
    expect((await arrived(2_500)).map(({ id }) => id).sort()).toEqual(people.map(({ id }) => id).sort());
  });

  it('serverless answers once the broker has the inference', async () => {
    const { handler } = await load('serverless.ts', () => import('../examples/serverless.ts'));
    // The first call may wait for the connection longer than a call waits.
    await handler({ ...applicant, id: 'application-16' });
    await arrived(1);
    expect(await handler(applicant)).toMatchObject({ label: 'repaid' });
    expect((await storedBatches(admin)).flatMap(({ batch }) => batchRows(batch))).toHaveLength(2);
  });

  it('privacy shows what leaves', async () => {
    const { leaving, monitor } = await load('privacy.ts', () => import('../examples/privacy.ts'));
    expect(leaving.event).toMatchObject({
      features: { income: 52_000, age: 37.5, customer: expect.stringMatching(/^k1/), purpose: 'car' },
      groups: { sex: 'female' },
      prediction: 'approve',
      capture: 'declared',
    });
    expect(JSON.stringify(leaving)).not.toMatch(/C-1021|called twice/);
    await monitor.shutdown();
  });

  it('embeddings records numbers of vectors and texts, and neither of themselves', async () => {
    const { asked, leaving } = await load('embeddings.ts', () => import('../examples/embeddings.ts'));
    const id = asked('Where is my PARCEL 4471?', 'mail');
    const [event] = await arrived(1);
    const features = event?.kind === 'inference' ? event.features : {};
    expect(event).toMatchObject({ id, capture: 'declared' });
    expect(Object.keys(features).sort()).toEqual(
      [
        ...Array.from({ length: 16 }, (_, index) => `query.projection_${String(index).padStart(2, '0')}`),
        ...['query.norm', 'channel'],
        ...['characters', 'words', 'mean_word_length', 'letter_share', 'digit_share'].map((name) => `question.${name}`),
        ...['upper_share', 'non_ascii_share', 'repeated_word_share'].map((name) => `question.${name}`),
      ].sort(),
    );
    expect(features).toMatchObject({ 'question.characters': 24, 'question.words': 5, channel: 'mail' });
    expect(leaving.event?.features).toMatchObject({ 'question.words': 3, 'query.norm': expect.any(Number) });
    expect(JSON.stringify([event, leaving])).not.toMatch(/parcel|4471/i);
  });

  it('broker user connects, with an inbox of its own', async () => {
    const { monitor } = await load('broker-user.ts', () => import('../examples/broker-user.ts'));
    await vi.waitFor(() => expect(monitor.status().connection.state).toBe('connected'), patience);
    await monitor.shutdown();
  });

  it('routing serves what was loaded and checked, and runs the shadow beside it', async () => {
    vi.stubEnv('MODEL_FOLDER', scratch);
    vi.stubEnv('ROUTING_CACHE', join(scratch, 'routing'));
    const digests = ['8', '9'].map((version) => {
      writeFileSync(join(scratch, `${version}.onnx`), `weights of ${version}`);
      return `sha256:${createHash('sha256').update(`weights of ${version}`).digest('hex')}`;
    });
    await route({
      champion: { version: '8', digest: digests[0] ?? '' },
      shadow: { version: '9', digest: digests[1] ?? '', sampleBasisPoints: 10_000 },
    });
    const { decide, status } = await load('routing.ts', () => import('../examples/routing.ts'));
    await vi.waitFor(() => expect(status().models['credit-risk']?.loaded).toHaveLength(2), patience);
    await decide(applicant);
    expect(await arrived(2)).toMatchObject([
      { ...inference, version: '8', features },
      { ...inference, id: 'application-17~9', version: '9', role: 'shadow', features },
    ]);
    expect(readdirSync(join(scratch, 'routing'))).toHaveLength(1);
  });

  it('openfeature resolves the version of a customer', async () => {
    const pins = { 'customer-1': '9' };
    await route({ revision: 2, champion: { version: '8', digest: 'sha256:8' }, pins });
    const { versionFor } = await load('openfeature.ts', () => import('../examples/openfeature.ts'));
    expect(await versionFor('customer-1')).toMatchObject({ value: '9', reason: 'TARGETING_MATCH' });
    expect(await versionFor('customer-2')).toMatchObject({ value: '8', variant: 'champion', reason: 'STATIC' });
  });

  it('app test sees what the collector would', async () => {
    const { seen } = await load('app-test.ts', () => import('../examples/app-test.ts'));
    expect(seen).toMatchObject([{ model: 'credit-risk', features: { age: 44 }, prediction: 'repaid' }]);
  });

  // The last one: it registers a provider for the whole process.
  it("existing opentelemetry records the calls of a library's spans, whatever is sampled", async () => {
    const { chat, stop } = await load(
      'existing-opentelemetry.ts',
      () => import('../examples/existing-opentelemetry.ts'),
    );
    for (let call = 0; call < 20; call++) {
      chat();
    }
    await stop();
    const events = await arrived(20);
    expect(events[0]).toMatchObject({ model: 'assistant', features: { operation: 'chat', output_tokens: 17 } });
  });
});

describe('the documentation', () => {
  it('shows examples word for word, and no other code', () => {
    const wordForWord = new Map(examples.map((name) => [read(`examples/${name}`), name]));
    const others = snippets.filter(({ code }) => !wordForWord.has(code));
    expect(others).toEqual([]);
    expect(new Set(snippets.map(({ code }) => wordForWord.get(code)))).toEqual(new Set(examples));
  });

  it('shows no example that was not run here', () => {
    expect([...ran].sort()).toEqual(examples);
  });

  it('links only to files that exist, and the README to every page', () => {
    for (const page of pages) {
      for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
        expect(() => readFileSync(new URL(link, new URL(page, folder))), `${page}: ${link}`).not.toThrow();
      }
    }
    const readme = read('README.md');
    expect(pages.slice(1).filter((page) => !readme.includes(`(${page})`))).toEqual([]);
  });
});

function list(path: string, ending: string): string[] {
  return readdirSync(new URL(path, folder))
    .filter((name) => name.endsWith(ending))
    .sort();
}

const route = (changes: Partial<RoutingDocument>) =>
  putRouting(admin, testDocument({ model: 'credit-risk', ...changes }));
