import { scoreMoments } from '../../statistics/evidence/index.ts';
import type { StreamDetector } from '../detectors/streamDetector.ts';
import { drawnRate } from '../figures/expectedErrorReport.ts';
import type { Evidence } from '../finding.ts';
import { isNotable, sentence, shareMoveText } from '../sentences/phrases.ts';
import { amountText } from '../sentences/text.ts';
import type { FindingContent } from './findingContent.ts';

/**
 * What scores alone say of how wrong predictions are. A finding about scores, not about performance: nobody has seen one of
 * these predictions be wrong.
 *
 * `expectedErrorRate`: of the rows with a score, in [0, 1]; the interval is where 95 % of error rates would lie if labels were
 * drawn from what scores were worth in the reference.
 */
export function expectedErrorContent(
  { scores, referenceCounts }: StreamDetector,
  counts: ArrayLike<number>,
  evidence: Evidence,
): FindingContent {
  const score = scores[0]!;
  const now = scoreMoments(score, counts);
  const { mean: before } = scoreMoments(score, referenceCounts);
  const expectedErrorRate = drawnRate(score.values, (level) => counts[level] ?? 0);
  const what = isNotable(evidence)
    ? 'scores are where predictions were wrong more often in the reference'
    : 'scores say that predictions are wrong as often as in the reference';
  const rate = `expected error rate ${shareMoveText(before, now.mean)} of ${amountText(now.n, 'row')} with a score`;
  const proviso = isNotable(evidence) ? 'if scores still mean what they did' : null;
  return {
    kind: 'score',
    rows: now.n,
    statistics: { expectedErrorRate },
    sentence: now.n === 0 ? sentence(['no row has a score'], evidence) : sentence([what, rate, proviso], evidence),
  };
}
