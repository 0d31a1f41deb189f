import type { InferenceBatch, InferenceEvent } from '@plumbline/sdk/event';
import { decodeFrame, encodeInferences } from '@plumbline/sdk/wire';
import { seededRandom } from '../../demo/random.ts';
import { seedStore } from '../../stack/seed-store.ts';
import type { SettingsInput } from '../../stack/stack.ts';

const hourMs = 3_600_000;
const windows = 26;
const rowsPerWindow = 40;
const referenceRows = 200;
const owners = ['Risk analytics', 'Payments', 'Growth', 'Insurance', 'Logistics'];
const features = ['income', 'age', 'debt_ratio', 'tenure', 'amount'];

/** A fleet as a large company has it: `model-0001` and so on, hourly windows, one sensitive attribute. */
export function fleetModels(count: number): NonNullable<SettingsInput['models']> {
  return Array.from({ length: count }, (_, index) => ({
    name: `model-${String(index + 1).padStart(4, '0')}`,
    owner: owners[index % owners.length] ?? '',
    positive: 'yes',
    window: '1h',
    lateness: '5m',
    reference: { rows: referenceRows },
    groups: [{ attribute: 'sex' }],
  }));
}

/**
 * Fills a store file with `windows` hours of every model's traffic, ending at `until`: through the engine and its
 * alerts, as if the events had come over the stream. Every tenth model drifts, every twenty-fifth decides by sex.
 */
export async function seedFleet(path: string, settings: SettingsInput, until: number): Promise<void> {
  const traffic = {
    steady: trafficOf('steady', until, () => ({})),
    drifting: trafficOf('drifting', until, (late) => (late ? { income: 1.5, age: 0.8 } : {})),
    unfair: trafficOf('unfair', until, (late) => (late ? { unfairness: 0.35 } : {})),
  };
  await seedStore(path, settings, until, async (engine) => {
    for (const [index, { name }] of (settings.models ?? []).entries()) {
      const kind = index % 25 === 3 ? 'unfair' : index % 10 === 7 ? 'drifting' : 'steady';
      const batch = traffic[kind];
      engine.apply({ ...batch, model: name, producer: `seed-${name}` }, null);
      if (index % 10 === 9) await engine.commit();
    }
  });
}

interface Change {
  /** Standard deviations by which the feature moves. */
  readonly income?: number;
  readonly age?: number;
  /** What women lose of their chance of a `yes`. */
  readonly unfairness?: number;
}

/** All traffic of one model in one batch; models that behave alike share its columns. */
function trafficOf(seed: string, until: number, changeOf: (late: boolean) => Change): InferenceBatch {
  const { uniform, normal } = seededRandom(seed.length);
  const start = Math.floor(until / hourMs) * hourMs - windows * hourMs;
  const events: InferenceEvent[] = [];
  const add = (time: number, change: Change) => {
    const sex = uniform() < 0.5 ? 'female' : 'male';
    const shifts: Readonly<Record<string, number | undefined>> = { income: change.income, age: change.age };
    const values = Object.fromEntries(features.map((name) => [name, normal() + (shifts[name] ?? 0)]));
    const score = uniform() - (sex === 'female' ? (change.unfairness ?? 0) : 0);
    events.push({
      kind: 'inference',
      id: `${seed}-${events.length}`,
      time,
      model: seed,
      version: '1',
      role: 'champion',
      features: values,
      prediction: score > 0.5 ? 'yes' : 'no',
      score: Math.max(0, score),
      groups: { sex },
      latencyMs: 5 + 20 * uniform(),
      traceId: null,
      error: null,
    });
  };
  for (let row = 0; row < referenceRows; row++) add(start - hourMs + (row * hourMs) / referenceRows, {});
  for (let window = 0; window < windows; window++) {
    const rows = Math.round(rowsPerWindow * (1 + 0.3 * Math.sin(window / 4)));
    for (let row = 0; row < rows; row++) {
      add(start + (window + row / rows) * hourMs, changeOf(window > windows / 3));
    }
  }
  const batch = decodeFrame(encodeInferences(events, { producer: seed, batch: 1 }));
  if (batch.kind !== 'inference') throw new Error(`the seed could not be encoded: ${JSON.stringify(batch)}`);
  return batch;
}
