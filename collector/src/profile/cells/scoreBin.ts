import type { Plan } from '../plan.ts';
import { logitBins, logitLimit } from '../shape.ts';
import { cellFinder, findCell } from './cellFinder.ts';
import { stepEdges } from './stepEdges.ts';

/** Bin of a score, 0 ... bins - 1; `bins` when there is no finite score. Scores outside [0, 1] go to the outer logit bins. */
export function scoreBinOf(plan: Plan, score: number): number {
  if (score - score !== 0) return plan.scoreBins;
  return plan.scoreFinder === null ? logitBinOf(score) : findCell(plan.scoreFinder, score);
}

function logitBinOf(probability: number): number {
  if (probability <= 0) return 0;
  if (probability >= 1) return logitBins - 1;
  return findCell(odds, probability / (1 - probability));
}

function oddsBinOf(odds: number): number {
  return Math.floor(((Math.log(odds) + logitLimit) * logitBins) / (2 * logitLimit));
}

/** The bins of odds, without their logarithm. */
const odds = cellFinder(stepEdges(oddsBinOf, logitBins - 1, Math.exp(-logitLimit - 1), Math.exp(logitLimit + 1)));

/** Lower edges of the 256 logit bins as probabilities, then the last upper edge: 257 numbers from 0 to 1. Not to be changed. */
export const logitEdges: Float64Array = Float64Array.from({ length: logitBins + 1 }, (_, i) => {
  if (i === 0) return 0;
  if (i === logitBins) return 1;
  const logit = (i * 2 * logitLimit) / logitBins - logitLimit;
  return 1 / (1 + Math.exp(-logit));
});
