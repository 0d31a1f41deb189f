import { createInbox, type Msg, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
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
  const heartbeatMs = options.heartbeatMs ?? 5_000;
  const inbox = createInbox(options.inboxPrefix);
  const subject = `$KV.${routingBucket}.${key}`;
  const subscription = connection.subscribe(`${inbox}.*`, { callback: (error, message) => receive(error, message) });
  let generation = 0;
  let delivered = 0;
  let attempts = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  void create();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      if (!connection.isClosed()) {
        subscription.unsubscribe();
      }
    },
  };

  async function create(): Promise<void> {
    generation += 1;
    delivered = 0;
    const name = `plumbline_${inbox.slice(inbox.lastIndexOf('.') + 1)}_${generation}`;
    const config = {
      name,
      deliver_subject: `${inbox}.${generation}`,
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
      expectHeartbeat();
      options.watching();
    } catch (error) {
      if (!stopped && !connection.isClosed()) {
        options.problem(explain(error));
        attempts += 1;
        again(backoffMs(attempts, random));
      }
    }
  }

  function receive(error: Error | null, message: Msg): void {
    if (stopped) {
      return;
    }
    if (error !== null) {
      options.problem(explain(error));
      return;
    }
    if (message.subject === subject) {
      const sequence = deliverySequence(message.reply);
      if (!message.reply?.includes(`_${generation}.`)) {
        // Of a consumer that has been given up.
        return;
      }
      expectHeartbeat();
      if (sequence !== delivered + 1) {
        again(0);
        return;
      }
      delivered = sequence;
      // A marker says that the key was deleted: the last document stays in force.
      if (message.headers?.get('KV-Operation') === undefined || message.headers.get('KV-Operation') === '') {
        options.value(message.data);
      }
    } else if (message.subject === `${inbox}.${generation}`) {
      heartbeat(message);
    }
  }

  /** A heartbeat names the last value delivered: one more than was seen means one was lost. */
  function heartbeat(message: Msg): void {
    expectHeartbeat();
    const last = Number(message.headers?.get('Nats-Last-Consumer') ?? Number.NaN);
    if (last > delivered) {
      again(0);
    }
  }

  function expectHeartbeat(): void {
    again(3 * heartbeatMs);
  }

  function again(delayMs: number): void {
    clearTimeout(timer);
    if (!stopped && !connection.isClosed()) {
      timer = setTimeout(() => void create(), delayMs).unref();
    }
  }
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
