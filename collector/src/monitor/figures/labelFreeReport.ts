import { effectiveProfile, onOneScale, type Profile } from '../../profile/index.ts';
import type { ExpectedPerformance } from '../../statistics/performance/expectedPerformance.ts';
import { total } from '../../statistics/total.ts';
import type { Estimate } from '../finding.ts';
import { numberText } from '../sentences/text.ts';
import { errorsBySegment, type SegmentWindows } from './errorsBySegment.ts';
import { finite, suppressed } from './estimates.ts';
import { byName, type LabelFreeBackTest, labelFreeBackTest, statisticNames } from './labelFreeBackTest.ts';
import {
  type LabelFreeEstimates,
  type LabelFreeMethod,
  labelFreeEstimates,
  labelFreeMethods,
  labelledDecisions,
  scoredDecisions,
} from './labelFreeEstimates.ts';

export interface ReportedWindow {
  readonly profile: Profile;
  readonly from: number;
  /** No label that keeps the outcome delay is still to come. */
  readonly isFinal: boolean;
}

/** What labels may turn out to say. An estimate whose back-test is off by more than 0.03 is hidden, with that as the reason. */
export interface LabelFreeReport {
  /** Of the error rate by confidence-based performance estimation. */
  readonly backTest: Estimate;
  /** Of all windows that are not final; `null` where there is none. */
  readonly beforeLabels: {
    readonly assumes: 'no concept drift';
    readonly rows: number;
    /** The method that was off least, of those that are shown and tested. */
    readonly chosen: LabelFreeMethod | null;
    readonly methods: { readonly method: LabelFreeMethod; readonly errorRate: Estimate; readonly backTest: Estimate }[];
    readonly statistics: Record<string, { readonly estimate: Estimate; readonly backTest: Estimate }>;
  } | null;
  /** Of each window that is not final, by its begin. */
  readonly byWindow: ReadonlyMap<number, Record<string, Estimate>>;
}

/**
 * `windows` and those `earlier`, on which estimates are tested only: oldest first, all later than the reference and with its
 * shape. `segments`: each row is in one of them, or there are none. `null` where errors are not expected.
 */
export function labelFreeReport(
  reference: Profile,
  windows: readonly ReportedWindow[],
  earlier: readonly ReportedWindow[],
  segments: readonly SegmentWindows[],
): LabelFreeReport | null {
  const estimates = labelFreeEstimates(reference, segments);
  if (estimates === null) return null;
  const final = [...earlier, ...windows].filter(({ isFinal }) => isFinal);
  const labelled = final.map((window) => ({
    ...labelledDecisions(effectiveProfile(window.profile)),
    bySegment: errorsBySegment(segments, window)?.labelled ?? null,
  }));
  const backTest = labelFreeBackTest(estimates, labelled);
  const open = windows.filter(({ isFinal }) => !isFinal);
  const ofWindow = ({ profile }: ReportedWindow) =>
    statisticsOf(estimates.performance(scoredDecisions(effectiveProfile(profile))), backTest);
  return {
    backTest: backTest.methods.CBPE,
    beforeLabels: open.length === 0 ? null : beforeLabels(estimates, backTest, open, segments),
    byWindow: new Map(open.map((window) => [window.from, ofWindow(window)])),
  };
}

function beforeLabels(
  estimates: LabelFreeEstimates,
  backTest: LabelFreeBackTest,
  open: readonly ReportedWindow[],
  segments: readonly SegmentWindows[],
): LabelFreeReport['beforeLabels'] {
  const rows = sum(onOneScale(open.map(({ profile }) => profile)).map(scoredDecisions));
  const n = total(rows);
  const bySegment = open.map((window) => errorsBySegment(segments, window)?.all ?? null);
  const rates = estimates.errorRates(rows, bySegment.every((one) => one !== null) ? sum(bySegment) : null);
  const performance = estimates.performance(rows);
  const methods = labelFreeMethods.map((method) => {
    const rate = rates[method];
    const errorRate = rate.value === null ? suppressed(n, n === 0 ? 'no scores' : silence[method]) : finite(rate);
    return { method, errorRate: unlessOff(errorRate, backTest.methods[method]), backTest: backTest.methods[method] };
  });
  const [best] = methods
    .filter(({ errorRate, backTest }) => errorRate.value !== null && backTest.value !== null)
    .sort((a, b) => a.backTest.value! - b.backTest.value!);
  const statistics = statisticsOf(performance, backTest);
  return {
    assumes: 'no concept drift',
    rows: n,
    chosen: best?.method ?? null,
    methods,
    statistics: byName(statisticNames, (name) => ({
      estimate: statistics[name],
      backTest: backTest.statistics[name],
    })),
  };
}

function statisticsOf(performance: ExpectedPerformance, { statistics }: LabelFreeBackTest) {
  return byName(statisticNames, (name) => {
    const expected = performance[name];
    const estimate = expected.value === null ? suppressed(expected.n, 'nothing to divide by') : finite(expected);
    return unlessOff(estimate, statistics[name]);
  });
}

/** The specification's limit: an estimate that is further off than this on average helps nobody. */
const furthestOff = 0.03;

function unlessOff(estimate: Estimate, { value }: Estimate): Estimate {
  if (value === null || value <= furthestOff || estimate.value === null) return estimate;
  return suppressed(estimate.n, `off by ${numberText(value)} on average where labels came, more than ${furthestOff}`);
}

/** Why a method says nothing of rows that there are. */
const silence: Readonly<Record<LabelFreeMethod, string>> = {
  CBPE: 'no scores',
  ATC: 'no scores',
  DoC: 'scores are no probabilities',
  BBSE: 'decisions hardly depend on what is true',
  'M-CBPE': 'needs declared segments whose references have labels enough',
};

function sum(counts: readonly Float64Array[]): Float64Array {
  return counts[0]!.map((_, cell) => total(counts.map((one) => one[cell]!)));
}
