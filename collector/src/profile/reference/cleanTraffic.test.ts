import type { FeatureDeclaration } from '@plumbline/sdk/event';
import { describe, expect, it } from 'vitest';
import {
  advance,
  bucketScoreName,
  buildDetector,
  type DetectorEvidence,
  defaultTolerance,
  evidenceOf,
  initialState,
  resetAfterAlarm,
} from '../../statistics/evidence/index.ts';
import { normal, seededRandom } from '../../statistics/simulate.ts';
import { allRows, buildReference, createProfile, foldInferences, hashBucket, signalWatchedBy } from '../index.ts';
import { batchOf, type SampleRow } from '../sampleBatch.ts';

/** From values to alarms: bins, references, design effects and detectors together, on traffic with awkward features. */
const windowMs = 3_600_000;
const features: readonly FeatureDeclaration[] = [
  { name: 'smooth', type: 'number' },
  { name: 'skewed', type: 'number' },
  { name: 'counts', type: 'number' },
  { name: 'mostly zero', type: 'number' },
  { name: 'yes or no', type: 'number' },
  { name: 'often missing', type: 'number' },
  { name: 'constant', type: 'number' },
  { name: 'colour', type: 'category' },
  { name: 'city', type: 'category' },
  { name: 'product', type: 'category' },
];

interface Change {
  readonly shift?: number;
  readonly missing?: number;
  readonly red?: number;
  /** Share of the rows whose city, a rare one, is one and the same rare one instead. */
  readonly hamlet?: number;
  /** Each row comes this many times. */
  readonly copies?: number;
}

function rowsOf(random: () => number, window: number, n: number, change: Change = {}): SampleRow[] {
  const copies = change.copies ?? 1;
  return Array.from({ length: n / copies }, (_, i) => {
    const row: SampleRow = {
      id: `${window}-${i}`,
      time: window * windowMs + i,
      features: {
        smooth: normal(random) + (change.shift ?? 0),
        skewed: Math.exp(1.5 * normal(random)),
        counts: Math.floor(10 * random() ** 2),
        'mostly zero': random() < 0.8 ? 0 : random(),
        'yes or no': random() < 0.02 ? 1 : 0,
        'often missing': random() < 0.3 + (change.missing ?? 0) ? null : random(),
        constant: 7,
        colour: random() < 0.3 + (change.red ?? 0) ? 'red' : random() < 0.5 ? 'green' : 'blue',
        city: cityOf(random, change.hamlet ?? 0),
        // Of so many that new ones come all the time, and more than a reference remembers.
        product: `p${Math.floor(3_000 * random() ** 2)}`,
      },
      score: 1 / (1 + Math.exp(-normal(random))),
      latencyMs: 5 * Math.exp(0.5 * normal(random)),
      prediction: random() < 0.2 ? '1' : '0',
    };
    return Array.from({ length: copies }, (_, copy) => ({ ...row, id: `${row.id}-${copy}` }));
  }).flat();
}

/** One of 200 cities: a quarter of the rows has one of the largest three, which alone have a score of their own. */
function cityOf(random: () => number, hamlet: number): string {
  const city = Math.floor(200 * random() ** 3);
  return `c${city > 20 && random() < hamlet ? 150 : city}`;
}

const windowRows = 500;
const referenceWindows = 12;

/** Signals that alarmed, with what led, at a budget of one false alarm in 720 windows over all signals. */
function alarms(
  seed: number,
  windows: number,
  change: Change,
  isBlind = false,
): Map<string, DetectorEvidence['leading']> {
  const random = seededRandom(seed);
  const copies = change.copies ?? 1;
  const past = Array.from({ length: referenceWindows }, (_, window) =>
    batchOf(rowsOf(random, window, windowRows, { copies }), features),
  );
  const reference = buildReference(past, [], { task: 'binary_classification', windowMs });
  const detectors = reference.shape.signals.map(({ signal }) => {
    const { scores, countsOf } = signalWatchedBy(reference, signal);
    const detector = buildDetector({
      scores,
      referenceCounts: countsOf(reference.profile),
      designEffects: isBlind ? {} : reference.designEffects[signal]!,
      tolerance: defaultTolerance,
      streams: reference.shape.signals.length,
    });
    return { signal, detector, countsOf, state: initialState(detector) };
  });
  const alarmLog = Math.log(720 * detectors.length);
  const alarmed = new Map<string, DetectorEvidence['leading']>();
  for (let window = 0; window < windows; window++) {
    const profile = createProfile(reference.shape);
    const batch = batchOf(rowsOf(random, referenceWindows + window, windowRows, change), features);
    foldInferences(profile, batch, allRows(batch));
    for (const stream of detectors) {
      stream.state = advance(stream.detector, stream.state, stream.countsOf(profile), 1);
      const { log, leading } = evidenceOf(stream.detector, stream.state);
      if (log < alarmLog) continue;
      if (!alarmed.has(stream.signal)) alarmed.set(stream.signal, leading);
      stream.state = resetAfterAlarm(stream.detector, stream.state);
    }
  }
  return alarmed;
}

describe('evidence on traffic with awkward features', () => {
  it('raises no false alarm', () => {
    expect([...alarms(1, 120, {})]).toEqual([]);
    expect([...alarms(2, 120, {})]).toEqual([]);
  });

  it('raises none when every row comes five times, but would without design effects', () => {
    expect([...alarms(3, 80, { copies: 5 })]).toEqual([]);
    expect(alarms(3, 80, { copies: 5 }, true).size).toBeGreaterThan(2);
  });

  it('sees a shift within 12 windows, and names signal, score and direction', () => {
    const { smooth, rest } = split(alarms(4, 12, { shift: 0.4 }), 'feature:smooth');
    expect(smooth).toEqual({ score: 'location', direction: 'up' });
    expect(rest).toEqual([]);
  });

  it('sees values go missing and a category grow', () => {
    const missing = split(alarms(5, 12, { missing: 0.15 }), 'feature:often missing');
    expect(missing).toEqual({ smooth: { score: 'missing', direction: 'up' }, rest: [] });
    const hamlet = split(alarms(7, 12, { hamlet: 0.1 }), 'feature:city');
    expect(hamlet).toEqual({ smooth: { score: bucketScoreName(hashBucket('c150')), direction: 'up' }, rest: [] });
    const red = split(alarms(6, 12, { red: 0.15 }), 'feature:colour');
    expect(red).toEqual({ smooth: { score: 'category:red', direction: 'up' }, rest: [] });
  });
});

function split(alarmed: Map<string, DetectorEvidence['leading']>, signal: string) {
  return { smooth: alarmed.get(signal), rest: [...alarmed.keys()].filter((other) => other !== signal) };
}
