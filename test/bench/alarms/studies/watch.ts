import {
  advance,
  type Detector,
  evidenceOf,
  initialState,
} from '../../../../collector/src/statistics/evidence/index.ts';
import { alarmLog } from './deciles.ts';

/** Windows until the first alarm, `Infinity` when there is none within `limit`. */
export function watch(detector: Detector, countsOf: (window: number) => ArrayLike<number>, limit: number): number {
  let state = initialState(detector);
  for (let window = 0; window < limit; window++) {
    state = advance(detector, state, countsOf(window), 1);
    if (evidenceOf(detector, state).log >= alarmLog) return window + 1;
  }
  return Number.POSITIVE_INFINITY;
}
