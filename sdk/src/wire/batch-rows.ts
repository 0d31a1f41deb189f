import type {
  CaptureMode,
  CategoryColumn,
  Column,
  EventBatch,
  FeatureValue,
  InferenceEvent,
  NumberColumn,
  OutcomeEvent,
  OutcomeType,
  ServingRole,
} from '../event.ts';

/**
 * The rows of a batch as single events again: for tests, debugging and the in-memory transport. An invalid number
 * comes back as `Infinity`, because an event has no other word for it.
 */
export function batchRows(batch: EventBatch): (InferenceEvent | OutcomeEvent)[] {
  return Array.from({ length: batch.count }, (_, row) => {
    const common = { id: batch.ids[row]!, time: batch.times[row]!, model: batch.model };
    if (batch.kind === 'outcome') {
      return {
        kind: 'outcome',
        ...common,
        inferenceId: batch.inferenceIds[row]!,
        // The decoder has checked the dictionary against the known types, and that no value is missing.
        type: categoryAt(batch.types, row) as OutcomeType,
        value: valueAt(batch.values, row) as string | number,
      };
    }
    const groups = Object.entries(batch.groups).map(([name, column]) => [name, categoryAt(column, row)] as const);
    return {
      kind: 'inference',
      ...common,
      version: categoryAt(batch.versions, row) ?? '',
      // The decoder has checked the dictionary against the known roles.
      role: categoryAt(batch.roles, row) as ServingRole,
      features: Object.fromEntries(
        batch.schema.features.map(({ name }, index): [string, FeatureValue] => [
          name,
          valueAt(batch.features[index]!, row),
        ]),
      ),
      prediction: valueAt(batch.predictions, row),
      score: numberAt(batch.scores.values, row),
      groups: Object.fromEntries(groups.filter((entry): entry is [string, string] => entry[1] !== null)),
      latencyMs: numberAt(batch.latenciesMs.values, row),
      traceId: categoryAt(batch.traceIds, row),
      error: categoryAt(batch.errors, row),
      ...weightAt(batch.weights, row),
      ...captureAt(batch.captures, row),
      ...(isSet(batch.sources, row) ? { source: 'span' } : {}),
      ...(isSet(batch.sampled, row) ? { sampled: false } : {}),
    };
  });
}

function weightAt(weights: NumberColumn | undefined, row: number): { readonly weight?: number } {
  const weight = weights?.values[row] ?? 1;
  return weight === 1 ? {} : { weight };
}

/** The decoder has checked the dictionary against the known modes. */
function captureAt(captures: CategoryColumn | undefined, row: number): { readonly capture?: CaptureMode } {
  const capture = captures === undefined ? null : categoryAt(captures, row);
  return capture === null ? {} : { capture: capture as CaptureMode };
}

/** Of a column that knows one value alone. */
function isSet(column: CategoryColumn | undefined, row: number): boolean {
  return column !== undefined && column.codes[row] !== 0;
}

function valueAt(column: Column, row: number): string | number | null {
  return column.type === 'number' ? numberAt(column.values, row) : categoryAt(column, row);
}

function numberAt(values: Float64Array, row: number): number | null {
  const value = values[row]!;
  return Number.isNaN(value) ? null : value;
}

function categoryAt(column: CategoryColumn, row: number): string | null {
  const code = column.codes[row]!;
  return code === 0 ? null : column.dictionary[code - 1]!;
}
