import { PluginPage } from '@grafana/runtime';
import { EmptyState, Stack } from '@grafana/ui';
import type { ModelSummary } from '@plumbline/collector/api';
import { useDeferredValue, useMemo } from 'react';
import { Pages, rowsOfPage } from '../../components/Pages';
import { QueryState } from '../../components/QueryState';
import { useModels } from '../../data/useModels';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { modelsPath } from '../../routing';
import { ModelsFilter } from './ModelsFilter';
import { ModelsTable } from './ModelsTable';
import { NoModels } from './NoModels';
import { filterModels } from './selectModels';
import { sortModels } from './sortModels';
import { useModelsView } from './useModelsView';

/** Every model at a glance: how it is, what serves, who owns it. */
export function ModelsPage() {
  const query = useModels();
  return (
    <PluginPage
      pageNav={{ text: t('models.title', 'Models'), url: hrefTo(modelsPath()) }}
      subTitle={t('models.subtitle', 'How every monitored model is, what serves, and what needs somebody')}
    >
      <QueryState query={query} subject={t('models.subject', 'the models')}>
        {({ items }) => (items.length === 0 ? <NoModels /> : <Fleet models={items} />)}
      </QueryState>
    </PluginPage>
  );
}

function Fleet({ models }: { readonly models: readonly ModelSummary[] }) {
  const [view, changeView] = useModelsView();
  const { search, health, sort, descending } = view;
  // Typing goes first; the rows follow when there is time.
  const sought = useDeferredValue(search);
  const shown = useMemo(
    () => sortModels(filterModels(models, { search: sought, health }), sort, descending),
    [models, sought, health, sort, descending],
  );
  const { page, first, rows } = useMemo(() => rowsOfPage(shown, view.page), [shown, view.page]);
  return (
    <>
      <ModelsFilter filter={view} models={models} onChange={changeView} />
      {shown.length === 0 ? (
        <EmptyState variant="not-found" message={t('models.none-match', 'No model matches this filter')} />
      ) : (
        <Stack direction="column" gap={2}>
          <ModelsTable
            models={rows}
            firstRow={first}
            allRows={shown.length}
            sort={sort}
            descending={descending}
            onSort={(column, isDescending) => changeView({ sort: column, descending: isDescending })}
          />
          <Pages page={page} rows={shown.length} onNavigate={(next) => changeView({ page: next })} />
        </Stack>
      )}
    </>
  );
}
