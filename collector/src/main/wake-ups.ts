import type { LiveEvent } from '../http/live-events.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { CollectorServices } from './services.ts';

/** Wakes those who act on what was stored: they need not wait for their next look. */
export interface WakeUps {
  /** One more who is to be woken. */
  add(actor: { wake(): void }): void;
  /** Something was stored, an alert perhaps. */
  changed(): void;
  /** The engine committed, and this is what happened. */
  committed(events: readonly LiveEvent[]): void;
}

export interface WakeUpOptions {
  readonly rollout: Pick<CollectorServices['rollout'], 'evaluatePending'>;
  readonly notifications: Pick<CollectorServices['notifications'], 'run'>;
  readonly onError: (error: unknown) => void;
}

export function createWakeUps({ rollout, notifications, onError }: WakeUpOptions): WakeUps {
  const actors: { wake(): void }[] = [];
  const wakeAll = () => {
    for (const actor of actors) actor.wake();
  };
  const evaluate = oneAtATime(() => rollout.evaluatePending().catch(onError));
  const notify = oneAtATime(async () => {
    const told = await notifications.run().catch(onError);
    if (told !== undefined && told > 0) wakeAll();
  });
  const act = () => {
    wakeAll();
    evaluate();
  };
  return {
    add: (actor) => void actors.push(actor),
    changed() {
      notify();
      act();
    },
    committed(events) {
      // Who is told of alerts is asked for all of them: not for windows that changed none.
      if (events.some(({ type }) => type === 'alert')) notify();
      if (events.length > 0) act();
    },
  };
}
