import { takeExpectedReference } from '../alert/index.ts';
import { putReference } from '../store/history.ts';
import type { StretchContext } from './commit-context.ts';
import type { VersionTraffic } from './version-traffic.ts';

/** Compares a version with what somebody said is to be expected, from the next window on. Its detectors start anew. */
export async function adoptExpectedReference(context: StretchContext, traffic: VersionTraffic): Promise<void> {
  const { transaction, options } = context;
  const { key, state } = traffic;
  const waiting = await takeExpectedReference(transaction, key);
  if (waiting === undefined) return;
  // Windows are counted in the bins of the reference it was made for.
  if (waiting.base !== state.referenceId) {
    options.logger.warn({ ...key, reference: waiting.reference.id }, 'an expected reference came too late');
    return;
  }
  await putReference(transaction, key, waiting.reference);
  traffic.adopt(waiting.reference);
  state.judgedFrom = waiting.judgedFrom;
  context.touched.add(traffic);
  options.logger.info({ ...key, reference: waiting.reference.id }, 'reference changed');
}
