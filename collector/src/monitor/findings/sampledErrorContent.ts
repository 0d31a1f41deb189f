import { expectedErrors, labelledShare, sampledErrorName } from '../../profile/index.ts';
import { scoreMoments } from '../../statistics/evidence/index.ts';
import { meanWithInterval } from '../../statistics/residualMetrics.ts';
import { total } from '../../statistics/total.ts';
import { hasTooFewLabels } from '../detectors/errorsOfSample.ts';
import type { StreamDetector } from '../detectors/streamDetector.ts';
import { finite, share } from '../figures/estimates.ts';
import type { Estimate, Evidence } from '../finding.ts';
import { type SampledErrorChange, sampledErrorSentence } from '../sentences/labelSentences.ts';
import type { ContentInput, FindingContent } from './findingContent.ts';

/** Is the error rate watched by a random sample of labels together with scores? */
export function isSampled({ scores }: StreamDetector): boolean {
  return scores[0]?.name === sampledErrorName;
}

/**
 * What is said of an error rate beside `said`, where labels are a sample. Of windows whose outcomes became due:
 * `sampledErrorRate`, of all of their predictions with a score, estimated, in [0, 1]; `labelledShare`, how many of these have
 * a label.
 */
export function sampledErrorContent(
  said: FindingContent,
  { settings, reference, due }: ContentInput,
  { scores, referenceCounts }: StreamDetector,
  counts: ArrayLike<number>,
  evidence: Evidence,
): FindingContent {
  const score = scores[0]!;
  const declared = settings.labels?.rate ?? 1;
  const outcomes = due === null ? [] : (expectedErrors(reference.profile)?.outcomes(due) ?? []);
  const predictions = total(Float64Array.from(outcomes));
  const { n, mean, variance } = scoreMoments(score, counts);
  const change: SampledErrorChange = {
    before: scoreMoments(score, referenceCounts).mean,
    errorRate: n === 0 ? null : within01(meanWithInterval(n * mean, n * (variance + mean * mean), n)),
    predictions,
    labels: Math.round(predictions === 0 ? 0 : predictions * labelledShare(outcomes)),
    declared: hasTooFewLabels(outcomes, declared) ? declared : null,
  };
  const statistics: Record<string, Estimate> = { ...said.statistics };
  if (change.errorRate !== null) statistics.sampledErrorRate = change.errorRate;
  if (predictions > 0) statistics.labelledShare = share({ events: change.labels, n: predictions });
  return { kind: 'performance', rows: n, statistics, sentence: sampledErrorSentence(change, evidence) };
}

/** An estimate of a share may lie outside, the share does not. */
function within01({ value, low, high, n }: Estimate): Estimate {
  const clipped = (of: number | null) => (of === null ? null : Math.min(1, Math.max(0, of)));
  return finite({ value: clipped(value), low: clipped(low), high: clipped(high), n });
}
