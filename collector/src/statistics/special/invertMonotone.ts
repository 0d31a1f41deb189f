/**
 * The zero of an increasing function between `low` and `high`, to the last few digits.
 *
 * Source: regula falsi with the Illinois rule (Dowell and Jarratt 1971), safeguarded by bisection.
 */
export function invertMonotone(increasing: (x: number) => number, low: number, high: number): number {
  let left = low;
  let right = high;
  let atLeft = increasing(left);
  let atRight = increasing(right);
  if (!(atLeft < 0)) return left;
  if (!(atRight > 0)) return right;
  for (let step = 0; step < 200; step++) {
    const secant = (left * atRight - right * atLeft) / (atRight - atLeft);
    const useSecant = step % 4 !== 3 && secant > left && secant < right;
    const x = useSecant ? secant : left + (right - left) / 2;
    if (x <= left || x >= right) return x;
    const value = increasing(x);
    if (value === 0) return x;
    if (value < 0) {
      left = x;
      atLeft = value;
      if (useSecant) atRight /= 2;
    } else {
      right = x;
      atRight = value;
      if (useSecant) atLeft /= 2;
    }
    if (right - left <= 2e-16 * Math.max(Math.abs(left), Math.abs(right))) break;
  }
  return left + (right - left) / 2;
}
