import { overallConfusion, overallResiduals, type Profile, scoreDistribution } from '../profile/index.ts';
import { areaUnderCurve } from '../statistics/areaUnderCurve.ts';
import { confusionMetrics } from '../statistics/confusionMetrics.ts';
import { residualMetrics } from '../statistics/residualMetrics.ts';
import { finite, share, suppressed } from './estimates.ts';
import type { Estimate } from './finding.ts';

/** How good the labelled predictions of a profile are. What cannot be said yet is `null` with the reason. */
export function performanceStatistics(profile: Profile): Readonly<Record<string, Estimate>> {
  const { task, positive } = profile.shape;
  const residuals = overallResiduals(profile);
  if (residuals !== null) return estimates({ ...residualMetrics(residuals) });
  const confusion = overallConfusion(profile);
  const labelled = confusion.right + confusion.wrong;
  const errorRate = labelled === 0 ? noLabels : share({ events: confusion.wrong, n: labelled });
  if (task === 'multiclass_classification' || positive === null) {
    return { errorRate, accuracy: labelled === 0 ? noLabels : share({ events: confusion.right, n: labelled }) };
  }
  const scores = scoreDistribution(profile);
  return {
    errorRate,
    ...estimates({ ...confusionMetrics(confusion) }),
    ...(scores === null ? {} : estimates({ areaUnderCurve: areaUnderCurve(scores.positives, scores.negatives) })),
  };
}

const noLabels = suppressed(0, 'no labels');

function estimates(values: Readonly<Record<string, Omit<Estimate, 'suppressed'>>>): Record<string, Estimate> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.n === 0 ? noLabels : finite(value)]),
  );
}
