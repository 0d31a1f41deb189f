import { createMonitor } from '@plumbline/sdk';
import { createMemoryTransport } from '@plumbline/sdk/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { budgetSettings } from '../config/settings.ts';
import { driftReport } from '../monitor/index.ts';
import { recomputeAlarm } from '../statistics/evidence/index.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { readFindings, readProfiles, readReference } from '../store/history.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createEngine } from './engine.ts';
import { silentLogger } from './logger.ts';
import { hourMs, Producer, testModel } from './testing/traffic.ts';

/** Vectors of an app, through its SDK, the profiles and the evidence: topics as clusters of directions. */

const dimensions = 64;
const windowRows = 200;
const [cleanWindows, shiftedWindows] = [20, 6];
const key = { model: 'credit', environment: 'production', version: '1' };

/** Unit vectors around a topic's own, as those of one language model are: all of them also share a direction. */
function vectorsOf(random: () => number) {
  const direction = (length: number) =>
    Float64Array.from({ length: dimensions }, () => (length * normal(random)) / Math.sqrt(dimensions));
  const shared = direction(1);
  const topics = Array.from({ length: 4 }, () => direction(1));
  return (shares: readonly number[]): Float32Array => {
    const at = random();
    const topic = topics[shares.filter((_, index) => at >= sum(shares.slice(0, index + 1))).length]!;
    const noise = direction(0.8);
    const vector = shared.map((coordinate, axis) => coordinate + topic[axis]! + noise[axis]!);
    const norm = Math.hypot(...vector);
    return Float32Array.from(vector, (coordinate) => coordinate / norm);
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

async function watched() {
  const random = seededRandom(11);
  const vectorOf = vectorsOf(random);
  const transport = createMemoryTransport();
  const monitor = createMonitor({
    service: 'helpdesk',
    transport,
    logger: { info: () => {}, warn: () => {} },
    model: { name: 'credit', version: '1', features: { query: { type: 'embedding', dimensions }, note: 'text' } },
  });
  const settings = testModel({ reference: { rows: 2_000 }, outcomeDelay: '0s', sampledRows: 500 });
  const store = await openSqliteStore({ path: ':memory:' });
  const engine = await createEngine({
    store,
    models: [settings],
    budget: budgetSettings.parse({}),
    clock: () => 0,
    logger: silentLogger,
  });
  const producer = new Producer('app');
  for (let window = 0; window < cleanWindows + shiftedWindows; window++) {
    const shares = window < cleanWindows ? [0.4, 0.3, 0.2, 0.1] : [0.1, 0.2, 0.3, 0.4];
    for (let row = 0; row < windowRows; row++) {
      const time = (window + row / windowRows) * hourMs;
      monitor.record({
        id: `${window}-${row}`,
        time,
        features: { query: vectorOf(shares), note: 'where is my parcel '.repeat(1 + random() * 4) },
      });
    }
    await monitor.flush();
    const events = transport.inferences().slice(window * windowRows);
    engine.apply(producer.inferences(events), null);
    await engine.commit();
  }
  await engine.finish();
  await monitor.shutdown();
  const found = await store.read(async (transaction) => ({
    findings: await readFindings(transaction, key),
    profiles: await readProfiles(transaction, key),
    reference: (await readReference(transaction, key)) ?? null,
  }));
  await store.close();
  const upTo = (windows: number) => {
    const until = windows * hourMs;
    const [findings, profiles] = [found.findings, found.profiles].map((all) =>
      all.filter(({ from }) => from < until),
    ) as [typeof found.findings, typeof found.profiles];
    return driftReport({ settings, version: '1', from: 0, to: until, ...found, findings, profiles });
  };
  return { ...found, upTo };
}

describe('an embedding', () => {
  let seen: Awaited<ReturnType<typeof watched>>;
  beforeAll(async () => {
    seen = await watched();
  });
  const alarmed = ({ signals }: ReturnType<typeof seen.upTo>) =>
    signals
      .filter(({ evidenceLevel }) => evidenceLevel.some((level) => Number(level) >= 1))
      .map(({ signal }) => signal);

  test('is watched by its projections and norm, a text by its descriptors', () => {
    const names = seen.reference?.shape.signals.map(({ name }) => name) ?? [];
    expect(names.filter((name) => name.startsWith('query.'))).toHaveLength(17);
    expect(names.filter((name) => name.startsWith('note.'))).toHaveLength(8);
  });

  test('raises no alarm while the mix of topics is as it was', () => {
    const alarms = seen.findings
      .filter(({ from }) => from < cleanWindows * hourMs)
      .flatMap(({ findings }) => findings.filter(({ verdict }) => verdict === 'alarm'));
    expect(alarms).toEqual([]);
    const [embedding] = seen.upTo(cleanWindows).embeddings ?? [];
    expect(embedding).toMatchObject({ feature: 'query', projections: 16, moved: [] });
    // Halves of 200 rows and of a sample of 500: an interval about a tenth wide on either side.
    expect(embedding?.domainClassifierArea).toMatchObject({ n: 100 });
    expect(Number(embedding?.domainClassifierArea?.low)).toBeLessThan(0.5);
    for (const { value, high } of [embedding!.maximumMeanDiscrepancy!, embedding!.wassersteinNormalised]) {
      expect(Number(value)).toBeLessThan(Number(high));
    }
    expect(embedding?.sentence).toMatch(/^query: no projection moved, its centre turned by a cosine distance of /);
  });

  test('raises one when the mix of topics changes, and says that its centre turned', () => {
    const report = seen.upTo(cleanWindows + shiftedWindows);
    const moved = alarmed(report);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.filter((signal) => !signal.startsWith('feature:query.projection_'))).toEqual([]);
    const [embedding] = report.embeddings ?? [];
    expect(embedding?.moved.toSorted()).toEqual(moved.toSorted());
    expect(Number(embedding?.centroidCosineDistance.value)).toBeGreaterThan(
      Number(embedding?.centroidCosineDistance.high),
    );
    expect(Number(embedding?.domainClassifierArea?.low)).toBeGreaterThan(0.5);
    for (const { value, high } of [embedding!.maximumMeanDiscrepancy!, embedding!.wassersteinNormalised]) {
      expect(Number(value)).toBeGreaterThan(Number(high));
    }
    expect(moved).toContain(embedding?.furthest);
    expect(embedding?.sentence).toContain(`query: ${moved.length} of 16 projections moved`);
  });

  test('alarms by one finding a window, which tells of all projections that moved', () => {
    const shifted = seen.findings.filter(({ from }) => from >= cleanWindows * hourMs);
    const alarms = shifted.map(({ findings }) => findings.filter(({ verdict }) => verdict === 'alarm'));
    expect(Math.max(...alarms.map(({ length }) => length))).toBe(1);
    const together = shifted.find(({ findings }) =>
      findings.some(({ verdict, sentence }) => verdict === 'alarm' && !sentence.startsWith('query moved: 1 of')),
    )!;
    const lead = together.findings.find(({ verdict }) => verdict === 'alarm');
    const others = together.findings.filter(({ explainedBy }) => explainedBy === lead!.signal);
    expect(lead!.sentence).toMatch(
      new RegExp(
        `^query moved: ${1 + others.length} of 16 projections, its centre turned by a cosine distance of [\\d.]+ ` +
          'where chance alone stays below [\\d.]+, most surely query.projection_\\d\\d .+; evidence \\d+ % of the alarm level$',
      ),
    );
    expect(others.every(({ verdict, kind }) => verdict === 'watch' && kind === 'feature')).toBe(true);
    expect(others.every(({ evidence }) => evidence!.log <= lead!.evidence!.log)).toBe(true);
    expect(recomputeAlarm(lead!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
  });
});
