import type { NatsConnection } from '@nats-io/transport-node';

/**
 * Lets the process end although a connection is open, as a library must that an app has merely imported: a script that
 * forgets `shutdown()` should deliver its last events and end, not hang.
 *
 * The client keeps the process alive in two places and offers no switch for either, so this reaches into it: the socket,
 * and the timer of its pings (`keepAlive` pings instead). Where a later release hides them, the process merely stays alive
 * until `shutdown()`.
 */
export function releaseProcess(connection: NatsConnection): { readonly pingsStopped: boolean } {
  // No public type describes these; every step is optional for that reason.
  const { protocol } = connection as unknown as ClientInternals;
  protocol?.transport?.socket?.unref?.();
  protocol?.heartbeats?.cancel?.();
  return { pingsStopped: typeof protocol?.heartbeats?.cancel === 'function' };
}

interface ClientInternals {
  readonly protocol?: {
    readonly transport?: { readonly socket?: { unref?(): void } };
    readonly heartbeats?: { cancel?(): void };
  };
}

/**
 * Calls `dead` when the broker has not answered a ping in time: a broken network can leave a connection open for hours.
 * Returns what ends it.
 */
export function keepAlive(connection: NatsConnection, intervalMs: number, dead: () => void): () => void {
  let waiting = false;
  const timer = setInterval(() => {
    if (waiting) {
      dead();
      return;
    }
    waiting = true;
    connection.flush().then(
      () => {
        waiting = false;
      },
      // The connection ended; whoever waits for its end learns of it.
      () => {},
    );
  }, intervalMs).unref();
  return () => clearInterval(timer);
}
