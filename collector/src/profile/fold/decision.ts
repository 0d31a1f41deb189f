import type { ProfileShape } from '../shape.ts';

/**
 * Was the prediction positive? 1 yes, 0 no, -1 when there was no prediction.
 *
 * Without a favourable prediction of its own (or with the positive class as the favourable one) a prediction is
 * positive when it equals the positive class. With a favourable prediction that is not the positive class it is positive
 * when it is anything but the favourable one: with `positive: 1` (re-offended) and `favourable: Low` (risk), `Medium`
 * and `High` are positive. Where there is no positive class (regression) every prediction is 0.
 */
export function decisionOf(shape: ProfileShape, prediction: string | number | null): -1 | 0 | 1 {
  const text = predictionText(prediction);
  if (text === null) return -1;
  if (shape.positive === null) return 0;
  if (hasOwnFavourable(shape)) return text === shape.favourable ? 0 : 1;
  return text === shape.positive ? 1 : 0;
}

/** Which decision is good for the person it is about: 1 the positive one, 0 the other. */
export function favourableDecision(shape: ProfileShape): 0 | 1 {
  return hasOwnFavourable(shape) ? 0 : 1;
}

/** Labels and predictions compare as text: 1 and "1" are the same class. `null` when missing or not a finite number. */
export function predictionText(prediction: string | number | null): string | null {
  if (typeof prediction === 'number') return Number.isFinite(prediction) ? String(prediction) : null;
  return prediction;
}

function hasOwnFavourable(shape: ProfileShape): boolean {
  return shape.favourable !== null && shape.favourable !== shape.positive;
}
