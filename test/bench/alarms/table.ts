import { publishedFor } from './published.ts';
import type { Result } from './result.ts';

/** Results as text: a line for each scenario and rule, a column for each metric. In brackets: what was published. */
export function tableOf(results: readonly Result[]): string {
  const metrics = [...new Set(results.map(({ metric }) => metric))];
  const many = new Set(results.map(({ scenario }) => scenario)).size > 1;
  const lines = new Map<string, Map<string, string>>();
  for (const { scenario, rule, metric, value } of results) {
    const key = many ? `${scenario}  ${rule}` : rule;
    const line = lines.get(key) ?? new Map<string, string>();
    const published = publishedFor({ scenario, rule, metric });
    const beside = published === undefined ? '' : ` (${numberText(published)})`;
    lines.set(key, line.set(metric, numberText(value) + beside));
  }
  const rows = [
    ['', ...metrics],
    ...[...lines].map(([key, line]) => [key, ...metrics.map((metric) => line.get(metric) ?? '')]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))))
    .map((row) => `  ${row.join('  ')}`.trimEnd())
    .join('\n');
}

function numberText(value: number | null): string {
  if (value === null) return 'never';
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
