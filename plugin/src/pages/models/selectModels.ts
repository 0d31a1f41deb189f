import type { ModelSummary } from '@plumbline/collector/api';

export type HealthFilter = 'all' | 'attention' | 'ok';

export interface ModelsFilterState {
  /** Part of a model's name, environment or owner. */
  readonly search: string;
  readonly health: HealthFilter;
}

export function filterModels(models: readonly ModelSummary[], filter: ModelsFilterState): ModelSummary[] {
  const wanted = filter.search.trim().toLowerCase();
  return models.filter(
    (model) =>
      matchesHealth(model, filter.health) &&
      [model.model, model.environment, model.owner].some((text) => text.toLowerCase().includes(wanted)),
  );
}

/** A model needs attention when something is wrong, or when it cannot be told whether something is. */
export function matchesHealth({ health, openAlerts }: ModelSummary, filter: HealthFilter): boolean {
  const isWell = health.overall === 'ok' && openAlerts === 0;
  return filter === 'all' || (filter === 'ok') === isWell;
}
