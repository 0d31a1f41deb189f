import { createServer } from 'node:http';
import { createMonitor, type Monitor, type RoutingDocument } from '@plumbline/sdk';
import * as ort from 'onnxruntime-node';
import type { BankStatus } from './bank-client.ts';
import { CollectorClient } from './collector-client.ts';
import { inputsOf, type LoanRow, labelOf } from './history.ts';
import { type Applicant, drawApplicant, drawRepaid, type Era, recordedFeatures } from './population.ts';
import { seededRandom } from './random.ts';
import { demoEnvironment, demoModel, eventStepMs, firstEventAt } from './settings.ts';

/**
 * The demo's sample app: a bank that decides on loans with whichever version of the model it is told to, and learns
 * hours later whether they were repaid.
 *
 * Environment: PORT, NATS_URL, NATS_USER, NATS_PASSWORD, NATS_INBOX_PREFIX, COLLECTOR_URL, COLLECTOR_TOKEN.
 */

const applicantsPerSecond = 300;
/** Outcomes come one to three hours of event time after the decision, counted in applicants. */
const outcomeDelay = { least: 600, most: 1_800 };
const warehouseRows = 3_000;
const tickMs = 10;

const random = seededRandom(2026);
const collector = new CollectorClient(required('COLLECTOR_URL'), required('COLLECTOR_TOKEN'));
const sessions = new Map<string, ort.InferenceSession>();
const loading = new Map<string, Promise<void>>();
/** Outcomes by the number of the applicant at whose turn they become known. */
const due = new Map<number, LoanRow[]>();
let warehouse: LoanRow[] = [];
let era: Era = 'before';
let applicants = 0;
let outcomes = 0;
let inferences = 0;
let open = true;
let routedAt = 0;

const monitor: Monitor = createMonitor({
  service: 'bank',
  environment: demoEnvironment,
  model: {
    name: demoModel,
    version: '1',
    features: Object.fromEntries(recordedFeatures.map(({ name, type }) => [name, type])),
  },
  nats: {
    servers: required('NATS_URL'),
    inboxPrefix: required('NATS_INBOX_PREFIX'),
    ...(process.env.NATS_USER ? { user: process.env.NATS_USER, pass: process.env.NATS_PASSWORD ?? '' } : {}),
  },
});
monitor.onRouting((document) => {
  routedAt = Date.now();
  void loadVersions(document);
});

const server = createServer((request, response) => {
  answer(`${request.method} ${request.url}`).then(
    (body) =>
      response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(Number(required('PORT')), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready' })}\n`);
  void serveApplicants();
});
process.once('SIGTERM', () => {
  open = false;
  void monitor.shutdown({ timeoutMs: 2_000 }).finally(() => process.exit(0));
});

async function answer(call: string): Promise<unknown> {
  switch (call) {
    case 'GET /status':
      return status();
    case 'GET /loans':
      return warehouse;
    case 'POST /shift':
      era = 'after';
      return status();
    case 'POST /close':
      return close();
    default:
      return null;
  }
}

function status(): BankStatus {
  const { counts, models } = monitor.status();
  const routing = models[demoModel]?.routing;
  return {
    inferences,
    outcomes,
    dropped: counts.dropped,
    labelledLoans: warehouse.length,
    champion: routing?.champion ?? null,
    canary: routing?.canary ?? null,
    routedAt,
  };
}

/** Takes applicants at a steady rate, however late a tick comes. */
async function serveApplicants(): Promise<void> {
  while (open && sessions.size === 0) await wait(tickMs);
  const startedAt = Date.now();
  while (open) {
    const expected = Math.floor(((Date.now() - startedAt) / 1_000) * applicantsPerSecond);
    while (open && applicants < expected) await serve(applicants++);
    await wait(tickMs);
  }
}

async function serve(number: number): Promise<void> {
  const applicant = drawApplicant(random, era);
  const time = firstEventAt + number * eventStepMs;
  const route = monitor.route(demoModel, `customer-${number}`);
  // A version that is still being fetched cannot serve yet: any loaded one answers, and is recorded as what answered.
  const version = sessions.has(route.version) ? route.version : [...sessions.keys()][0];
  if (version === undefined) return;
  const decision = await decide(version, applicant);
  const facts = { features: { ...featuresOf(applicant) }, groups: { sex: applicant.sex }, time };
  const id = monitor.record({
    ...facts,
    ...decision,
    version,
    role: version === route.version ? route.role : 'champion',
  });
  inferences += 1;
  if (route.shadow !== null && sessions.has(route.shadow)) {
    const shadow = await decide(route.shadow, applicant);
    monitor.record({ ...facts, ...shadow, version: route.shadow, shadowOf: id });
    inferences += 1;
  }
  const delay = outcomeDelay.least + Math.floor(random.uniform() * (outcomeDelay.most - outcomeDelay.least));
  const loan = { id, time, applicant, repaid: drawRepaid(random, applicant, era) };
  const known = number + delay;
  due.set(known, [...(due.get(known) ?? []), loan]);
  reportOutcomes(number);
}

async function decide(version: string, applicant: Applicant) {
  const session = sessions.get(version);
  if (session === undefined) throw new Error(`version ${version} is not loaded`);
  const startedAt = performance.now();
  const values = Float32Array.from(inputsOf(applicant));
  const [input] = session.inputNames;
  const result = await session.run({ [input ?? 'input']: new ort.Tensor('float32', values, [1, values.length]) });
  const probabilities = result[session.outputNames[0] ?? '']?.data as Float32Array; // our own models give [1, 2] floats
  const score = probabilities[1] ?? 0;
  return { score, prediction: labelOf(score >= 0.5), latencyMs: performance.now() - startedAt };
}

function reportOutcomes(number: number): void {
  for (const loan of due.get(number) ?? []) {
    monitor.outcome({ inferenceId: loan.id, value: labelOf(loan.repaid), time: firstEventAt + number * eventStepMs });
    outcomes += 1;
    warehouse.push(loan);
  }
  due.delete(number);
  if (warehouse.length > warehouseRows) warehouse = warehouse.slice(-warehouseRows);
}

/** Closes the door, reports what is still due, and waits until the broker has everything. */
async function close(): Promise<BankStatus> {
  open = false;
  for (const number of [...due.keys()].sort((left, right) => left - right)) reportOutcomes(number);
  const { delivered, remaining } = await monitor.flush({ timeoutMs: 20_000 });
  if (!delivered) throw new Error(`${remaining} events could not be delivered`);
  return status();
}

async function loadVersions(document: RoutingDocument): Promise<void> {
  for (const routed of [document.champion, document.canary, document.shadow]) {
    if (routed === null || sessions.has(routed.version)) continue;
    const running = loading.get(routed.version) ?? load(routed.version, routed.digest);
    loading.set(routed.version, running);
    await running;
  }
}

async function load(version: string, digest: string): Promise<void> {
  try {
    sessions.set(version, await ort.InferenceSession.create(await collector.download(digest)));
    monitor.loaded({ version, digest });
    process.stdout.write(`loaded version ${version}\n`);
  } catch (error) {
    loading.delete(version);
    process.stdout.write(`version ${version} cannot be loaded: ${String(error)}\n`);
  }
}

function featuresOf(applicant: Applicant) {
  const { sex: _, ...features } = applicant;
  return features;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the environment variable ${name} is missing`);
  return value;
}
