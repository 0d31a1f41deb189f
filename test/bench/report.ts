import { availableParallelism, loadavg } from 'node:os';

/** What every bench prints: a table for people, or with `--json` one document. */
export interface Measurement {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The least this could cost, or the most it could give, measured in the same run. */
  readonly floor?: number;
  /** `value` beside `floor`. */
  readonly ratio?: number;
}

export interface BenchReport {
  readonly name: string;
  readonly results: readonly Measurement[];
  /** What the figures mean and what limits them, in sentences. */
  readonly notes?: readonly string[];
}

export function formatReport({ name, results, notes = [] }: BenchReport, format: 'json' | 'table'): string {
  if (format === 'json') return `${JSON.stringify({ name, results, notes })}\n`;
  const width = Math.max(...results.map(({ metric }) => metric.length));
  const lines = results.map(({ metric, value, unit, floor, ratio }) => {
    const beside = floor === undefined ? '' : `  floor ${formatNumber(floor)}`;
    const share = ratio === undefined ? '' : `  ratio ${ratio.toFixed(2)}`;
    return `${metric.padEnd(width)}  ${formatNumber(value).padStart(12)} ${unit}${beside}${share}`;
  });
  return `${[`bench:${name}`, ...lines, ...notes].join('\n')}\n`;
}

/** Times of a machine that does other things as well say little: the note tells. */
export function machineNote(): string {
  return `At the end the machine had ${(loadavg()[0] ?? 0).toFixed(1)} jobs for ${availableParallelism()} cores (mean of the last minute, this bench included).`;
}

function formatNumber(value: number): string {
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
