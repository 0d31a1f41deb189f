import type { DataFrame, Field } from '@grafana/data';
import type { HeatMapRow } from '../../components/chart/HeatMap';
import { formatSignal } from '../../format/name';

export interface DriftMap {
  readonly windows: readonly { readonly from: number; readonly to: number; readonly rows: number }[];
  readonly rows: readonly HeatMapRow[];
}

/**
 * Evidence by signal and window out of the frames of a drift query; null when there is none among them. Frames of several
 * models or versions are drawn on one axis; each row then says of which it is.
 */
export function heatMapOf(frames: readonly DataFrame[]): DriftMap | null {
  const series = frames.flatMap((frame) => {
    const time = frame.fields.find(({ name, type }) => type === 'time' && name === 'time');
    return time === undefined ? [] : frame.fields.filter(isEvidence).map((field) => ({ time, field }));
  });
  if (series.length === 0) {
    return null;
  }
  const ends = new Map<number, number>();
  for (const { time } of series) {
    const step = time.config.interval ?? 0;
    for (const from of time.values as number[]) {
      ends.set(from, from + step);
    }
  }
  const starts = [...ends.keys()].sort((left, right) => left - right);
  const origins = new Set(series.map(({ field }) => originOf(field)));
  return {
    // Nobody draws the number of rows.
    windows: starts.map((from) => ({ from, to: ends.get(from) ?? from, rows: 0 })),
    rows: series.map(({ time, field }) => {
      const levels = new Map(time.values.map((from: number, index) => [from, numberOf(field.values[index])]));
      const name = formatSignal(field.labels?.signal ?? field.name);
      return {
        id: `${originOf(field)} ${field.name}`,
        name: origins.size > 1 ? `${originOf(field)}: ${name}` : name,
        levels: starts.map((from) => levels.get(from) ?? null),
      };
    }),
  };
}

function isEvidence({ type, labels }: Field): boolean {
  return type === 'number' && labels?.statistic === 'evidenceLevel';
}

function originOf({ labels }: Field): string {
  return `${labels?.model ?? ''} ${labels?.version ?? ''}`.trim();
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
