import type { EventBatch, InferenceEvent, OutcomeEvent } from '../event.ts';
import type { Heartbeat, RoutingDocument } from '../routing/document.ts';
import { routingKey } from '../subjects.ts';
import type { PublishAnswer, StreamMessage, Transport, TransportListener } from '../transport.ts';
import { batchRows, decodeBatch } from '../wire/index.ts';

/**
 * A broker in memory, for the tests of apps: give it to `createMonitor` as `transport`, flush, and look at what arrived.
 * It takes the same bytes as the real one, stores each message id once, and can be away, full or silent on demand.
 */
export interface MemoryTransport extends Transport {
  /** Stored batches in the order of their arrival. */
  readonly batches: readonly EventBatch[];
  inferences(): InferenceEvent[];
  outcomes(): OutcomeEvent[];
  heartbeats(): Heartbeat[];
  /** What the collector would put into the routing bucket. */
  setRouting(document: RoutingDocument): void;
  disconnect(): void;
  connect(): void;
  /** Answers every later publish with this instead of storing it; `silence` gives no answer at all. */
  answerWith(answer: PublishAnswer | 'silence' | undefined): void;
}

export interface MemoryTransportOptions {
  /** Default true. */
  readonly connected?: boolean;
}

export function createMemoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const batches: EventBatch[] = [];
  const messageIds = new Set<string>();
  const notified: { readonly subject: string; readonly payload: Uint8Array }[] = [];
  const routing = new Map<string, Uint8Array>();
  let listener: TransportListener | undefined;
  let watched: readonly string[] = [];
  let connected = false;
  /** An answer that is on its way when the connection breaks never arrives. */
  let connections = 0;
  let fixedAnswer: PublishAnswer | 'silence' | undefined;

  const rows = () => batches.flatMap((batch) => batchRows(batch));
  const transport: MemoryTransport = {
    batches,
    inferences: () => rows().filter((event): event is InferenceEvent => event.kind === 'inference'),
    outcomes: () => rows().filter((event): event is OutcomeEvent => event.kind === 'outcome'),
    heartbeats: () =>
      notified
        .filter(({ subject }) => subject.startsWith('plumbline.heartbeat.'))
        // The SDK wrote them.
        .map(({ payload }) => JSON.parse(Buffer.from(payload).toString('utf8')) as Heartbeat),
    setRouting(document) {
      const key = routingKey(document.environment, document.model);
      const value = Buffer.from(JSON.stringify(document), 'utf8');
      routing.set(key, value);
      if (connected && watched.includes(key)) {
        listener?.routing(key, value);
      }
    },
    connect() {
      if (!connected) {
        connected = true;
        connections += 1;
        listener?.connected('memory');
        for (const key of watched) {
          const value = routing.get(key);
          if (value !== undefined) {
            listener?.routing(key, value);
          }
        }
      }
    },
    disconnect() {
      if (connected) {
        connected = false;
        listener?.disconnected();
      }
    },
    answerWith(answer) {
      fixedAnswer = answer;
    },
    start(given, subscription) {
      listener = given;
      watched = subscription.routingKeys;
      if (options.connected ?? true) {
        queueMicrotask(() => transport.connect());
      }
    },
    publish(message) {
      const answer = fixedAnswer ?? store(message);
      const connection = connections;
      if (answer !== 'silence') {
        queueMicrotask(() => {
          if (connected && connection === connections) {
            listener?.answered(message.token, answer);
          }
        });
      }
    },
    notify(subject, payload) {
      if (connected) {
        notified.push({ subject, payload });
      }
    },
    async close() {
      transport.disconnect();
      listener = undefined;
    },
  };
  return transport;

  function store(message: StreamMessage): PublishAnswer {
    if (messageIds.has(message.messageId)) {
      return { kind: 'stored', duplicate: true };
    }
    const batch = decodeBatch(message.payload, message.contentType);
    if (batch.kind === 'rejection') {
      return { kind: 'refused', message: `${batch.code}: ${batch.reason}` };
    }
    messageIds.add(message.messageId);
    batches.push(batch);
    return { kind: 'stored', duplicate: false };
  }
}
