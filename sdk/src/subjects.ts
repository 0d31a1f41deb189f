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
export const columnarContentType = 'application/vnd.plumbline.columns.v2';
/** What earlier releases of the SDK wrote; still read. */
export const columnarContentTypeV1 = 'application/vnd.plumbline.columns.v1';
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

/** Whether batches of events travel on the subject. */
export function isEventSubject(subject: string): boolean {
  return subject.startsWith('plumbline.inference.') || subject.startsWith('plumbline.outcome.');
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

/** Marks the id of a shadow's inference: `<primary id>~<version>`. No other id may hold it. */
export const shadowMark = '~';

export function shadowId(primaryId: string, version: string): string {
  return `${primaryId}${shadowMark}${version}`;
}

/** The id of the inference that was served: a shadow's own id without its mark. */
export function primaryId(inferenceId: string): string {
  const mark = inferenceId.indexOf(shadowMark);
  return mark === -1 ? inferenceId : inferenceId.slice(0, mark);
}

/**
 * FNV-1a, 32 bits, of the primary id's UTF-8 bytes, modulo the number of partitions (Fowler, Noll and Vo, 1991). A
 * shadow's inference and every outcome thus share the partition of the inference that was served.
 */
export function partitionOf(inferenceId: string, partitions: number): number {
  let hash = offsetBasis;
  const { length } = inferenceId;
  for (let index = 0; index < length; index++) {
    const code = inferenceId.charCodeAt(index);
    if (code >= shadowCode) {
      if (code === shadowCode) {
        break;
      }
      return hashOf(new TextEncoder().encode(primaryId(inferenceId))) % partitions;
    }
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

/** As a signed number: the loop then runs on integers throughout, in half the time. */
const offsetBasis = 0x811c9dc5 | 0;
const shadowCode = shadowMark.charCodeAt(0);

function hashOf(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), offsetBasis) >>> 0;
}
