import type { Heartbeat } from '@plumbline/sdk/routing';
import { compositeKey } from '../store/port.ts';

export interface HeardInstance {
  readonly heartbeat: Heartbeat;
  /** Wall-clock time here, milliseconds since 1970-01-01 UTC: senders' clocks differ. */
  readonly at: number;
}

/** The latest heartbeat of each SDK instance; one that is silent for half a minute is forgotten. */
export interface HeartbeatBook {
  note(heartbeat: Heartbeat): void;
  ofModel(environment: string, model: string): readonly HeardInstance[];
}

const silenceMs = 30_000;
/** A flood of made-up instances pushes the oldest ones out, and costs no more memory than this many. */
const maximumInstances = 10_000;

export function createHeartbeatBook(clock: () => number): HeartbeatBook {
  const heard = new Map<string, HeardInstance>();

  return {
    note(heartbeat) {
      const key = compositeKey(heartbeat.environment, heartbeat.model, heartbeat.instance);
      // Deleted first, so that the map stays in the order of hearing.
      heard.delete(key);
      heard.set(key, { heartbeat, at: clock() });
      forgetSilent();
    },
    ofModel(environment, model) {
      forgetSilent();
      const prefix = `${compositeKey(environment, model)}/`;
      return [...heard].filter(([key]) => key.startsWith(prefix)).map(([, instance]) => instance);
    },
  };

  function forgetSilent(): void {
    const now = clock();
    for (const [key, { at }] of heard) {
      if (now - at < silenceMs && heard.size <= maximumInstances) {
        return;
      }
      heard.delete(key);
    }
  }
}
