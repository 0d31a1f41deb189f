import { describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { buildReference, decodeReference, encodeReference, type Reference } from '../profile/index.ts';
import { batchOf, type SampleRow } from '../profile/sampleBatch.ts';
import { profileOf } from '../profile/sampleProfile.ts';
import { recomputeAlarm } from '../statistics/evidence/index.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { streamsOf } from './detectors/streams.ts';
import { hourMs } from './sampleTraffic.ts';
import { alarms, findingOf, watchWindows } from './watchWindows.ts';

const signal = 'performance:expected_error';
const settings = modelSettings.parse({ name: 'credit-risk', positive: '1' });
const monday = Date.UTC(2026, 0, 5);

interface Scores {
  readonly rows?: number;
  /** Of the logits that scores are made of: how far they lie from the threshold. 2 in the reference. */
  readonly sureness?: (hour: number) => number;
  /** Labels are drawn from the logit times this: 1 makes the scores probabilities, 0.5 makes them too sure. */
  readonly honesty?: number;
}

const tooSure: Scores = { honesty: 0.5 };

interface Labelled {
  readonly row: SampleRow & { readonly id: string };
  readonly label: string;
}

function rowsOf(random: () => number, hour: number, scores: Scores): Labelled[] {
  const { rows = 400, sureness = () => 2, honesty = 1 } = scores;
  return Array.from({ length: rows }, (_, i) => {
    const logit = sureness(hour) * normal(random);
    const score = 1 / (1 + Math.exp(-logit));
    const label = random() < 1 / (1 + Math.exp(-honesty * logit)) ? '1' : '0';
    const prediction = score >= 0.5 ? '1' : '0';
    return { row: { id: `${hour}-${i}`, time: monday + hour * hourMs + i, score, prediction }, label };
  });
}

function referenceOf(hours: number, scores: Scores, seed = 1): Reference {
  const random = seededRandom(seed);
  const rows = Array.from({ length: hours }, (_, hour) => rowsOf(random, hour, scores)).flat();
  const outcomes = rows.map(({ row, label }) => ({ inferenceId: row.id, label }));
  const batch = batchOf(rows.map(({ row }) => row));
  return buildReference([batch], outcomes, { task: 'binary_classification', positive: '1', windowMs: hourMs });
}

/** Windows from an hour on of which no label has come; what was wrong is known here alone. */
function watch(reference: Reference, from: number, windows: number, scores: Scores, seed = 2) {
  const random = seededRandom(seed);
  let wrong = 0;
  const hours = Array.from({ length: windows }, (_, window) => {
    const rows = rowsOf(random, from + window, scores);
    wrong += rows.filter(({ row, label }) => row.prediction !== label).length;
    const batch = batchOf(rows.map(({ row }) => row));
    return { profile: profileOf(reference.shape, batch), from: monday + (from + window) * hourMs };
  });
  const { findings } = watchWindows(reference, hours, { settings });
  return { findings, alarmed: alarms(findings).filter((one) => one.endsWith(signal)), wrong };
}

describe('errors that scores let expect', () => {
  const reference = referenceOf(12, tooSure);

  it.each([2, 3, 4])('raise no false alarm in 80 clean windows (seed %i)', (seed) => {
    expect(watch(reference, 12, 80, tooSure, seed).alarmed).toEqual([]);
  });

  it('rise before any label comes when scores move to where predictions were wrong more often', () => {
    const { findings, wrong } = watch(reference, 12, 10, { ...tooSure, sureness: () => 1 });
    const first = findings.findIndex((window) => findingOf(window, signal).verdict === 'alarm');
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(6);
    const found = findingOf(findings[first], signal);
    expect(found.kind).toBe('score');
    expect(found.sentence).toMatch(
      /^scores are where predictions were wrong more often in the reference: expected error rate 3\d % → 4\d % of 400 rows with a score, if scores still mean what they did; evidence \d+ % of the alarm level$/,
    );
    expect(recomputeAlarm(found.evidence!.proof!).problems).toEqual([]);
    // What was expected came true, though scores are no probabilities: over ten windows to 3 standard errors.
    const expected = findings.reduce(
      (sum, window) => sum + findingOf(window, signal).statistics.expectedErrorRate!.value!,
      0,
    );
    expect(Math.abs(expected / 10 - wrong / 4_000)).toBeLessThan(3 * Math.sqrt(0.25 / 4_000) + 0.01);
  });

  it('do not rise when scores become surer, nor when labels change and scores do not: that only labels show', () => {
    expect(watch(reference, 12, 20, { ...tooSure, sureness: () => 3 }).alarmed).toEqual([]);
    const changed = watch(reference, 12, 20, { honesty: -0.5 });
    expect(changed.wrong / 8_000).toBeGreaterThan(0.6);
    expect(changed.alarmed).toEqual([]);
    expect(findingOf(changed.findings[19], signal).sentence).toMatch(
      /^scores say that predictions are wrong as often as in the reference: expected error rate 3\d % → 3\d % of 400 rows with a score; evidence 0 %/,
    );
  });

  it('say nothing about rows without a score', () => {
    const batch = batchOf([{ id: '1', prediction: '1' }]);
    const { findings } = watchWindows(reference, [{ profile: profileOf(reference.shape, batch) }], { settings });
    expect(findingOf(findings[0], signal)).toMatchObject({ verdict: 'insufficient_data', rows: 0 });
  });
});

describe('errors that scores let expect by the hour', () => {
  const byNight: Scores = { rows: 60, sureness: (hour) => (hour % 24 < 8 ? 0.7 : 2.5) };
  const reference = referenceOf(336, byNight);

  it('are no news at hours that always were uncertain, and would be if hours were not known apart', () => {
    expect(reference.seasons!.signals[signal]).toBeDefined();
    expect(watch(reference, 336, 96, byNight).alarmed).toEqual([]);
    const { [signal]: _, ...others } = reference.seasons!.signals;
    const blind = { ...reference, id: `${reference.id} blind`, seasons: { ...reference.seasons!, signals: others } };
    expect(watch(blind, 336, 96, byNight).alarmed.length).toBeGreaterThan(0);
  });

  it('come with the reference when it is written and read', () => {
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });
});

describe('errors are not expected', () => {
  const kinds = (reference: Reference) => streamsOf(settings, reference).map(({ kind }) => kind);

  it('by a reference that did not measure how they vary, or has too few labels of a class', () => {
    const reference = referenceOf(12, {});
    expect(kinds(reference)).toContain('expected_error');
    const { [signal]: _, ...before } = reference.designEffects;
    expect(kinds({ ...reference, designEffects: before })).not.toContain('expected_error');
    expect(kinds(referenceOf(4, { rows: 12 }))).not.toContain('expected_error');
  });

  it('of scores that say nothing about who is wrong', () => {
    expect(kinds(referenceOf(12, { sureness: () => 0 }))).not.toContain('expected_error');
  });
});
