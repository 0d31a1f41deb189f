import type { Leakage } from '../evaluation/leakage.ts';
import { type GateResult, gateResults } from '../gate.ts';

/** Was the version trained on rows it is tested with? One such row fails: the comparison is not on unseen rows any more. */
export function assessLeakage(leakage: Leakage, at: number): GateResult {
  const { heldOutRows, trainingRows, leaked, columns, missing } = leakage;
  const numbers = { heldOutRows, trainingRows, leaked, columns };
  const result = gateResults({ gate: 'leakage', numbers, at });
  if (missing.length > 0) {
    const names = missing.slice(0, 5).join(', ');
    return result('error', 'MISSING_DATA', `the training rows have no column ${names}`);
  }
  if (leaked > 0) {
    return result('fail', 'HELD_OUT_LEAKED', `${leaked} of ${heldOutRows} held-out rows are among the training rows`);
  }
  return result(
    'pass',
    'NO_ROWS_LEAKED',
    `none of ${heldOutRows} held-out rows is among ${trainingRows} training rows`,
  );
}
