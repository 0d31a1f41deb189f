import { PlumblineError } from '../../errors.ts';
import type { Score } from '../../statistics/evidence/index.ts';
import type { Profile } from '../profile.ts';
import { calibration } from './calibration.ts';
import { exceedance } from './exceedance.ts';
import { sampledErrors } from './sampledErrors.ts';
import { scoreOrder } from './scoreOrder.ts';

/** What labels say about a model beside whether it was right, as scores over cells. */
export interface LabelSignal {
  readonly signal: string;
  readonly scores: readonly Score[];
  readonly counts: (profile: Profile) => Float64Array;
}

/** One that the reference has. Throws `INTERNAL` where it has not: streams are made only of those that are there. */
export function labelSignal(reference: Profile, signal: string): LabelSignal {
  const found = labelSignals(reference).find((one) => one.signal === signal);
  if (found === undefined) throw new PlumblineError('INTERNAL', `the reference has no signal ${signal}`);
  return found;
}

/** All of a reference. How much each varies between windows is measured with it. */
export function labelSignals(reference: Profile): readonly LabelSignal[] {
  const signals = [calibration(reference), scoreOrder(reference), exceedance(reference), sampledErrors(reference)];
  return signals.filter((signal) => signal !== null);
}
