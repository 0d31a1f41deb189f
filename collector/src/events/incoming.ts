import type { BatchIdentity, InferenceEvent, OutcomeEvent } from '@plumbline/sdk/event';
import { columnarContentType, inferenceSubject, outcomeSubject, partitionOf } from '@plumbline/sdk/subjects';
import { encodeInferences, encodeOutcomes, messageIdOf, parseEvent, parseJsonLines } from '@plumbline/sdk/wire';

/** Events that came another way than over the broker, as the messages that an SDK would have published. */

export interface OutgoingBatch {
  readonly subject: string;
  /** What the broker removes repeats by. */
  readonly messageId: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface IncomingRefusal {
  readonly kind: 'refusal';
  readonly code: string;
  /** What is wrong and where: `line 3: score must be a number or null, got "high"`. */
  readonly reason: string;
}

export interface IncomingEvents {
  readonly kind: 'events';
  readonly events: readonly (InferenceEvent | OutcomeEvent)[];
}

const eventsPerBatch = 500;
const bytesPerBatch = 262_144;

/** JSON lines, or one JSON array or object, as checked events. One bad event refuses them all. */
export function readIncoming(bytes: Uint8Array, form: 'lines' | 'json'): IncomingEvents | IncomingRefusal {
  if (form === 'lines') {
    const parsed = parseJsonLines(bytes);
    return parsed.kind === 'events' ? parsed : { ...parsed, kind: 'refusal' };
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { kind: 'refusal', code: 'BAD_JSON', reason: 'the body is not JSON in UTF-8' };
  }
  const events: (InferenceEvent | OutcomeEvent)[] = [];
  for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
    const event = parseEvent(item);
    if (event.kind === 'rejection') {
      return { kind: 'refusal', code: event.code, reason: `event ${index + 1}: ${event.reason}` };
    }
    events.push(event);
  }
  return { kind: 'events', events };
}

/**
 * Sorts events into batches of one kind, model and partition. The same events and producer give the same batches with
 * the same identities, so that sending them again changes nothing.
 */
export function batchesOf(
  events: readonly (InferenceEvent | OutcomeEvent)[],
  { producer, partitions }: { readonly producer: string; readonly partitions: number },
): OutgoingBatch[] {
  const batches: OutgoingBatch[] = [];
  for (const [subject, group] of groupBySubject(events, partitions)) {
    for (let start = 0; start < group.length; start += eventsPerBatch) {
      addBatches(group.slice(start, start + eventsPerBatch), subject);
    }
  }
  return batches;

  function addBatches(group: readonly (InferenceEvent | OutcomeEvent)[], subject: string): void {
    const identity = { producer, batch: batches.length + 1 };
    const bytes = encodeEvents(group, identity);
    if (bytes.length > bytesPerBatch && group.length > 1) {
      const half = Math.ceil(group.length / 2);
      addBatches(group.slice(0, half), subject);
      addBatches(group.slice(half), subject);
      return;
    }
    batches.push({ subject, messageId: messageIdOf(identity), contentType: columnarContentType, bytes });
  }
}

/** Events of one kind and model. */
export function encodeEvents(events: readonly (InferenceEvent | OutcomeEvent)[], identity: BatchIdentity): Uint8Array {
  const inferences = events.filter((event) => event.kind === 'inference');
  const outcomes = events.filter((event) => event.kind === 'outcome');
  return inferences.length > 0 ? encodeInferences(inferences, identity) : encodeOutcomes(outcomes, identity);
}

/** Every event on the subject of its kind, model and partition. */
export function groupBySubject(
  events: readonly (InferenceEvent | OutcomeEvent)[],
  partitions: number,
): Map<string, (InferenceEvent | OutcomeEvent)[]> {
  const groups = new Map<string, (InferenceEvent | OutcomeEvent)[]>();
  for (const event of events) {
    const inferenceId = event.kind === 'inference' ? event.id : event.inferenceId;
    // A shadow's inference and every outcome go where the inference they belong to goes.
    const partition = partitionOf(inferenceId.split('~', 1)[0] ?? inferenceId, partitions);
    const subject =
      event.kind === 'inference' ? inferenceSubject(partition, event.model) : outcomeSubject(partition, event.model);
    const group = groups.get(subject);
    if (group === undefined) {
      groups.set(subject, [event]);
    } else {
      group.push(event);
    }
  }
  return groups;
}
