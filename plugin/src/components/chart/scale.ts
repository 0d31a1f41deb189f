/** Maps [domainLow, domainHigh] onto [rangeLow, rangeHigh]. */
export function linearScale(
  [domainLow, domainHigh]: readonly [number, number],
  [rangeLow, rangeHigh]: readonly [number, number],
): (value: number) => number {
  const span = domainHigh - domainLow || 1;
  return (value) => rangeLow + ((value - domainLow) / span) * (rangeHigh - rangeLow);
}

/** Round numbers that cover [low, high], about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (high <= low) {
    const padding = Math.abs(low) * 0.1 || 1;
    return niceTicks(low - padding, low + padding, count);
  }
  const rawStep = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rawStep));
  const step = ([1, 2, 5].find((multiple) => multiple * power >= rawStep) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  // Multiples of the step, rounded to its own precision so that 3 * 0.1 stays 0.3.
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(digits)));
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 7, 14].map((days) => days * dayMs),
];

/** Times within [from, to] at which a clock shows round numbers, at most `most` of them, all the same step apart. */
export function niceTimes(fromMs: number, toMs: number, most: number): number[] {
  const spanMs = toMs - fromMs;
  const wide = 28 * dayMs;
  const stepMs =
    timeSteps.find((step) => spanMs / step < most) ?? wide * Math.ceil(spanMs / wide / Math.max(1, most - 1));
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  return Array.from(
    { length: Math.max(0, Math.floor((toMs - first) / stepMs) + 1) },
    (_, index) => first + index * stepMs,
  );
}

/** Indices of at most `most` labels among `length`, evenly spread, the first one included. */
export function labelledIndices(length: number, most: number): number[] {
  const stride = Math.max(1, Math.ceil(length / Math.max(1, most)));
  return Array.from({ length: Math.ceil(length / stride) }, (_, index) => index * stride);
}
