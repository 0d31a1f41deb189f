import { useSearchParams } from 'react-router-dom';
import type { ModelsFilterState } from './selectModels';
import { isSortColumn, type SortColumn, startsDescending } from './sortModels';

/** What of the fleet is shown, and in which order: all of it in the address. */
export interface ModelsView extends ModelsFilterState {
  readonly sort: SortColumn;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
}

/** The view of the models page, kept in the address; what is usual is left out of it. */
export function useModelsView(): [ModelsView, (change: Partial<ModelsView>) => void] {
  const [params, setParams] = useSearchParams();
  const view = viewOf(params);
  function change(wanted: Partial<ModelsView>): void {
    setParams(
      (previous) => {
        // Another filter or order begins on its first page.
        const next = { ...viewOf(previous), page: 1, ...wanted };
        const changed = new URLSearchParams(previous);
        setOrDelete(changed, 'search', next.search);
        setOrDelete(changed, 'health', next.health === 'all' ? '' : next.health);
        setOrDelete(changed, 'sort', next.sort === 'overall' ? '' : next.sort);
        setOrDelete(
          changed,
          'order',
          next.descending === startsDescending(next.sort) ? '' : next.descending ? 'desc' : 'asc',
        );
        setOrDelete(changed, 'page', next.page === 1 ? '' : String(next.page));
        return changed;
      },
      { replace: true },
    );
  }
  return [view, change];
}

/** Anything in the address that is not a view of ours is read as the usual one. */
export function viewOf(params: URLSearchParams): ModelsView {
  const health = params.get('health');
  const sort = params.get('sort');
  const order = params.get('order');
  const page = Number(params.get('page'));
  const column = isSortColumn(sort) ? sort : 'overall';
  return {
    search: params.get('search') ?? '',
    health: health === 'attention' || health === 'ok' ? health : 'all',
    sort: column,
    descending: order === 'asc' || order === 'desc' ? order === 'desc' : startsDescending(column),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

function setOrDelete(params: URLSearchParams, name: string, value: string): void {
  if (value === '') {
    params.delete(name);
  } else {
    params.set(name, value);
  }
}
