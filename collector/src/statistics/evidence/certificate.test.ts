import { describe, expect, it } from 'vitest';
import { buildDetector } from './buildDetector.ts';
import { type AlarmCertificate, certifyStep, recomputeAlarm } from './certificate.ts';
import { advance, evidenceOf, initialState } from './detector.ts';
import { defaultTolerance } from './nullBounds.ts';
import { numericScores } from './numericScores.ts';

const deciles = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];
const referenceCounts = [0, 497, 503, 480, 520, 511, 489, 500, 500, 507, 493, 0, 100, 0];

/** The second window of a feature that moved up. */
const certificate: AlarmCertificate = (() => {
  const detector = buildDetector({
    scores: numericScores(referenceCounts, deciles),
    referenceCounts,
    designEffects: { location: 1.7, missing: 3.1 },
    tolerance: defaultTolerance,
    streams: 7,
  });
  const weight = 1 / 3;
  const before = advance(detector, initialState(detector), [0, ...Array<number>(10).fill(100), 0, 9, 0], weight);
  const counts = [0, 20, 40, 60, 80, 100, 110, 120, 140, 160, 170, 3, 20, 0];
  const { log } = evidenceOf(detector, advance(detector, before, counts, weight));
  const subject = { model: 'credit-risk', stream: 'feature:income', from: 0 };
  return certifyStep(detector, before, { subject, step: 2, weight, alarmLog: 8, counts, log });
})();

const copy = (): AlarmCertificate => JSON.parse(JSON.stringify(certificate));

describe('an alarm certificate', () => {
  it('gives back the evidence to the last bit, also after it was written and read', () => {
    expect(recomputeAlarm(copy())).toEqual({ log: certificate.log, alarm: true, problems: [] });
  });

  it('has the same table hash whatever order its fields are in', () => {
    const turned = Object.fromEntries(Object.entries(copy()).toReversed()) as unknown as AlarmCertificate;
    expect(recomputeAlarm(turned).problems).toEqual([]);
  });

  it('holds the first window of a detector, before which there was no wealth', () => {
    const logWealthBefore = certificate.logWealthBefore.map(() => null);
    expect(recomputeAlarm({ ...copy(), logWealthBefore, step: 1 }).log).toBeLessThan(certificate.log);
  });

  it.each<[string, Partial<AlarmCertificate>, RegExp]>([
    ['one event more', { counts: certificate.counts.map((count, i) => (i === 5 ? count + 1 : count)) }, /evidence is/],
    ['another weight', { weight: 1 / 3 + 1e-9 }, /evidence is/],
    ['another evidence', { log: certificate.log + 1e-12 }, /evidence is/],
    ['a higher alarm level', { alarmLog: 1_000 }, /does not reach the alarm level/],
    [
      'a kinder null',
      { scores: certificate.scores.map((score) => ({ ...score, nullMean: score.nullMean - 0.01 })) },
      /do not belong to its table hash/,
    ],
    [
      'other wealth before',
      { logWealthBefore: certificate.logWealthBefore.map((log) => (log ?? 0) + 50) },
      /evidence is/,
    ],
  ])('does not come out with %s', (_, change, problem) => {
    expect(recomputeAlarm({ ...copy(), ...change }).problems.join('; ')).toMatch(problem);
  });

  it.each<[string, Partial<AlarmCertificate>]>([
    ['a bet without wealth', { logWealthBefore: certificate.logWealthBefore.slice(1) }],
    ['cells that do not exist', { counts: certificate.counts.slice(0, 4) }],
    ['a score about nothing', { scopes: [] }],
  ])('is refused with %s', (_, change) => {
    expect(() => recomputeAlarm({ ...copy(), ...change })).toThrow(/the certificate cannot be recomputed/);
  });
});
