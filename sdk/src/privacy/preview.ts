import type { InferenceEvent } from '../event.ts';
import { batchRows, decodeFrame, type FeatureTypes, InferenceColumns } from '../wire/index.ts';

/** What of a record would leave the app, and nothing else of it. */
export interface Preview {
  /** As the collector would read it; null when it would be dropped. */
  readonly event: InferenceEvent | null;
  /** Of a batch with this event alone; in a full one an event weighs far less. */
  readonly bytes: number;
  /** Why it would be dropped. */
  readonly reason?: string;
}

/** Writes the event as a batch and reads that back: whatever the encoding leaves out is not in the preview either. */
export function previewOf(event: InferenceEvent, types: FeatureTypes): Preview {
  const columns = new InferenceColumns(types);
  columns.append(event);
  const frame = columns.encode(event.model, { producer: 'preview', batch: 1 });
  const batch = decodeFrame(frame);
  if (batch.kind !== 'inference') {
    return { event: null, bytes: 0, reason: batch.kind === 'rejection' ? batch.reason : batch.kind };
  }
  const [row] = batchRows(batch);
  return { event: row?.kind === 'inference' ? row : null, bytes: frame.length };
}
