import type { EstimateBody, PerformanceReport } from '@plumbline/collector/api';

type Expected = PerformanceReport['windows'][number]['expected'];

/** What scores let expect of a statistic in a window. The error rate is what accuracy leaves: only that is told. */
export function expectedEstimate(expected: Expected, statistic: string): EstimateBody | undefined {
  const accuracy = expected?.accuracy;
  return statistic === 'errorRate' && accuracy !== undefined
    ? { ...accuracy, value: rest(accuracy.value), low: rest(accuracy.high), high: rest(accuracy.low) }
    : expected?.[statistic];
}

function rest(share: number | null): number | null {
  return share === null ? null : 1 - share;
}
