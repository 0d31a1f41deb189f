import { addToSum, boundedDeviation } from '../cells/sums.ts';
import { errorSizes, errorSums, type Plan } from '../plan.ts';
import type { Profile } from '../profile.ts';

/** What is kept of the errors of predicted numbers beside the residual sums of `outcome.ts`. */

/** Labels nearer to zero than this part of the unit of residuals are left out of relative errors. */
export const smallestLabel = 1e-3;

/** Adds one error, or takes it back. */
export function addError(
  { shape, counts, sums }: Profile,
  plan: Plan,
  prediction: number,
  label: number,
  times: number,
): void {
  const unit = shape.residualScale;
  const size = boundedDeviation(Math.abs(prediction - label) / unit);
  const labelSize = boundedDeviation(Math.abs(label) / unit);
  const cell = plan.errorSizeOffset + errorSizeOf(size);
  counts[cell] = counts[cell]! + times;
  const isSmall = labelSize < smallestLabel;
  const relative = isSmall ? 0 : boundedDeviation(size / labelSize);
  // Fourth powers of wild errors would leave the range in which sums are exact.
  const bounded = Math.min(size, 2 ** 15);
  const values = [
    labelSize,
    size * labelSize,
    bounded ** 4,
    relative,
    relative * relative,
    isSmall ? 1 : 0,
    labelSize * labelSize,
  ];
  for (let i = 0; i < errorSums; i++) addToSum(sums, plan.errorSumOffset + i, values[i]!, times);
}

/** Cell of |error| in units of residuals: halves of octaves, the first and the last open. */
export function errorSizeOf(size: number): number {
  if (!(size > 0)) return 0;
  const cell = 1 + Math.floor(2 * (Math.log2(size) + 10));
  return cell < 0 ? 0 : cell >= errorSizes ? errorSizes - 1 : cell;
}

/** Middle of such a cell, in units of residuals. */
export function errorSizeMiddle(cell: number): number {
  return cell === 0 ? 0 : 2 ** ((cell - 0.5) / 2 - 10);
}
