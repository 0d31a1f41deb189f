import type { ModelSettings } from '../../config/index.ts';
import type { RolloutState } from '../../rollout/index.ts';
import { listVersionsSeen, type VersionSeen } from '../../store/history.ts';
import type { ReadTransaction } from '../../store/port.ts';
import type { Services } from '../ports.ts';

/** Which versions a model has, and which of them a question is about when it names none. */
export interface Champion {
  /** The champion; before the first promotion the version seen last; `null` for a model without any. */
  readonly version: string | null;
  /** Every version that was registered or seen. */
  readonly versions: readonly string[];
  /** Latest event time of any version, milliseconds since 1970-01-01 UTC. */
  readonly lastEventAt: number | null;
  readonly state: RolloutState;
}

export async function championOf(
  { rollout }: Pick<Services, 'rollout'>,
  transaction: ReadTransaction,
  { name: model, environment }: ModelSettings,
): Promise<Champion> {
  const state = await rollout.state(transaction, environment, model);
  const seen = await listVersionsSeen(transaction, { model, environment });
  const latest = seen.reduce<VersionSeen | null>(
    (best, next) => (best === null || next.lastEventAt > best.lastEventAt ? next : best),
    null,
  );
  const versions = [...new Set([...state.versions, ...seen].map(({ version }) => version))];
  return {
    version: state.champion ?? latest?.version ?? versions.at(-1) ?? null,
    versions,
    lastEventAt: latest?.lastEventAt ?? null,
    state,
  };
}
