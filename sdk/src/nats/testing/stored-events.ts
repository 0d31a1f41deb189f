import { AckPolicy, DeliverPolicy, DiscardPolicy, jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { EventBatch } from '../../event.ts';
import { routingBucket, streamName, streamSubjects } from '../../subjects.ts';
import { decodeBatch } from '../../wire/index.ts';

/** For tests against a real broker: stream and bucket as the collector makes them, and what really is in the stream. */

export async function createStreams(connection: NatsConnection, limits: StreamLimits = {}): Promise<void> {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: streamName,
    subjects: [...streamSubjects],
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    duplicate_window: 120 * 1_000_000_000,
    max_bytes: limits.maxBytes ?? 64 * 1024 * 1024,
    ...(limits.maxMessageBytes === undefined ? {} : { max_msg_size: limits.maxMessageBytes }),
  });
  await new Kvm(connection).create(routingBucket, { history: 10, allow_direct: true });
}

export interface StreamLimits {
  readonly maxBytes?: number;
  readonly maxMessageBytes?: number;
}

export interface StoredBatch {
  readonly subject: string;
  readonly batch: EventBatch;
}

/** Every message of the stream, decoded; a batch that cannot be decoded fails the test. */
export async function storedBatches(connection: NatsConnection): Promise<StoredBatch[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(streamName);
  if (state.messages === 0) {
    return [];
  }
  const name = `reader_${Math.random().toString(36).slice(2)}`;
  await manager.consumers.add(streamName, {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
    mem_storage: true,
  });
  const consumer = await jetstream(connection).consumers.get(streamName, name);
  const stored: StoredBatch[] = [];
  while (stored.length < state.messages) {
    for await (const message of await consumer.fetch({
      max_messages: Math.min(500, state.messages - stored.length),
      expires: 2_000,
    })) {
      const batch = decodeBatch(message.data, message.headers?.get('Content-Type'));
      if (batch.kind === 'rejection') {
        throw new Error(`${message.subject}: ${batch.code}: ${batch.reason}`);
      }
      stored.push({ subject: message.subject, batch });
    }
  }
  await manager.consumers.delete(streamName, name);
  return stored;
}

export async function storedIds(connection: NatsConnection, kind: EventBatch['kind'] = 'inference'): Promise<string[]> {
  const stored = await storedBatches(connection);
  return stored.filter(({ batch }) => batch.kind === kind).flatMap(({ batch }) => batch.ids);
}
