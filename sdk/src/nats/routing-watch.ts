import {
  createInbox,
  type Msg,
  type NatsConnection,
  PermissionViolationError,
  type Subscription,
} from '@nats-io/transport-node';
import { messageOf } from '../diagnostics.ts';
import { backoffMs } from '../pipeline/backoff.ts';
import { routingBucket } from '../subjects.ts';

/**
 * Watches one key of the routing bucket over one connection: its latest value, and every later one.
 *
 * The bucket is a stream, so this is an ephemeral ordered consumer of it: nothing acknowledged, every value in order, last
 * value first. When a value went missing, or the consumer's heartbeat stays out (its server restarted, the bucket was made
 * anew), the consumer is made again and starts with the latest value, which is all that matters of a routing document.
 *
 * Rights it needs, per model, and no others (`docs/permissions.md`):
 *   publish    $JS.API.CONSUMER.CREATE.KV_PLUMBLINE_ROUTING.*.$KV.PLUMBLINE_ROUTING.<key>
 *   subscribe  <inboxPrefix>.>
 */
export interface RoutingWatchOptions {
  readonly connection: NatsConnection;
  readonly key: string;
  readonly inboxPrefix: string | undefined;
  readonly random: () => number;
  readonly heartbeatMs?: number;
  readonly value: (value: Uint8Array) => void;
  readonly problem: (message: string) => void;
  readonly watching: () => void;
}

export function watchRouting(options: RoutingWatchOptions): { stop(): void } {
  const { connection, key, random } = options;
  const heartbeatMs = options.heartbeatMs ?? 2_000;
  const inbox = createInbox(options.inboxPrefix);
  const subject = `$KV.${routingBucket}.${key}`;
  let current: Generation | undefined;
  let generations = 0;
  let attempts = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  void create();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      leave();
    },
  };

  async function create(): Promise<void> {
    leave();
    generations += 1;
    const name = `plumbline_${inbox.slice(inbox.lastIndexOf('.') + 1)}_${generations}`;
    // The server looks for a subscription to this very subject: a wildcard that covers it is no interest to it.
    const deliverSubject = `${inbox}.${generations}`;
    const generation: Generation = {
      delivered: 0,
      subscription: connection.subscribe(deliverSubject, {
        callback: (error, message) => receive(generation, error, message),
      }),
    };
    current = generation;
    const config = {
      name,
      deliver_subject: deliverSubject,
      deliver_policy: 'last_per_subject',
      filter_subject: subject,
      ack_policy: 'none',
      max_deliver: 1,
      idle_heartbeat: heartbeatMs * nanosecondsPerMs,
      inactive_threshold: 3 * heartbeatMs * nanosecondsPerMs,
      mem_storage: true,
      num_replicas: 1,
    };
    try {
      const answer = await connection.request(
        `$JS.API.CONSUMER.CREATE.${stream}.${name}.${subject}`,
        JSON.stringify({ stream_name: stream, config }),
        { timeout: requestTimeoutMs },
      );
      const { error } = answer.json<{ error?: { description?: string } }>();
      if (error !== undefined) {
        throw new Error(error.description ?? 'JetStream refused without a reason');
      }
      attempts = 0;
      again(3 * heartbeatMs);
      options.watching();
    } catch (error) {
      if (!stopped && !connection.isClosed()) {
        options.problem(explain(error));
        attempts += 1;
        again(backoffMs(attempts, random));
      }
    }
  }

  function receive(generation: Generation, error: Error | null, message: Msg): void {
    if (stopped || generation !== current) {
      return;
    }
    if (error !== null) {
      options.problem(explain(error));
      return;
    }
    // The consumer lives: expect its next sign of life.
    again(3 * heartbeatMs);
    if (message.subject !== subject) {
      const last = Number(message.headers?.get('Nats-Last-Consumer') ?? 0);
      if (last > generation.delivered) {
        // The heartbeat knows of a value that never arrived.
        again(0);
      }
      return;
    }
    generation.delivered += 1;
    if (deliverySequence(message.reply) !== generation.delivered) {
      again(0);
      return;
    }
    // A marker says that the key was deleted: the last document stays in force.
    if (!message.headers?.get('KV-Operation')) {
      options.value(message.data);
    }
  }

  /** Makes the consumer again after a while, unless it gives a sign of life before. */
  function again(delayMs: number): void {
    clearTimeout(timer);
    if (!stopped && !connection.isClosed()) {
      timer = setTimeout(() => void create(), delayMs).unref();
    }
  }

  /** The server removes a consumer nobody listens to by itself. */
  function leave(): void {
    if (!connection.isClosed()) {
      current?.subscription.unsubscribe();
    }
    current = undefined;
  }
}

interface Generation {
  readonly subscription: Subscription;
  /** Values received so far. */
  delivered: number;
}

const stream = `KV_${routingBucket}`;
const requestTimeoutMs = 5_000;
const nanosecondsPerMs = 1_000_000;

/** `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<pending>`, or with domain in v2. */
function deliverySequence(reply: string | undefined): number {
  const tokens = reply?.split('.') ?? [];
  return Number(tokens.length === 9 ? tokens[6] : tokens[8]);
}

function explain(error: unknown): string {
  if (error instanceof PermissionViolationError) {
    return `the credentials do not allow ${error.operation} on ${error.subject}`;
  }
  const message = messageOf(error);
  return /no responders/i.test(message) ? 'JetStream does not answer: is it enabled?' : message;
}
