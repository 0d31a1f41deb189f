import { PluginPage } from '@grafana/runtime';
import { EmptyState, Pagination, Stack, Text } from '@grafana/ui';
import type { ModelSummary } from '@plumbline/collector/api';
import { useDeferredValue, useMemo } from 'react';
import { QueryState } from '../../components/QueryState';
import { useModels } from '../../data/useModels';
import { formatCount } from '../../format/number';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { modelsPath } from '../../routing';
import { ModelsFilter } from './ModelsFilter';
import { ModelsTable } from './ModelsTable';
import { NoModels } from './NoModels';
import { filterModels } from './selectModels';
import { sortModels } from './sortModels';
import { useModelsView } from './useModelsView';

/** Rows that are drawn at a time. */
const pageSize = 50;

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
  const pages = Math.max(1, Math.ceil(shown.length / pageSize));
  const page = Math.min(view.page, pages);
  const first = (page - 1) * pageSize;
  const rows = useMemo(() => shown.slice(first, first + pageSize), [shown, first]);
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
          {pages > 1 && (
            <Stack direction="row" gap={2} justifyContent="flex-end" alignItems="center" wrap="wrap">
              <Text color="secondary" variant="bodySmall" tabular>
                {t('models.range', '{{first}} to {{last}} of {{all}}', {
                  first: formatCount(first + 1),
                  last: formatCount(first + rows.length),
                  all: formatCount(shown.length),
                })}
              </Text>
              <Pagination currentPage={page} numberOfPages={pages} onNavigate={(next) => changeView({ page: next })} />
            </Stack>
          )}
        </Stack>
      )}
    </>
  );
}
