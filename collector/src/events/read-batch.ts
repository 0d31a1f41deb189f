import type { EventBatch } from '@plumbline/sdk/event';
import { type ColumnMemory, decodeBatch, identityFromHeaders, rejectionCodes } from '@plumbline/sdk/wire';
import type { StreamMessage } from '../bus/index.ts';
import { latestTime } from '../store/history.ts';
import { refusedHeaders } from './refused.ts';

/** Why a message cannot be used, besides the reasons of the wire. Codes never change their meaning. */
export const refusalCodes = {
  ...rejectionCodes,
  BAD_SUBJECT: 'The subject is not plumbline.<kind>.<partition>.<model>',
  SUBJECT_MISMATCH: 'The batch is of another kind or model than the subject it was published on',
  BAD_TIME: 'An event time lies beyond the year 128000: milliseconds were meant',
  BAD_TEXT: 'A name or id is not well-formed Unicode',
  REFUSED_BODY: 'A body that came over HTTP could not be read; the reason begins with the path it was sent to',
  WRONG_PARTITION: 'An id does not hash to the partition of the subject',
  UNKNOWN_MODEL: 'No model of this name is configured',
  INTERNAL: 'The collector failed on this batch; the reason is a bug to report',
} as const;

export type RefusalCode = keyof typeof refusalCodes;

export interface Refusal {
  readonly kind: 'refusal';
  readonly code: RefusalCode;
  /** What is wrong and where, in a sentence. */
  readonly reason: string;
}

/**
 * The events of a message, or why there are none. Never throws, whatever the message holds.
 *
 * The model of the subject is the one the publisher was allowed to write to, so the batch must name the same.
 * `memory`: see `decodeBatch`.
 */
export function readBatch(message: StreamMessage, memory?: ColumnMemory): EventBatch | Refusal {
  const { address } = message;
  const refusedBefore = message.header(refusedHeaders.code);
  if (refusedBefore !== undefined) {
    return refuse('REFUSED_BODY', `${message.header(refusedHeaders.reason) ?? ''} (${refusedBefore})`);
  }
  if (address === null) return refuse('BAD_SUBJECT', `no batch belongs on the subject ${message.subject}`);
  const batch = decodeBatch(message.data, message.contentType, identityFromHeaders(message.header), memory);
  if (batch.kind === 'rejection') return refuse(batch.code, batch.reason);
  if (batch.kind !== address.kind || batch.model !== address.model) {
    const found = `${batch.kind}s of ${JSON.stringify(batch.model)}`;
    return refuse(
      'SUBJECT_MISMATCH',
      `${found} came on the subject of ${address.kind}s of ${JSON.stringify(address.model)}`,
    );
  }
  return findTextProblem(batch) ?? findTimeProblem(batch) ?? batch;
}

export function refuse(code: RefusalCode, reason: string): Refusal {
  return { kind: 'refusal', code, reason };
}

function findTextProblem(batch: EventBatch): Refusal | undefined {
  const texts =
    batch.kind === 'inference'
      ? {
          // UUIDs are made of digits; what follows them may be anything.
          ids: batch.uuids === undefined ? batch.ids : batch.uuids.suffixes.dictionary,
          versions: batch.versions.dictionary,
          producer: [batch.producer],
        }
      : { ids: batch.ids, inferenceIds: batch.inferenceIds, producer: [batch.producer] };
  for (const [column, values] of Object.entries(texts)) {
    const row = values.findIndex((text) => !text.isWellFormed());
    if (row !== -1) return refuse('BAD_TEXT', `${column}: ${JSON.stringify(values[row])} is not well-formed Unicode`);
  }
  return undefined;
}

function findTimeProblem({ times }: EventBatch): Refusal | undefined {
  let row = 0;
  while (row < times.length && !(times[row]! > latestTime)) row++;
  return row === times.length
    ? undefined
    : refuse('BAD_TIME', `times: row ${row} is ${times[row]}, not milliseconds since 1970`);
}
