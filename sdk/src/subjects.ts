/** Names on the broker: one table, used by the SDK, the collector and the permissions of the launcher. */

export const streamName = 'PLUMBLINE';
export const deadLetterStreamName = 'PLUMBLINE_DEAD_LETTERS';
/** Key-value bucket of routing documents. Its backing stream is `KV_` + this. */
export const routingBucket = 'PLUMBLINE_ROUTING';

export const streamSubjects: readonly string[] = ['plumbline.inference.>', 'plumbline.outcome.>'];
export const deadLetterSubjects: readonly string[] = ['plumbline.dead_letter.>'];

/** Partitions of the stream, fixed when it is created: changing it would part outcomes from their inferences. */
export const defaultPartitions = 16;

/** Content types of a batch on the stream. The version is part of the type: a reader refuses what it does not know. */
export const columnarContentType = 'application/vnd.plumbline.columns.v1';
export const jsonLinesContentType = 'application/x-ndjson';

/** Model names may hold any character; a subject token may not hold `.`, `*`, `>` or white space. */
export function modelToken(model: string): string {
  return Buffer.from(model, 'utf8').toString('base64url');
}

export function modelFromToken(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8');
}

export function inferenceSubject(partition: number, model: string): string {
  return `plumbline.inference.${partition}.${modelToken(model)}`;
}

export function outcomeSubject(partition: number, model: string): string {
  return `plumbline.outcome.${partition}.${modelToken(model)}`;
}

/** Core (not stored) subject on which SDK instances report which versions they have loaded. */
export function heartbeatSubject(model: string): string {
  return `plumbline.heartbeat.${modelToken(model)}`;
}

export const heartbeatSubjects = 'plumbline.heartbeat.*';

/** Key of a model's routing document in the bucket. */
export function routingKey(environment: string, model: string): string {
  return `routing.${modelToken(environment)}.${modelToken(model)}`;
}

/** FNV-1a, 32 bits, of the id's UTF-8 bytes, modulo the number of partitions (Fowler, Noll and Vo, 1991). */
export function partitionOf(inferenceId: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(inferenceId)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % partitions;
}
