import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { RoutingDocument } from '@plumbline/sdk/routing';
import { routingBucket, routingKey } from '@plumbline/sdk/subjects';

/** The routing documents as SDKs see them: one key a model, in a key-value bucket they watch. */
export interface RoutingBucket {
  /** Publishes a document unless the bucket has this revision or a newer one; says whether it did. */
  put(document: RoutingDocument): Promise<boolean>;
  get(environment: string, model: string): Promise<RoutingDocument | undefined>;
}

export async function openRoutingBucket(connection: NatsConnection): Promise<RoutingBucket> {
  const bucket = await new Kvm(connection).create(routingBucket, { history: 10, allow_direct: true });
  return {
    async put(document) {
      const key = routingKey(document.environment, document.model);
      for (;;) {
        const entry = await bucket.get(key);
        const current = entry === null || entry.operation !== 'PUT' ? undefined : entry.json<RoutingDocument>();
        if (current !== undefined && current.revision >= document.revision) return false;
        if (await putAt(bucket, key, document, entry?.revision ?? 0)) return true;
      }
    },
    async get(environment, model) {
      const entry = await bucket.get(routingKey(environment, model));
      return entry === null || entry.operation !== 'PUT' ? undefined : entry.json<RoutingDocument>();
    },
  };
}

/** `revision`: of the entry that is replaced, 0 when there is none. False when somebody else wrote in between. */
async function putAt(bucket: KV, key: string, document: RoutingDocument, revision: number): Promise<boolean> {
  try {
    const text = JSON.stringify(document);
    if (revision === 0) await bucket.create(key, text);
    else await bucket.update(key, text, revision);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('wrong last sequence')) return false;
    throw error;
  }
}
