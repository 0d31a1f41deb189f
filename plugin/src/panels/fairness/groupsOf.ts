import type { DataFrame } from '@grafana/data';
import { numbersOf, textsOf } from '../frameField';

export interface GroupRow {
  readonly group: string;
  readonly isReference: boolean;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly rows: number | null;
  readonly verdict: string;
  /** Why there is no value. */
  readonly hidden: string | null;
}

export interface AttributeRows {
  readonly model: string;
  readonly attribute: string;
  readonly statistic: string;
  readonly groups: readonly GroupRow[];
}

/** Groups by attribute out of the frames of a fairness query. A frame of something else is left out. */
export function groupsOf(frames: readonly DataFrame[]): AttributeRows[] {
  return frames.flatMap((frame) => {
    const attributes = textsOf(frame, 'attribute');
    const groups = textsOf(frame, 'group');
    const values = numbersOf(frame, 'value');
    // Set by our data source alone.
    const fairness = frame.meta?.custom?.fairness as { readonly statistic: string } | undefined;
    if (attributes === null || groups === null || values === null || fairness === undefined) {
      return [];
    }
    const number = (name: string) => numbersOf(frame, name) ?? [];
    const text = (name: string) => textsOf(frame, name) ?? [];
    const [low, high, rows] = [number('low'), number('high'), number('rows')];
    const [reference, verdicts, hidden] = [text('reference'), text('verdict'), text('hidden')];
    const all = groups.map((group, index) => ({
      attribute: attributes[index] ?? '',
      row: {
        group: group ?? '',
        isReference: reference[index] === 'yes',
        value: values[index] ?? null,
        low: low[index] ?? null,
        high: high[index] ?? null,
        rows: rows[index] ?? null,
        verdict: verdicts[index] ?? '',
        hidden: hidden[index] ?? null,
      },
    }));
    return [...new Set(all.map(({ attribute }) => attribute))].map((attribute) => ({
      model: frame.name ?? '',
      attribute,
      statistic: fairness.statistic,
      groups: all.filter((one) => one.attribute === attribute).map(({ row }) => row),
    }));
  });
}
