import type { DataFrame } from '@grafana/data';

/** Values of a field by its name; `null` when the frame has none. A cell that is not of the kind asked for is null. */
export function numbersOf(frame: DataFrame, name: string): (number | null)[] | null {
  const values = valuesOf(frame, name);
  return values?.map((value) => (typeof value === 'number' && Number.isFinite(value) ? value : null)) ?? null;
}

export function textsOf(frame: DataFrame, name: string): (string | null)[] | null {
  const values = valuesOf(frame, name);
  return values?.map((value) => (typeof value === 'string' ? value : null)) ?? null;
}

function valuesOf(frame: DataFrame, name: string): unknown[] | null {
  return frame.fields.find((field) => field.name === name)?.values ?? null;
}
