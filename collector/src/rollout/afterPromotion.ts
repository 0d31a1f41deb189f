import type { ModelSettings } from '../config/settings.ts';
import { firstCellFrom, latencyEdge, type Profile } from '../profile/index.ts';
import { wilsonInterval } from '../statistics/wilsonInterval.ts';
import type { GateName, GateResult } from './gate.ts';
import { slowestAllowedMs } from './gates/latencyRatio.ts';
import { type Moments, meanEvidenceLog, meanOf, noMoments } from './gates/meanDifference.ts';
import { rateEvidenceLog } from './gates/oneRate.ts';
import { percentText } from './gates/wording.ts';
import {
  absoluteError,
  addCounts,
  type CountLimits,
  countsOf,
  failed,
  limitsFrom,
  slow,
  wrong,
} from './guardCounts.ts';
import { failedMargin } from './guardEvidence.ts';

/** Chance of taking a good champion back, over the whole period and all guards together, shared evenly by the three. */
const alpha = 0.05;
const guards = 3;
/** Fewer rows of the champion before are nothing to be held to. */
const fewestRowsBefore = 100;

/**
 * Guards after a promotion: is the new champion worse than its predecessor was? Nothing serves beside it any more, so its
 * rates are held to those of the predecessor's last windows, the uncertainty of those (97.5 %) and the same margins
 * included. Anytime-valid given that limit, and without memory: every look counts all rows since the promotion.
 *
 * `before`: windows of the predecessor up to the promotion; `after`: of the new champion since.
 */
export function assessAfterPromotion(
  settings: ModelSettings,
  before: readonly Profile[],
  after: readonly Profile[],
  at: number,
): GateResult[] {
  const limits = limitsFrom({ latency: null, scores: [] }, before, settings);
  const count = (profiles: readonly Profile[], arm: 'champion' | 'candidate') =>
    addCounts(profiles.map((profile) => countsOf(profile, arm, settings, limits)));
  const [was, is] = [count(before, 'champion'), count(after, 'candidate')];
  const {
    gates,
    gates: { canaryErrorMargin },
  } = settings.rollout;
  const rate = (gate: GateName, name: string, margin: number, what: string) =>
    assessRate({ gate, what, was: was[name] ?? noMoments, is: is[name] ?? noMoments, margin, at });
  return [
    settings.task === 'regression' || settings.task === 'ranking'
      ? assessMean(was[absoluteError] ?? noMoments, is[absoluteError] ?? noMoments, canaryErrorMargin, at)
      : rate('post_promotion_errors', wrong, canaryErrorMargin, 'wrong predictions'),
    rate('post_promotion_failures', failed, failedMargin, 'failed inferences'),
    ...(limits.latency === null
      ? []
      : [rate('post_promotion_latency', slow, 0, `rows slower than ${allowedMs(limits, gates.latencyRatio)} ms`)]),
  ];
}

function allowedMs({ latency }: CountLimits, ratio: number): string {
  if (latency === null) return '';
  return latencyEdge(firstCellFrom(slowestAllowedMs(latencyEdge(latency.base), ratio))).toPrecision(3);
}

function assessRate({
  gate,
  what,
  was: [n, k],
  is: [rows, events],
  margin,
  at,
}: {
  readonly gate: GateName;
  readonly what: string;
  readonly was: Moments;
  readonly is: Moments;
  readonly margin: number;
  readonly at: number;
}): GateResult {
  const high = n === 0 ? null : wilsonInterval(k, n).high;
  const limit = high === null ? null : Math.min(0.999, high + margin);
  const evidence = limit === null || rows === 0 ? 0 : rateEvidenceLog({ n: rows, k: events }, limit, 'above');
  const levelLog = Math.log(guards / alpha);
  const numbers = {
    rowsBefore: n,
    rateBefore: n === 0 ? null : k / n,
    rows,
    rate: rows === 0 ? null : events / rows,
    limit,
    margin,
    evidenceLog: evidence,
    levelLog,
  };
  const since =
    rows === 0
      ? `no row tells of ${what} since the promotion yet`
      : `${percentText(events / rows)} ${what} since the promotion`;
  const sentence = n === 0 ? since : `${since}, ${percentText(k / n)} of the champion before`;
  return {
    gate,
    ...verdict({ known: n >= fewestRowsBefore && rows > 0, harm: evidence >= levelLog }, sentence),
    numbers,
    at,
  };
}

function assessMean(was: Moments, is: Moments, margin: number, at: number): GateResult {
  const known = was[0] >= fewestRowsBefore && is[0] >= fewestRowsBefore;
  const [before, now] = [meanOf(was), meanOf(is)];
  const scale = 1 + margin;
  const variance = known ? now.variance + scale ** 2 * before.variance : 0;
  const excess = now.mean - scale * before.mean;
  // All rows as one block: the sum of standardised rows is what it would be had they come one by one.
  const sum = known && variance > 0 ? Math.sqrt(is[0]) * (excess / Math.sqrt(variance)) : 0;
  const evidence = known ? meanEvidenceLog({ sum, rows: is[0], peakLog: 0 }) : 0;
  const levelLog = Math.log(guards / alpha);
  const numbers = {
    rowsBefore: was[0],
    meanBefore: was[0] === 0 ? null : before.mean,
    rows: is[0],
    mean: is[0] === 0 ? null : now.mean,
    margin,
    evidenceLog: evidence,
    levelLog,
  };
  const tell = (value: number | null) => (value === null ? 'none' : value.toPrecision(4));
  const sentence = `mean error ${tell(numbers.mean)} since the promotion, ${tell(numbers.meanBefore)} of the champion before`;
  return { gate: 'post_promotion_errors', ...verdict({ known, harm: evidence >= levelLog }, sentence), numbers, at };
}

function verdict(
  { known, harm }: { readonly known: boolean; readonly harm: boolean },
  sentence: string,
): Pick<GateResult, 'verdict' | 'code' | 'reason'> {
  if (!known) return { verdict: 'inconclusive', code: 'TOO_FEW_ROWS', reason: sentence };
  return harm
    ? { verdict: 'fail', code: 'WORSE_THAN_ALLOWED', reason: sentence }
    : { verdict: 'pass', code: 'NO_HARM_SEEN', reason: sentence };
}
