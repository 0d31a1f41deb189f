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
  return new RoutingWatch(options);
}

class RoutingWatch {
  readonly #options: RoutingWatchOptions;
  readonly #heartbeatMs: number;
  readonly #subject: string;
  readonly #inbox: string;
  #current: Generation | undefined;
  #generations = 0;
  #attempts = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RoutingWatchOptions) {
    this.#options = options;
    this.#heartbeatMs = options.heartbeatMs ?? 2_000;
    this.#subject = `$KV.${routingBucket}.${options.key}`;
    this.#inbox = createInbox(options.inboxPrefix);
    void this.#create();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#leave();
  }

  async #create(): Promise<void> {
    const { connection, random, watching, problem } = this.#options;
    this.#leave();
    this.#generations += 1;
    // The server looks for a subscription to this very subject: a wildcard that covers it is no interest to it.
    const deliverSubject = `${this.#inbox}.${this.#generations}`;
    const name = `plumbline_${this.#inbox.slice(this.#inbox.lastIndexOf('.') + 1)}_${this.#generations}`;
    try {
      this.#current = this.#receiveOn(deliverSubject);
      await requestConsumer(connection, consumerConfig(name, deliverSubject, this.#subject, this.#heartbeatMs));
      this.#attempts = 0;
      this.#again(3 * this.#heartbeatMs);
      watching();
    } catch (error) {
      if (!this.#stopped && !connection.isClosed()) {
        problem(explain(error));
        this.#attempts += 1;
        this.#again(backoffMs(this.#attempts, random));
      }
    }
  }

  #receiveOn(deliverSubject: string): Generation {
    const generation: Generation = {
      delivered: 0,
      subscription: this.#options.connection.subscribe(deliverSubject, {
        callback: (error, message) => {
          if (!this.#stopped && generation === this.#current) {
            this.#received(generation, error, message);
          }
        },
      }),
    };
    return generation;
  }

  #received(generation: Generation, error: Error | null, message: Msg): void {
    if (error !== null) {
      this.#options.problem(explain(error));
      return;
    }
    // The consumer lives: expect its next sign of life.
    this.#again(3 * this.#heartbeatMs);
    if (message.subject === this.#subject) {
      this.#delivered(generation, message);
    } else if (Number(message.headers?.get('Nats-Last-Consumer') ?? 0) > generation.delivered) {
      // The heartbeat knows of a value that never arrived.
      this.#again(0);
    }
  }

  #delivered(generation: Generation, message: Msg): void {
    generation.delivered += 1;
    if (deliverySequence(message.reply) !== generation.delivered) {
      this.#again(0);
      return;
    }
    // A marker says that the key was deleted: the last document stays in force.
    if (!message.headers?.get('KV-Operation')) {
      this.#options.value(message.data);
    }
  }

  /** Makes the consumer again after a while, unless it gives a sign of life before. */
  #again(delayMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped && !this.#options.connection.isClosed()) {
      this.#timer = setTimeout(() => void this.#create(), delayMs).unref();
    }
  }

  /** The server removes a consumer nobody listens to by itself. */
  #leave(): void {
    if (!this.#options.connection.isClosed()) {
      this.#current?.subscription.unsubscribe();
    }
    this.#current = undefined;
  }
}

/** One consumer after the other. */
interface Generation {
  readonly subscription: Subscription;
  /** Values received so far. */
  delivered: number;
}

/** Of an ordered consumer that begins with the latest value of a key. */
function consumerConfig(name: string, deliverSubject: string, subject: string, heartbeatMs: number) {
  return {
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
}

/** Throws what the server, or JetStream, says against it. */
async function requestConsumer(connection: NatsConnection, config: ReturnType<typeof consumerConfig>): Promise<void> {
  const answer = await connection.request(
    `$JS.API.CONSUMER.CREATE.${stream}.${config.name}.${config.filter_subject}`,
    JSON.stringify({ stream_name: stream, config }),
    { timeout: requestTimeoutMs },
  );
  const { error } = answer.json<{ error?: { description?: string } }>();
  if (error !== undefined) {
    throw new Error(error.description ?? 'JetStream refused without a reason');
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
