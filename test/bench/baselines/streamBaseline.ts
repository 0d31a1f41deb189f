/**
 * Published detectors of change in a stream of numbers, one value at a time, written from their formulas: what our own
 * detectors are compared with. Nothing that watches production uses them: none of them keeps a promise about false alarms.
 */
export interface StreamBaseline {
  /** Takes the next value. After a drift it starts again with the value that follows. */
  readonly update: (value: number) => BaselineSignal;
}

export type BaselineSignal = 'none' | 'warning' | 'drift';

/** Zero-based indices of the first warning before each drift, and of all drifts. */
export function signalsOf(
  baseline: StreamBaseline,
  values: ArrayLike<number>,
): { readonly warnings: readonly number[]; readonly drifts: readonly number[] } {
  const warnings: number[] = [];
  const drifts: number[] = [];
  let warned = false;
  for (let index = 0; index < values.length; index++) {
    const signal = baseline.update(values[index]!);
    if (signal === 'warning' && !warned) warnings.push(index);
    if (signal === 'drift') drifts.push(index);
    warned = signal === 'drift' ? false : warned || signal === 'warning';
  }
  return { warnings, drifts };
}
