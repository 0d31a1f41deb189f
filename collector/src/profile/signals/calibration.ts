import type { Score } from '../../statistics/evidence/index.ts';
import { binMiddle } from '../../statistics/performance/probabilityLosses.ts';
import { logitEdges } from '../cells/scoreBin.ts';
import type { Profile } from '../profile.ts';
import type { LabelSignal } from './labelSignals.ts';
import { scoredCounts } from './scoredLabels.ts';

export const calibrationSignal = 'performance:calibration';

/** Neighbouring score bins that hold about the same number of the reference's labels each. */
const bands = 5;

/**
 * Do probabilities come true as often as they did? Of each labelled prediction label - score, in [-1, 1], over all of them and
 * in each fifth of the reference's scores: a model that became too sure is wrong in opposite ways at both ends. `null` unless
 * scores are probabilities.
 *
 * A score is known by its bin, p (1 - p) 0.07 wide. That is less than 0.05 standard deviations of a label, the default tolerance,
 * whatever p is: scores that move within their bins look no less calibrated than may be.
 */
export function calibration(reference: Profile): LabelSignal | null {
  const past = scoredCounts(reference);
  if (past.length === 0 || reference.shape.scoreBins?.kind !== 'logit') return null;
  const values = Float64Array.from(past, (_, cell) => (cell % 2) - predictedIn(cell));
  const bandOf = bandsOf(past);
  const score = (name: string, isOwn: (cell: number) => boolean): Score => ({
    name,
    kind: 'mean',
    values,
    considered: Uint8Array.from(past, (_, cell) => (isOwn(cell) ? 1 : 0)),
  });
  const ofBand = (_: unknown, band: number) => score(`band ${band + 1}`, (cell) => bandOf[cell] === band);
  return {
    signal: calibrationSignal,
    scores: [score('all scores', () => true), ...Array.from({ length: bands }, ofBand)],
    counts: scoredCounts,
  };
}

/** The probabilities that a score of `calibration` is about. */
export function bandRange({ considered }: Score): readonly [low: number, high: number] {
  const [first, last] = [considered.indexOf(1), considered.lastIndexOf(1)];
  return first < 0 ? [0, 0] : [logitEdges[first >> 1]!, logitEdges[(last >> 1) + 1]!];
}

function predictedIn(cell: number): number {
  return binMiddle(logitEdges[cell >> 1]!, logitEdges[(cell >> 1) + 1]!);
}

/** By cell the band of its bin, from 0: that in which the middle one of its labels is. */
function bandsOf(counts: Float64Array): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let passed = 0;
  const bandOf: number[] = [];
  for (let cell = 0; cell < counts.length; cell += 2) {
    const own = counts[cell]! + counts[cell + 1]!;
    const band = total === 0 ? 0 : Math.min(bands - 1, Math.floor((bands * (passed + own / 2)) / total));
    bandOf.push(band, band);
    passed += own;
  }
  return bandOf;
}
