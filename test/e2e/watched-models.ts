import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { hourMs, inferences, outcome, Producer } from '../../collector/src/main/testing/traffic.ts';
import { type Host, startHost } from '../../plugin/host/server.ts';
import { CollectorClient } from '../demo/collector-client.ts';
import { People } from '../demo/people.ts';
import { seededRandom } from '../demo/random.ts';
import { until } from '../demo/timeline.ts';
import { logisticOnnx } from '../onnx/logistic.ts';
import { seedStore } from '../stack/seed-store.ts';
import { type SettingsInput, type Stack, startStack } from '../stack/stack.ts';

type ModelInput = NonNullable<SettingsInput['models']>[number];

export interface WatchedModel {
  /** Versions that served one after the other: each asked for by ada and approved by grace. */
  readonly promoted: readonly string[];
  /** Versions that are evaluated and wait for somebody to do something with them. */
  readonly candidates?: readonly string[];
  /** What its inputs do in the last six of 22 hours. */
  readonly income: 'steady' | 'drifts';
  readonly settings?: Partial<ModelInput>;
}

/** Broker, the real collector process over models with a past, and the host page in front of it. */
export interface WatchedModels {
  readonly host: Host;
  readonly stack: Stack;
  /** The same people as in the browser, without one. */
  readonly people: People;
  /** What the app's settings of Grafana hold. */
  readonly grafanaToken: string;
  versions(model: string): Promise<VersionList>;
  stop(): Promise<void>;
}

const quietHours = 16;
const hours = 22;
const rowsPerHour = 200;
const incomeShift = 3_000;

export async function startWatchedModels(
  models: Readonly<Record<string, WatchedModel>>,
  settings: Pick<SettingsInput, 'webhooks'> = {},
): Promise<WatchedModels> {
  const directory = await mkdtemp(path.join(tmpdir(), 'plumbline-journeys-'));
  const grafanaToken = randomBytes(24).toString('base64url');
  const trainerToken = randomBytes(24).toString('base64url');
  const host = await startHost();
  let stack: Stack | undefined;
  const stop = async () => {
    await stack?.stop();
    await host.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    stack = await startStack({
      directory,
      apps: {},
      settings: async () => {
        const complete: SettingsInput = {
          ...settings,
          collector: {
            identity: {
              tokens: [
                { name: 'grafana', secret: grafanaToken, scopes: ['proxy'] },
                { name: 'trainer', secret: trainerToken, scopes: ['read', 'artefacts:write', 'versions:register'] },
              ],
              grafana: { issuer: host.issuer, keysUrl: host.keysUrl },
            },
          },
          models: Object.entries(models).map(([name, model]) => settingsOf(name, model)),
        };
        await seedTraffic(path.join(directory, 'collector.sqlite'), complete, models);
        return complete;
      },
    });
    host.connect(stack.collectorUrl, grafanaToken);
    const people = new People(host.url);
    const versions = (model: string) => people.read<VersionList>(`/v1/models/${model}/versions`);
    const trainer = new CollectorClient(stack.collectorUrl, trainerToken);
    for (const [name, { promoted, candidates = [] }] of Object.entries(models)) {
      for (const version of promoted) await promote(name, version);
      for (const version of candidates) await evaluate(name, version);
    }
    return { host, stack, people, grafanaToken, versions, stop };

    async function evaluate(model: string, version: string): Promise<VersionDetail> {
      await register(trainer, model, version);
      return until(`version ${version} of ${model} to be evaluated`, 30_000, async () => {
        const list = await versions(model);
        const found = list.versions.find((one) => one.version === version);
        return (list.routing === null || found?.state === 'evaluated') && found;
      });
    }

    async function promote(model: string, version: string): Promise<void> {
      await evaluate(model, version);
      const { revision } = await versions(model);
      const { approval } = await people.act('ada', 'promote', model, revision, { version, reason: 'it is better' });
      if (approval === null) throw new Error(`the promotion of ${model} ${version} waits for nobody`);
      await people.act('grace', 'approve', approval.id, approval.revision, { reason: 'I looked at it' });
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

function settingsOf(name: string, { settings }: WatchedModel): ModelInput {
  return {
    name,
    positive: 'yes',
    owner: 'lending team',
    window: '1h',
    lateness: '5m',
    outcomeDelay: '1h',
    reference: { rows: rowsPerHour },
    groups: [{ attribute: 'sex' }],
    rollout: { approvals: 2, canarySteps: [], watchAfterPromotion: '0ms' },
    ...settings,
  };
}

/** 22 hours of labelled traffic for the version that serves at last; they end now. */
async function seedTraffic(
  store: string,
  settings: SettingsInput,
  models: Readonly<Record<string, WatchedModel>>,
): Promise<void> {
  const now = Date.now();
  const start = Math.floor(now / hourMs) * hourMs - hours * hourMs;
  const producer = new Producer('seed');
  await seedStore(store, settings, now, async (engine) => {
    for (let hour = 0; hour < hours; hour++) {
      for (const [model, { promoted, income }] of Object.entries(models)) {
        const version = promoted.at(-1) ?? '1';
        const shift = income === 'drifts' && hour >= quietHours ? incomeShift : 0;
        const from = start + hour * hourMs;
        const events = inferences(`${model}-${hour}`, rowsPerHour, from, hourMs, { model, version }).map(
          (event, row) => ({
            ...event,
            features: { ...event.features, income: Number(event.features.income) + shift },
            traceId: (1 + hour * rowsPerHour + row).toString(16).padStart(32, '0'),
          }),
        );
        engine.apply(producer.inferences(events), null);
        const labels = events.map((event) => ({
          ...outcome(event.id, event.time + 60_000, String(event.prediction)),
          model,
        }));
        engine.apply(producer.outcomes(labels), null);
      }
      await engine.commit();
    }
  });
}

/** Registers a version that is as good as the others. */
async function register(trainer: CollectorClient, model: string, version: string): Promise<void> {
  const artefact = logisticOnnx({ inputs: ['a', 'b'], weights: [3, 0], bias: Number(version) * 1e-4 });
  const [digest, heldOut] = await Promise.all([trainer.upload(artefact), trainer.upload(heldOutRows())]);
  await trainer.register(model, { version, digest, heldOut, inputs: ['a', 'b'], classes: ['no', 'yes'] });
}

/** Rows whose label follows the first column. */
function heldOutRows(): string {
  const random = seededRandom(5);
  const lines = ['a,b,sex,label'];
  for (let row = 0; row < 400; row++) {
    const a = random.normal();
    const sex = row % 2 === 0 ? 'f' : 'm';
    lines.push(`${a},${random.normal()},${sex},${random.uniform() < 1 / (1 + Math.exp(-3 * a)) ? 'yes' : 'no'}`);
  }
  return lines.join('\n');
}
