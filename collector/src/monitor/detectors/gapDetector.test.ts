import { describe, expect, it } from 'vitest';
import { type ModelSettings, modelSettings } from '../../config/settings.ts';
import { recomputeAlarm } from '../../statistics/evidence/index.ts';
import { countStreams, type StreamCounts } from '../budget.ts';
import type { Finding } from '../finding.ts';
import { sampleReference, sampleWindow, type Traffic } from '../sampleTraffic.ts';
import { findingOf, watchTraffic, watchWindows } from '../watchWindows.ts';
import { gapDetector, gapScores, pairsDesignEffect } from './gapDetector.ts';
import { type GapStream, streamsOf } from './streams.ts';

const parted: Traffic = { rows: 1_000, approved: { female: 0.35, male: 0.5 } };
const reference = sampleReference(parted, 20, 3);

function settingsOver(fairnessGapOver: 'reference' | 'parity'): ModelSettings {
  return modelSettings.parse({
    name: 'credit-risk',
    positive: '1',
    groups: [{ attribute: 'sex', reference: 'male' }],
    tolerance: { fairnessGapOver },
  });
}

/** The gap's findings of some windows of traffic. */
function watch(settings: ModelSettings, traffic: Traffic, windows: number, seed: number): Finding[] {
  const { findings } = watchTraffic(reference, traffic, windows, seed * 1_000, { settings });
  return findings.map((found) => findingOf(found, 'fairness_gap:sex=female'));
}

const gapStream = streamsOf(settingsOver('parity'), reference).find(
  (stream): stream is GapStream => stream.kind === 'fairness_gap',
)!;

const firstAlarm = (findings: readonly Finding[]): number => findings.findIndex(({ verdict }) => verdict === 'alarm');

describe('the gap between a group and its reference group', () => {
  it('that the reference had already is no alarm, unless parity is asked for', () => {
    expect(firstAlarm(watch(settingsOver('reference'), parted, 60, 1))).toBe(-1);
    const found = watch(settingsOver('parity'), parted, 60, 1);
    const at = firstAlarm(found);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThan(12);
    expect(found[at]?.sentence).toMatch(
      /^sex=female falls behind male in favourable decisions: 3\d(\.\d)? % against [45]\d(\.\d)? %, a difference of -1\d(\.\d)? points \(-1\d(\.\d)? points in the reference\); evidence 1\d\d % of the alarm level$/,
    );
  });

  it('that widens is one, with everything to compute it again', () => {
    const found = watch(settingsOver('reference'), { ...parted, approved: { female: 0.2, male: 0.5 } }, 30, 2);
    const alarm = found[firstAlarm(found)];
    expect(alarm?.evidence?.leading).toEqual({ score: 'selection_gap', direction: 'up' });
    expect(recomputeAlarm(alarm!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
  });

  it('is about wrong denials and wrong decisions too', () => {
    const found = watch(settingsOver('reference'), { ...parted, errors: { female: 0.3, male: 0.1 } }, 30, 3);
    expect(['wrongly_denied_gap', 'error_gap']).toContain(found[firstAlarm(found)]?.evidence?.leading?.score);
  });

  it('is about both sides of equal odds: also about who gets what is not due', () => {
    const settings = settingsOver('parity');
    const equal: Traffic = { rows: 1_000 };
    const even = sampleReference(equal, 20, 6);
    // As many of both are denied what is due; what is not due, men alone are granted.
    const groups = {
      female: { labelled: 400, wrong: 20, deserving: 200, denied: 20, granted: 0 },
      male: { labelled: 400, wrong: 80, deserving: 200, denied: 20, granted: 60 },
    };
    const { profile } = sampleWindow(even.shape, equal, 1);
    const arrivals = { overall: { labelled: 800, wrong: 100 }, groups: { sex: groups } };
    const { findings } = watchWindows(even, [{ profile, arrivals }], { settings });
    const found = findingOf(findings[0], 'fairness_gap:sex=female');
    expect(found.evidence).toMatchObject({
      alarm: true,
      leading: { score: 'wrongly_granted_gap', direction: 'up' },
      certificate: { observedEvents: 200 },
    });
    expect(found.sentence).toMatch(
      /^sex=female gets the favourable decision in error less often than male: 0 % against 30 % of those not due it; evidence/,
    );
    expect(found.statistics.runningWronglyGrantedDifference?.value).toBeCloseTo(-0.3, 12);
    expect(found.statistics.runningEqualOpportunityDifference?.value).toBeCloseTo(0, 12);
  });

  it('shares one alarm level among its scores, which together spend no more than one would', () => {
    const detector = gapDetector(settingsOver('parity'), reference, gapStream, 8);
    const tables = detector.detector.tables;
    expect(new Set(tables.map(({ score }) => score))).toEqual(new Set(gapScores));
    // A pair with a difference of exactly what is tolerated, however it comes about: no bet gains on average.
    for (const { nullMean, bets } of tables) {
      for (const equal of [0, 0.5, 1 - nullMean]) {
        const worse = (1 - equal + nullMean) / 2;
        for (const bet of bets) {
          const gain = worse * (1 + bet * (1 - nullMean)) + equal * (1 - bet * nullMean);
          expect(gain + (1 - worse - equal) * (1 - bet * (1 + nullMean))).toBeLessThanOrEqual(1 + 1e-12);
        }
      }
    }
    const settings = settingsOver('parity');
    const level = (streams: StreamCounts) => {
      const { findings } = watchTraffic(reference, parted, 1, 1, { settings, streams });
      return findingOf(findings[0], gapStream.id).evidence?.alarmLog;
    };
    const streams = countStreams([{ settings, reference }]);
    // 720 hours, a quarter of the budget to fairness, however many scores each of its streams has.
    expect(level(streams)).toBeCloseTo(Math.log((720 * streams.fairness) / 0.25), 9);
  });

  it('that closes, or turns to the better for the group, is none', () => {
    const equal = { ...parted, approved: { female: 0.5, male: 0.5 } };
    const turned = { ...parted, approved: { female: 0.7, male: 0.5 }, errors: { female: 0.02, male: 0.1 } };
    expect(firstAlarm(watch(settingsOver('parity'), equal, 60, 4))).toBe(-1);
    expect(firstAlarm(watch(settingsOver('parity'), turned, 60, 5))).toBe(-1);
  });

  it('varies at most as if what moves both groups moved them apart', () => {
    const [rate, n, apart] = [0.3, 1_000, 0.02];
    // Windows of two groups whose rates swing by as much in opposite ways, and by chance.
    const own = 1 + (n * apart ** 2) / (rate * (1 - rate));
    const ofPairs = 1 + (n * (2 * apart) ** 2) / (2 * rate * (1 - rate));
    const group = (people: number, designEffect: number) => ({
      rate: { events: rate * people, n: people },
      designEffect,
    });
    expect(pairsDesignEffect([group(n, own), group(n, own)])).toBeCloseTo(ofPairs, 12);
    // Of nine times as many people the same swing is nine times the chance, but there are no more pairs.
    const ofMore = 1 + 9 * (own - 1);
    expect(pairsDesignEffect([group(n, own), group(9 * n, ofMore)])).toBeCloseTo(ofPairs, 3);
    expect(pairsDesignEffect([group(n, 1), group(n, 1)])).toBe(1);
  });
});
