import {
  advance,
  createDetector,
  evidenceOf,
  initialState,
  resetAfterAlarm,
} from '../../../../collector/src/statistics/evidence/index.ts';
import type { StreamBaseline } from '../../baselines/streamBaseline.ts';

/** Our detector of an error rate above `nullRate`, one event a window, alarm when the wealth passes e^`levelLog`. */
export function eventDetector(nullRate: number, levelLog = Math.log(1e5)): StreamBaseline {
  const rates = Array.from(
    { length: 12 },
    (_, i) => nullRate + 0.01 * (Math.min(0.6, 0.95 - nullRate) / 0.01) ** (i / 11),
  );
  const detector = createDetector(2, [
    {
      score: 'wrong',
      direction: 'up',
      values: Float64Array.of(0, 1),
      considered: Uint8Array.of(1, 1),
      nullMean: nullRate,
      low: 0,
      bets: rates.map((rate) => Math.min((rate - nullRate) / (nullRate * (1 - nullRate)), 0.9 / nullRate)),
      designEffect: 1,
    },
  ]);
  let state = initialState(detector);
  const right = [1, 0];
  const wrong = [0, 1];
  return {
    update: (value) => {
      state = advance(detector, state, value === 1 ? wrong : right, 1);
      if (evidenceOf(detector, state).log < levelLog) return 'none';
      state = resetAfterAlarm(detector, state);
      return 'drift';
    },
  };
}
