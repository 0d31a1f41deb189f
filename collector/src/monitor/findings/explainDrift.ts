import {
  findSignal,
  type Profile,
  qualityCounts,
  type Reference,
  type SignalShape,
  signalCounts,
} from '../../profile/index.ts';
import { totalVariation } from '../../statistics/totalVariation.ts';
import { dataQualitySignal, schemaSignal } from '../detectors/streams.ts';
import type { Finding } from '../finding.ts';
import { brokenCounts, schemaChange } from './qualityContent.ts';

/**
 * Marks drift that broken data explains: the feature has a data-quality finding that alarms or is about to, or it is gone,
 * of another type or much wider than it was, and at least half of what moved are rows whose value is missing, invalid, new, or far outside of the reference's range. Such a finding
 * says so and does not alarm by itself: one cause, one alert, and nobody retrains a model on broken data.
 */
export function explainDrift(findings: readonly Finding[], reference: Reference, profile: Profile): Finding[] {
  const bySignal = new Map(findings.map((finding) => [finding.signal, finding]));
  const { disappeared, retyped, widened } = schemaChange(reference, profile);
  const facts = new Map<string, string>([
    ...widened.map((name) => [name, 'it came with several times as many different values'] as const),
    ...retyped.map((name) => [name, 'it came as another type'] as const),
    ...disappeared.map((name) => [name, 'it did not come at all'] as const),
  ]);
  return findings.map((finding) => {
    const shape = finding.kind === 'feature' ? findSignal(reference.shape, finding.signal) : undefined;
    if (shape === undefined || !isNotable(finding)) return finding;
    const quality = bySignal.get(dataQualitySignal(shape.name));
    const isSeen = quality !== undefined && isNotable(quality);
    const fact = facts.get(shape.name);
    if ((!isSeen && fact === undefined) || !isMostlyBroken(shape, reference.profile, profile)) return finding;
    const cause = isSeen ? quality.sentence.split('; evidence')[0] : fact;
    return {
      ...finding,
      verdict: 'watch',
      explainedBy: isSeen ? quality.signal : schemaSignal,
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
