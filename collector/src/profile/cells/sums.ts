/**
 * Sums that are exact and therefore the same in any order, and that can be taken back: every value is rounded once to a
 * whole number of units (2^-26 of its signal's scale) and added as an integer. Integers of 2^40 units and more are parted
 * into a low and a high part with a sum each, so that one wild value does not swallow the digits of the others.
 *
 * `sums` holds all low parts, then all high parts: index i and i + length / 2 belong together. Exact for 2^27 ordinary
 * rows, and for 2^13 rows of more than 128 scales.
 */
export function addToSum(sums: Float64Array, index: number, value: number, times = 1): void {
  const whole = wholeUnits(value);
  if (whole < highPart && whole > -highPart) {
    sums[index] = sums[index]! + times * whole;
    return;
  }
  const high = Math.trunc(whole / highPart);
  const at = index + sums.length / 2;
  sums[at] = sums[at]! + times * high;
  sums[index] = sums[index]! + times * (whole - high * highPart);
}

/** The sum in the unit of the values that were added. */
export function readSum(sums: Float64Array, index: number): number {
  return (sums[index + sums.length / 2]! * highPart + sums[index]!) / unitsPerOne;
}

export const unitsPerOne = 2 ** 26;

/** Deviations beyond this many scales enter sums as if they were this far: it keeps squares exact and finite. */
export const largestDeviation = 2 ** 30;

/** Deviations within this add to low parts only, squares included. */
export const ordinaryDeviation = 127;

/** Adding and subtracting 1.5 * 2^52 rounds a double to an integer. */
export const rounding = 1.5 * 2 ** 52;

const highPart = 2 ** 40;

function wholeUnits(value: number): number {
  const units = value * unitsPerOne;
  // Beyond this the trick would leave halves on the negative side.
  return units < largestTricked && units > -largestTricked ? units + rounding - rounding : Math.round(units);
}

const largestTricked = 2 ** 51;

/** `value` within +-`largestDeviation`. */
export function boundedDeviation(value: number): number {
  return value > largestDeviation ? largestDeviation : value < -largestDeviation ? -largestDeviation : value;
}
