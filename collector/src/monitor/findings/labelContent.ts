import { bandRange, byLabel } from '../../profile/index.ts';
import { areaUnderCurve } from '../../statistics/areaUnderCurve.ts';
import { type Score, scoreMoments } from '../../statistics/evidence/index.ts';
import { meanWithInterval } from '../../statistics/residualMetrics.ts';
import type { OutcomeArrivals } from '../arrivals.ts';
import type { StreamDetector } from '../detectors/streamDetector.ts';
import { finite, share, suppressed } from '../figures/estimates.ts';
import type { Evidence } from '../finding.ts';
import { calibrationSentence, exceedanceSentence, scoreOrderSentence } from '../sentences/labelSentences.ts';
import { isNotable } from '../sentences/phrases.ts';
import type { FindingContent } from './findingContent.ts';

/** `calibrationGap`: mean of label - score, in [-1, 1]; above 0 events come more often than scores say. */
export function calibrationContent(
  { scored = [] }: OutcomeArrivals,
  { scores, referenceCounts }: StreamDetector,
  evidence: Evidence,
): FindingContent {
  const overall = scores[0]!;
  const { n, mean, variance } = scoreMoments(overall, scored);
  const calibrationGap =
    n === 0 ? suppressed(0, 'no labels') : finite(meanWithInterval(n * mean, n * (variance + mean * mean), n));

  const leading = isNotable(evidence) ? scores.find(({ name }) => name === evidence.leading?.score) : undefined;
  const told = leading ?? overall;
  const now = trueRows(told, scored);
  // What would have come true of the rows of today, had scores kept to what they were worth.
  const before = now.n === 0 ? null : now.predicted + scoreMoments(told, referenceCounts).mean;
  const sentence = calibrationSentence(
    {
      change: { before, after: now.n === 0 ? null : now.share },
      rows: now.n,
      range: told === overall ? null : bandRange(told),
      predicted: now.predicted,
    },
    evidence,
  );
  return { kind: 'performance', rows: n, statistics: { calibrationGap }, sentence };
}

/** `areaUnderCurve`: of the labels that arrived; `n` is the smaller class. */
export function scoreOrderContent(
  { scored = [] }: OutcomeArrivals,
  { referenceCounts }: StreamDetector,
  evidence: Evidence,
): FindingContent {
  const { positives, negatives } = byLabel(scored);
  const area = areaUnderCurve(positives, negatives);
  const [ordered = 0, tied = 0, misordered = 0] = Array.from(referenceCounts);
  const before = (ordered + tied / 2) / (ordered + tied + misordered);
  const rows = area.value === null ? 0 : scored.reduce((sum, count) => sum + count, 0);
  return {
    kind: 'performance',
    rows,
    statistics: { areaUnderCurve: area.value === null ? suppressed(0, 'no labels of both classes') : finite(area) },
    sentence: scoreOrderSentence({ change: { before, after: area.value }, rows }, evidence),
  };
}

/** `exceedanceRate`: of the labels that arrived, the share above the prediction. */
export function exceedanceContent(
  { overall: { labelled: n }, above = 0 }: OutcomeArrivals,
  { referenceCounts }: StreamDetector,
  quantile: number,
  evidence: Evidence,
): FindingContent {
  const [notAboveBefore = 0, aboveBefore = 0] = Array.from(referenceCounts);
  const change = { before: aboveBefore / (notAboveBefore + aboveBefore), after: n === 0 ? null : above / n };
  return {
    kind: 'performance',
    rows: n,
    statistics: { exceedanceRate: n === 0 ? suppressed(0, 'no labels') : share({ events: above, n }) },
    sentence: exceedanceSentence({ change, rows: n }, 1 - quantile, evidence),
  };
}

/** Rows that a score of `calibration` is about: how many came true, and how many should have by their scores. */
function trueRows(score: Score, scored: readonly number[]): { n: number; share: number; predicted: number } {
  const { n, mean } = scoreMoments(score, scored);
  const positives = scored.reduce((sum, count, cell) => sum + (cell % 2) * score.considered[cell]! * count, 0);
  const came = n === 0 ? 0 : positives / n;
  return { n, share: came, predicted: came - mean };
}
