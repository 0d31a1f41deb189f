import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { RoutingDocument } from '../../routing/index.ts';
import { routingBucket, routingKey } from '../../subjects.ts';

/** Routes as the collector does: puts the document into the bucket. */
export async function putRouting(connection: NatsConnection, document: RoutingDocument): Promise<void> {
  await putRoutingText(connection, document.model, JSON.stringify(document));
}

/** Whatever it says. */
export async function putRoutingText(connection: NatsConnection, model: string, text: string): Promise<void> {
  const bucket = await new Kvm(connection).open(routingBucket);
  await bucket.put(routingKey('production', model), text);
}
