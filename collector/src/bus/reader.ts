import { type Consumer, type ConsumerMessages, DeliverPolicy, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { streamName } from '@plumbline/sdk/subjects';
import { type StreamMessage, streamMessage } from './message.ts';
import { type StandstillWatch, watchStandstill } from './standstill.ts';

/** What may wait in memory between the broker and the reader. More would make the broker cut a slow reader off. */
const maximumWaitingBytes = 8 * 1_048_576;
const idleHeartbeatMs = 1_000;
const pullExpiresMs = 5_000;

/** Messages of the stream in its order, each once, from a place on. */
export interface StreamReader extends AsyncDisposable {
  /** Ends when the reader is closed, and also when the order can no longer be trusted: see `interruption`. */
  messages(): AsyncIterable<StreamMessage>;
  /**
   * Why reading ended by itself: the connection was lost, or the broker had to start the consumer anew. The stream may
   * have lost its tail meanwhile, so where to go on must be checked first.
   */
  readonly interruption: string | null;
  /**
   * Asks the broker whether it has sent everything there is: then the sequence of the last message that was handed out,
   * or where reading began; `undefined` while there is more, here or there.
   */
  sentAll(): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface ReadFrom {
  /** Sequence of the last message that is not wanted. */
  readonly after: number;
  /** Partitions to read; every one when not given. */
  readonly partitions?: readonly number[] | undefined;
}

/**
 * Reads with an ordered consumer: no acknowledgements, the position is the reader's own business. Messages are asked
 * for as they are used, so a reader that waits makes the broker wait.
 */
export async function openReader(
  connection: NatsConnection,
  client: JetStreamClient,
  { after, partitions }: ReadFrom,
): Promise<StreamReader> {
  let interruption: string | null = null;
  let messages: ConsumerMessages | undefined;
  let consumer: Consumer;
  const interrupt = (reason: string) => {
    interruption ??= reason;
    messages?.stop();
  };
  // Watches before the consumer exists: a connection lost in between counts too.
  const status = connection.status();
  const standstill = watchStandstill();
  const watching = watchConnection(status, standstill, interrupt);
  try {
    consumer = await client.consumers.get(streamName, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      ...(partitions === undefined ? {} : { filter_subjects: partitionSubjects(partitions) }),
    });
    messages = await consumer.consume({
      max_bytes: maximumWaitingBytes,
      idle_heartbeat: idleHeartbeatMs,
      expires: pullExpiresMs,
    });
  } catch (error) {
    standstill.stop();
    stopIterating(status);
    throw error;
  }
  const opened = messages;
  const watchingConsumer = watchConsumer(opened, interrupt);
  let isRead = false;
  let handedOut = { sequence: after, delivery: 0 };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= end();
    return closing;
  };
  const end = async () => {
    standstill.stop();
    stopIterating(status);
    const closed = opened.close();
    if (!isRead) {
      // The client ends a consumer when its reader gets there; without a reader it would wait for one for ever.
      for await (const _ of opened);
    }
    await closed;
    await Promise.all([watching, watchingConsumer]);
  };
  return {
    async *messages() {
      isRead = true;
      for await (const message of opened) {
        if (interruption !== null) return;
        handedOut = { sequence: message.seq, delivery: message.info.deliverySequence };
        yield streamMessage(message);
      }
      interruption ??= 'the broker ended the consumer';
    },
    get interruption() {
      return interruption;
    },
    async sentAll() {
      const { num_pending: waiting, delivered } = await consumer.info();
      return waiting === 0 && delivered.consumer_seq === handedOut.delivery ? handedOut.sequence : undefined;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function watchConnection(
  status: ReturnType<NatsConnection['status']>,
  standstill: StandstillWatch,
  interrupt: (reason: string) => void,
): Promise<void> {
  for await (const { type } of status) {
    if (type !== 'disconnect' && type !== 'reconnect' && type !== 'close') continue;
    const stoodStillMs = standstill.lately();
    interrupt(`connection: ${type}${stoodStillMs === 0 ? '' : `, ${slowConsumer(stoodStillMs)}`}`);
  }
}

/** The broker does not say why it hangs up; its own log calls it a slow consumer. */
function slowConsumer(stoodStillMs: number): string {
  return `after this process stood still for ${(stoodStillMs / 1_000).toFixed(1)} s: the broker cuts off a consumer that is too slow`;
}

async function watchConsumer(messages: ConsumerMessages, interrupt: (reason: string) => void): Promise<void> {
  for await (const { type } of messages.status()) {
    if (interruptions.has(type)) interrupt(`consumer: ${type}`);
  }
}

/** After any of these the consumer is a new one, or will be. */
const interruptions: ReadonlySet<string> = new Set([
  'ordered_consumer_recreated',
  'reset',
  'consumer_deleted',
  'consumer_not_found',
  'stream_not_found',
  'no_responders',
  'heartbeats_missed',
]);

function partitionSubjects(partitions: readonly number[]): string[] {
  // One filter for both kinds: the broker tries them one after the other.
  return partitions.map((partition) => `plumbline.*.${partition}.*`);
}

/** The client's status iterator is a queue that ends when told to. */
function stopIterating(status: ReturnType<NatsConnection['status']>): void {
  if ('stop' in status && typeof status.stop === 'function') status.stop();
}
