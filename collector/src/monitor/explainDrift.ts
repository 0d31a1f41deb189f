import {
  findSignal,
  type Profile,
  qualityCounts,
  type Reference,
  type SignalShape,
  signalCounts,
} from '../profile/index.ts';
import { totalVariation } from '../statistics/totalVariation.ts';
import type { Finding } from './finding.ts';
import { brokenCounts } from './qualityContent.ts';
import { dataQualitySignal } from './streams.ts';

/**
 * Marks drift that broken data explains: the feature has a data-quality finding that alarms or is about to, and at least
 * half of what moved are rows whose value is missing, invalid, new, or far outside of the reference's range. Such a finding
 * says so and does not alarm by itself: one cause, one alert, and nobody retrains a model on broken data.
 */
export function explainDrift(findings: readonly Finding[], reference: Reference, profile: Profile): Finding[] {
  const bySignal = new Map(findings.map((finding) => [finding.signal, finding]));
  return findings.map((finding) => {
    const shape = finding.kind === 'feature' ? findSignal(reference.shape, finding.signal) : undefined;
    if (shape === undefined || !isNotable(finding)) return finding;
    const quality = bySignal.get(dataQualitySignal(shape.name));
    if (quality === undefined || !isNotable(quality) || !isMostlyBroken(shape, reference.profile, profile)) {
      return finding;
    }
    const [cause] = quality.sentence.split('; evidence');
    return {
      ...finding,
      verdict: 'watch',
      explainedBy: quality.signal,
      sentence: `${finding.sentence}; explained by its data: ${cause}`,
    };
  });
}

function isNotable({ verdict }: Finding): boolean {
  return verdict === 'alarm' || verdict === 'watch';
}

function isMostlyBroken(shape: SignalShape, past: Profile, now: Profile): boolean {
  const moved = totalVariation(signalCounts(now, shape.signal), signalCounts(past, shape.signal));
  if (moved === null || moved === 0) return false;
  const broken = (of: Profile) => brokenCounts(shape, of, qualityCounts(of, shape.signal));
  const [before, after] = [broken(past), broken(now)];
  const more = (of: 'missing' | 'invalid' | 'below' | 'above' | 'unseen'): number =>
    Math.max(0, after[of] / after.rows - before[of] / before.rows);
  return more('missing') + more('invalid') + more('below') + more('above') + more('unseen') >= moved / 2;
}
