import { describe, expect, it } from 'vitest';
import { buildDetector } from './buildDetector.ts';
import { type AlarmCertificate, certifyStep, recomputeAlarm } from './certificate.ts';
import { advance, evidenceOf, initialState } from './detector.ts';
import { defaultTolerance } from './nullBounds.ts';
import { numericScores } from './numericScores.ts';

const deciles = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];
const referenceCounts = [0, 497, 503, 480, 520, 511, 489, 500, 500, 507, 493, 0, 100, 0];

/** The second window of a feature that moved up. */
const certificate = (() => {
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

/** Written before version 2. */
const ofVersion1: AlarmCertificate & { readonly formatVersion: 1 } = {
  format: 'plumbline-alarm-certificate',
  formatVersion: 1,
  subject: { model: 'credit-risk', stream: 'feature:income', from: 0 },
  step: 3,
  weight: 0.3333333333333333,
  alarmLog: 2.8,
  counts: [12, 30, 71, 9],
  log: 2.8852080212335123,
  scopes: [
    [0, 1, 2],
    [0, 1, 2, 3],
  ],
  scores: [
    {
      score: 'location',
      direction: 'up',
      nullMean: 0.04,
      low: -1,
      bets: [0.05, 0.2, 0.9],
      designEffect: 1.3,
      scope: 0,
      values: [-0.9, -0.1, 0.7],
    },
    {
      score: 'missing',
      direction: 'up',
      nullMean: 0.021,
      low: 0,
      bets: [0.3, 1.5],
      designEffect: 2.1,
      scope: 1,
      values: [0, 0, 0, 1],
    },
  ],
  tableHash: 'sha256:2df8dfd7f6bfe746bc49dd0864b51f514917ed5a83729925c6266572d0303d32',
  logWealthBefore: [
    -0.9949094356886506, -2.7215931176034664, -34.07325041981796, -0.49079205988890484, -1.4842211287231435,
  ],
};

const copy = (): typeof certificate => JSON.parse(JSON.stringify(certificate));

describe('an alarm certificate', () => {
  it('gives back the evidence to the last bit, also after it was written and read', () => {
    expect(recomputeAlarm(copy())).toEqual({ log: certificate.log, alarm: true, problems: [] });
  });

  it('has the same table hash whatever order its fields are in', () => {
    const turned = Object.fromEntries(Object.entries(copy()).toReversed()) as unknown as typeof certificate;
    expect(recomputeAlarm(turned).problems).toEqual([]);
  });

  it('holds the first window of a detector, before which there was no wealth', () => {
    const wealthBefore = certificate.wealthBefore.map(() => 0);
    expect(recomputeAlarm({ ...copy(), wealthBefore, step: 1 }).log).toBeLessThan(certificate.log);
  });

  it('of version 1, which kept wealth as logarithms, comes out as it was computed then', () => {
    expect(recomputeAlarm(ofVersion1)).toEqual({ log: ofVersion1.log, alarm: true, problems: [] });
    expect(recomputeAlarm({ ...ofVersion1, logWealthBefore: [null, null, null, null, 0] }).problems).toHaveLength(1);
    expect(() => recomputeAlarm({ ...ofVersion1, logWealthBefore: [] })).toThrow(/cannot be recomputed/);
  });

  it.each<[string, Partial<typeof certificate>, RegExp]>([
    ['one event more', { counts: certificate.counts.map((count, i) => (i === 5 ? count + 1 : count)) }, /evidence is/],
    ['another weight', { weight: 1 / 3 + 1e-9 }, /evidence is/],
    ['another evidence', { log: certificate.log + 1e-12 }, /evidence is/],
    ['a higher alarm level', { alarmLog: 1_000 }, /does not reach the alarm level/],
    [
      'a kinder null',
      { scores: certificate.scores.map((score) => ({ ...score, nullMean: score.nullMean - 0.01 })) },
      /do not belong to its table hash/,
    ],
    ['other wealth before', { wealthBefore: certificate.wealthBefore.map((wealth) => wealth * 50) }, /evidence is/],
  ])('does not come out with %s', (_, change, problem) => {
    expect(recomputeAlarm({ ...copy(), ...change }).problems.join('; ')).toMatch(problem);
  });

  it.each<[string, Partial<typeof certificate>]>([
    ['a bet without wealth', { wealthBefore: certificate.wealthBefore.slice(1) }],
    ['cells that do not exist', { counts: certificate.counts.slice(0, 4) }],
    ['a score about nothing', { scopes: [] }],
  ])('is refused with %s', (_, change) => {
    expect(() => recomputeAlarm({ ...copy(), ...change })).toThrow(/the certificate cannot be recomputed/);
  });
});
