/** A label as it was observed. */
export interface Label {
  readonly value: string | number;
  /** When it was observed, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
}

/** What is known of an inference's label. */
export interface Labelled {
  /** Event time of the inference. */
  readonly time: number;
  readonly label: string | number | null;
  readonly labelTime: number | null;
}

/** A label is the first, corrects one, changes nothing, or comes too late to count. */
export type LabelDecision = 'first' | 'corrected' | 'repeated' | 'refused';

/** What a label does, and what is known afterwards. */
export interface LabelEffect {
  readonly decision: LabelDecision;
  readonly label: string | number | null;
  readonly labelTime: number | null;
}

/**
 * What to do with a label of an inference. The label that was observed last stands, in whatever order labels arrive;
 * of two observed at once the greater one by text, so that every order ends the same.
 */
export function applyLabel(inference: Labelled, label: Label, horizonMs: number): LabelEffect {
  const { label: value, labelTime } = inference;
  if (label.time - inference.time > horizonMs) return { decision: 'refused', label: value, labelTime };
  const taken = { label: label.value, labelTime: label.time };
  if (value === null) return { decision: 'first', ...taken };
  const current: Label = { value, time: labelTime ?? Number.NEGATIVE_INFINITY };
  if (!stands(label, current)) return { decision: 'repeated', label: value, labelTime };
  // The same label seen again later: nothing changes but until when it is known to hold.
  return { decision: value === label.value ? 'repeated' : 'corrected', ...taken };
}

/** Does the first label win over the second? */
export function stands(label: Label, other: Label): boolean {
  return label.time === other.time ? String(label.value) > String(other.value) : label.time > other.time;
}

/**
 * Do a shadow and the version that was served say the same? Numbers of a regression agree within a tenth of `scale`,
 * the standard deviation of predictions.
 */
export function agrees(shadow: string | number | null, served: string | number | null, scale: number): boolean {
  if (typeof shadow === 'number' && typeof served === 'number') return Math.abs(shadow - served) <= 0.1 * scale;
  if (shadow === null || served === null) return shadow === served;
  return String(shadow) === String(served);
}
