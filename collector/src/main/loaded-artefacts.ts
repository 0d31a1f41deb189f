import type { Heartbeat } from '@plumbline/sdk/routing';
import type { RolloutService } from '../rollout/index.ts';
import { compositeKey } from '../store/port.ts';

export interface LoadedArtefactsOptions {
  readonly rollout: Pick<RolloutService, 'instancesChanged'>;
  /** Called when a version was put in quarantine. */
  readonly changed: () => void;
  readonly onError: (error: unknown) => void;
}

/** As many instances as are remembered; the rest is compared again with each heartbeat. */
const remembered = 10_000;

/**
 * Compares what instances say they have loaded with what is registered, whenever one of them says something new. What was
 * registered since is compared by the maintenance rounds.
 */
export function createLoadedArtefactsCheck({
  rollout,
  changed,
  onError,
}: LoadedArtefactsOptions): (heartbeat: Heartbeat) => void {
  const known = new Map<string, string>();
  return ({ environment, model, instance, loaded }) => {
    const key = compositeKey(environment, model, instance);
    const said = JSON.stringify(loaded);
    if (known.get(key) === said) return;
    if (known.size >= remembered) known.clear();
    known.set(key, said);
    rollout.instancesChanged(environment, model).then((events) => {
      if (events.length > 0) changed();
    }, onError);
  };
}
