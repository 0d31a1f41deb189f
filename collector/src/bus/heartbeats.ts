import type { NatsConnection } from '@nats-io/transport-node';
import type { Heartbeat } from '@plumbline/sdk/routing';
import { heartbeatSubjects } from '@plumbline/sdk/subjects';
import { z } from 'zod';

const counter = z.number().nonnegative();
const heartbeat = z.object({
  schema: z.literal(1),
  instance: z.string().min(1).max(128),
  service: z.string().max(256),
  sdkVersion: z.string().max(64),
  model: z.string().min(1).max(128),
  environment: z.string().min(1).max(128),
  routingRevision: z.number(),
  serving: z.array(z.object({ version: z.string(), role: z.enum(['champion', 'canary', 'shadow']) })).max(64),
  loaded: z.array(z.object({ version: z.string(), digest: z.string() })).max(1_000),
  counts: z.object({
    accepted: counter,
    acknowledged: counter,
    thinned: counter.optional(),
    dropped: z.record(z.string(), counter),
  }),
  time: z.number(),
});

/** Calls `listener` with every heartbeat of an SDK instance; anything else on the subject is ignored. */
export function listenToHeartbeats(connection: NatsConnection, listener: (heartbeat: Heartbeat) => void): () => void {
  const subscription = connection.subscribe(heartbeatSubjects, {
    callback: (error, message) => {
      if (error !== null) return;
      const read = parseHeartbeat(message.data);
      if (read !== null) listener(read);
    },
  });
  return () => subscription.unsubscribe();
}

/** `null` when the bytes are no heartbeat. */
export function parseHeartbeat(bytes: Uint8Array): Heartbeat | null {
  if (bytes.length > maximumBytes) return null;
  try {
    return heartbeat.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data ?? null;
  } catch {
    return null;
  }
}

const maximumBytes = 65_536;
