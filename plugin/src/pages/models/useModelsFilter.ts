import type { ModelSummary } from '@plumbline/collector/api';
import { useSearchParams } from 'react-router-dom';

export type HealthFilter = 'all' | 'attention' | 'ok';

export interface ModelsFilterState {
  /** Part of a model's name, environment or owner. */
  readonly search: string;
  readonly health: HealthFilter;
}

/** The filter of the models page, kept in the address. */
export function useModelsFilter(): [ModelsFilterState, (filter: ModelsFilterState) => void] {
  const [params, setParams] = useSearchParams();
  const health = params.get('health');
  const filter: ModelsFilterState = {
    search: params.get('search') ?? '',
    health: health === 'attention' || health === 'ok' ? health : 'all',
  };
  function setFilter(next: ModelsFilterState): void {
    setParams(
      (previous) => {
        const changed = new URLSearchParams(previous);
        setOrDelete(changed, 'search', next.search);
        setOrDelete(changed, 'health', next.health === 'all' ? '' : next.health);
        return changed;
      },
      { replace: true },
    );
  }
  return [filter, setFilter];
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

function setOrDelete(params: URLSearchParams, name: string, value: string): void {
  if (value === '') {
    params.delete(name);
  } else {
    params.set(name, value);
  }
}
