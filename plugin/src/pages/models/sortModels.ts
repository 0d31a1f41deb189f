import type { Health, ModelSummary } from '@plumbline/collector/api';

export const sortColumns = [
  'model',
  'overall',
  'drift',
  'performance',
  'fairness',
  'dataQuality',
  'champion',
  'openAlerts',
  'rowsLastHour',
  'owner',
] as const;
export type SortColumn = (typeof sortColumns)[number];

/** Worst first: what a person should look at stands at the top of an ascending sort. */
const severity: Readonly<Record<Health, number>> = { alarm: 0, error: 1, watch: 2, no_data: 3, ok: 4 };
/** Made once: a comparison of many names with a fresh locale each costs most of a sort. */
const alphabet = new Intl.Collator(undefined, { numeric: true });

type Comparison = (left: ModelSummary, right: ModelSummary) => number;

const comparisons: Readonly<Record<SortColumn, Comparison>> = {
  model: (left, right) => alphabet.compare(left.model, right.model),
  overall: (left, right) => rank(left) - rank(right),
  drift: byAspect('drift'),
  performance: byAspect('performance'),
  fairness: byAspect('fairness'),
  dataQuality: byAspect('dataQuality'),
  champion: (left, right) => alphabet.compare(left.version ?? '', right.version ?? ''),
  openAlerts: (left, right) => left.openAlerts - right.openAlerts,
  rowsLastHour: (left, right) => left.rowsLastHour - right.rowsLastHour,
  owner: (left, right) => alphabet.compare(left.owner, right.owner),
};

/** Models in the order of a column; equals by name, so that nothing jumps when numbers are read again. */
export function sortModels(models: readonly ModelSummary[], column: SortColumn, descending: boolean): ModelSummary[] {
  const compare = comparisons[column];
  const sign = descending ? -1 : 1;
  return models.toSorted((left, right) => sign * compare(left, right) || alphabet.compare(left.model, right.model));
}

/** Numbers start with the largest, everything else with the worst or the first. */
export function startsDescending(column: SortColumn): boolean {
  return column === 'openAlerts' || column === 'rowsLastHour';
}

export function isSortColumn(name: string | null): name is SortColumn {
  return sortColumns.some((column) => column === name);
}

function byAspect(aspect: keyof ModelSummary['health']): Comparison {
  return (left, right) => severity[left.health[aspect]] - severity[right.health[aspect]];
}

/** Overall health, and among equals the number of open alerts. */
function rank({ health, openAlerts }: ModelSummary): number {
  return severity[health.overall] - Math.min(openAlerts, 99) / 100;
}
