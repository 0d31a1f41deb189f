import {
  AuthorizationError,
  type ConnectionOptions,
  connect,
  createInbox,
  headers,
  InvalidArgumentError,
  type Msg,
  type NatsConnection,
  PermissionViolationError,
  UserAuthenticationExpiredError,
} from '@nats-io/transport-node';
import { messageOf } from '../diagnostics.ts';
import { backoffMs } from '../pipeline/backoff.ts';
import { isEventSubject } from '../subjects.ts';
import type { StreamMessage, Transport, TransportListener, TransportSubscription } from '../transport.ts';
import { readAcknowledgement } from './acknowledgement.ts';
import type { NatsOptions } from './options.ts';
import { keepAlive, releaseProcess } from './release-process.ts';
import { watchRouting } from './routing-watch.ts';

/** The real transport: JetStream over one connection, made again from scratch whenever it is lost. */
export function createNatsTransport(options: NatsOptions, random: () => number = Math.random): Transport {
  return new NatsTransport(options, random);
}

class NatsTransport implements Transport {
  readonly #options: NatsOptions;
  readonly #random: () => number;
  #listener: TransportListener | undefined;
  #session: Session | undefined;
  #closed = false;
  #ended: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  /** Servers of the cluster that the broker has told about, beside the configured ones. */
  #discovered: readonly string[] = [];

  constructor(options: NatsOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  start(listener: TransportListener, subscription: TransportSubscription): void {
    this.#listener = listener;
    this.#ended = this.#keepConnected(listener, subscription);
  }

  publish(message: StreamMessage): void {
    this.#session?.publish(message);
  }

  notify(subject: string, payload: Uint8Array): void {
    try {
      this.#session?.connection.publish(subject, payload);
    } catch (error) {
      this.#listener?.problem('unreachable', messageOf(error));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#session?.close();
    await this.#ended;
  }

  /** One session after the other. The client's own reconnecting would lose what was on its way, and hold the process. */
  async #keepConnected(listener: TransportListener, subscription: TransportSubscription): Promise<void> {
    let attempts = 0;
    while (!this.#closed) {
      try {
        const connection = await connect(this.#connectionOptions());
        const connectedAt = performance.now();
        if (!this.#closed) {
          await this.#serve(connection, listener, subscription);
        }
        await connection.close();
        attempts = performance.now() - connectedAt > stableAfterMs ? 0 : attempts;
      } catch (error) {
        const code = isAuthorization(error) ? 'not_authorized' : 'unreachable';
        listener.problem(code, `${this.#servers().join(', ')}: ${messageOf(error)}`);
      }
      if (!this.#closed) {
        await this.#pause(backoffMs(attempts, this.#random, reconnectBackoff));
        attempts += 1;
      }
    }
  }

  async #serve(
    connection: NatsConnection,
    listener: TransportListener,
    subscription: TransportSubscription,
  ): Promise<void> {
    this.#discovered = connection.info?.connect_urls ?? [];
    const session = new Session(connection, listener, subscription, this.#options.inboxPrefix, this.#random);
    this.#session = session;
    listener.solved('unreachable');
    listener.solved('not_authorized');
    listener.connected(`${connection.getServer()} (nats-server ${connection.info?.version})`);
    const reason = await session.ended;
    this.#session = undefined;
    listener.disconnected();
    if (!this.#closed) {
      listener.problem('unreachable', reason);
    }
  }

  #connectionOptions(): ConnectionOptions {
    const { servers: _, authenticator, ...rest } = this.#options;
    return {
      ...rest,
      ...(authenticator === undefined ? {} : { authenticator }),
      servers: this.#servers(),
      reconnect: false,
      timeout: connectTimeoutMs,
    };
  }

  /** Those configured first; none of them holds credentials. */
  #servers(): string[] {
    const { servers } = this.#options;
    return [...new Set([...(typeof servers === 'string' ? [servers] : servers), ...this.#discovered])];
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Everything that lives as long as one connection. */
class Session {
  readonly connection: NatsConnection;
  /** Resolves with the reason when the connection is gone. */
  readonly ended: Promise<string>;
  readonly #listener: TransportListener;
  readonly #inbox: string;
  readonly #stops: (() => void)[] = [];

  constructor(
    connection: NatsConnection,
    listener: TransportListener,
    subscription: TransportSubscription,
    inboxPrefix: string | undefined,
    random: () => number,
  ) {
    this.connection = connection;
    this.#listener = listener;
    this.#inbox = createInbox(inboxPrefix);
    connection.subscribe(`${this.#inbox}.*`, { callback: (error, message) => this.#answered(error, message) });
    for (const key of subscription.routingKeys) {
      const watch = watchRouting({
        connection,
        key,
        inboxPrefix,
        random,
        value: (value) => listener.routing(key, value),
        problem: (message) => listener.problem('routing_unavailable', message),
        watching: () => listener.solved('routing_unavailable'),
      });
      this.#stops.push(() => watch.stop());
    }
    const { pingsStopped } = releaseProcess(connection);
    if (pingsStopped) {
      this.#stops.push(keepAlive(connection, pingIntervalMs, () => void connection.close()));
    }
    this.#watchErrors().catch(() => {});
    this.ended = connection.closed().then((error) => {
      for (const stop of this.#stops) {
        stop();
      }
      return error === undefined ? 'the connection was closed' : messageOf(error);
    });
  }

  publish(message: StreamMessage): void {
    try {
      const meta = headers();
      meta.set('Content-Type', message.contentType);
      meta.set('Nats-Msg-Id', message.messageId);
      this.connection.publish(message.subject, message.payload, {
        reply: `${this.#inbox}.${message.token}`,
        headers: meta,
      });
    } catch (error) {
      // Too large for the broker's `max_payload`, or the connection has just gone: then all is sent again.
      if (error instanceof InvalidArgumentError) {
        queueMicrotask(() => this.#listener.answered(message.token, { kind: 'refused', message: messageOf(error) }));
      }
    }
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) {
      stop();
    }
    await this.connection.close();
  }

  #answered(error: Error | null, message: Msg): void {
    if (error !== null) {
      this.#listener.problem('inbox_denied', messageOf(error));
      return;
    }
    const token = Number(message.subject.slice(this.#inbox.length + 1));
    this.#listener.answered(token, readAcknowledgement(message));
  }

  async #watchErrors(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) {
        const { operation, subject, message } = status.error;
        if (operation === 'publish' && isEventSubject(subject)) {
          this.#listener.publishDenied(subject, message);
        }
      }
    }
  }
}

const connectTimeoutMs = 5_000;
const pingIntervalMs = 10_000;
/** A connection that lasts less does not count as a success: a broker that hangs up at once is not hammered. */
const stableAfterMs = 2_000;
/** A restarting broker is back within a second or two; many clients must not all return in the same moment. */
const reconnectBackoff = { baseMs: 100, maxMs: 5_000 };

function isAuthorization(error: unknown): boolean {
  return error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError;
}
