import type { DriftReport, ModelDetail, PerformanceReport, UsageReport } from '@plumbline/collector/api';
import { driftReport, estimate, finding, modelDetail, performanceReport } from './fixtures.ts';

/** A model of language: it costs more since it answers slower, and people like that less. Nobody labels its answers. */
export const assistantDetail: ModelDetail = {
  ...modelDetail,
  model: 'assistant',
  segments: [],
  signals: [
    { signal: 'feature:input_tokens', kind: 'feature', type: 'number' },
    { signal: 'feature:time_to_first_token_ms', kind: 'feature', type: 'number' },
    { signal: 'feature:language', kind: 'feature', type: 'category' },
  ],
};

const { windows } = driftReport;
type Amount = NonNullable<UsageReport['amounts'][number]['all']>;

/** An amount whose mean is `mean` in the reference and half more at the end. */
function amount(signal: string, mean: number, calls: number): UsageReport['amounts'][number] {
  const at = (factor: number, n: number): Amount => ({
    total: mean * factor * n,
    mean: estimate(mean * factor, mean * 0.02, n),
    median: mean * factor * 0.9,
    percentile95: mean * factor * 3,
  });
  return {
    signal,
    all: at(1.25, calls * windows.length),
    reference: at(1, 5_000),
    windows: windows.map((_, index) => (index === 3 ? null : at(1 + index / (2 * windows.length), calls))),
  };
}

export const usageReport: UsageReport = {
  model: 'assistant',
  version: '2026.11',
  windows: windows.map((window) => ({ ...window, rows: 400 })),
  failed: {
    all: estimate(0.021, 0.003, 9_600),
    reference: estimate(0.008, 0.002, 5_000),
    windows: windows.map((_, index) => estimate(0.01 + index / 2_000, 0.008, 400)),
  },
  amounts: [
    amount('feature:cost_usd', 0.0004, 380),
    amount('feature:input_tokens', 480, 400),
    { ...amount('feature:reasoning_tokens', 1, 400), all: null, reference: null, windows: windows.map(() => null) },
    amount('feature:time_to_first_token_ms', 420, 400),
    amount('latency', 2_100, 400),
  ],
};

const [ranked] = driftReport.signals;
if (ranked === undefined) throw new Error('the drift report has no signal');

export const assistantDrift: DriftReport = {
  ...driftReport,
  model: 'assistant',
  version: '2026.11',
  signals: ['feature:time_to_first_token_ms', 'feature:input_tokens', 'feature:language'].map((signal) => ({
    ...ranked,
    signal,
    latest: { ...ranked.latest, signal, sentence: `${signal.replace('feature:', '')} moved up` },
  })),
};

export const assistantPerformance: PerformanceReport = {
  ...performanceReport,
  ...{ model: 'assistant', version: '2026.11', labelledRows: 0, statistics: {}, confusion: null, calibration: null },
  ratings: [
    {
      type: 'feedback',
      latest: finding({
        ...{ signal: 'performance:feedback', kind: 'performance', verdict: 'watch', evidence: ranked.latest.evidence },
        sentence: 'feedback got worse: mean 0.85 → 0.6 over 130 ratings; evidence 71 % of the alarm level',
      }),
      means: performanceReport.windows.map((_, index) =>
        index === 5 ? null : estimate(0.85 - index / 100, 0.05, 130),
      ),
    },
    {
      type: 'evaluation',
      latest: finding({
        ...{ signal: 'performance:evaluation', kind: 'performance', verdict: 'insufficient_data' },
        sentence: 'evaluation: mean 0.79 over 66 ratings',
      }),
      means: performanceReport.windows.map(() => estimate(0.79, 0.02, 66)),
    },
  ],
};
