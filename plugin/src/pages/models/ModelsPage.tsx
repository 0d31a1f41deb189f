import { PluginPage } from '@grafana/runtime';
import { EmptyState } from '@grafana/ui';
import { QueryState } from '../../components/QueryState';
import { useModels } from '../../data/useModels';
import { t } from '../../i18n';
import { modelsPath } from '../../routing';
import { ModelsFilter } from './ModelsFilter';
import { ModelsTable } from './ModelsTable';
import { NoModels } from './NoModels';
import { filterModels, useModelsFilter } from './useModelsFilter';

/** Every model at a glance: how it is, what serves, who owns it. */
export function ModelsPage() {
  const query = useModels();
  const [filter, setFilter] = useModelsFilter();
  return (
    <PluginPage
      pageNav={{ text: t('models.title', 'Models'), url: modelsPath() }}
      subTitle={t('models.subtitle', 'How every monitored model is, what serves, and what needs somebody')}
    >
      <QueryState query={query} subject={t('models.subject', 'the models')}>
        {({ items }) => {
          if (items.length === 0) {
            return <NoModels />;
          }
          const shown = filterModels(items, filter);
          return (
            <>
              <ModelsFilter filter={filter} models={items} onChange={setFilter} />
              {shown.length > 0 ? (
                <ModelsTable models={shown} />
              ) : (
                <EmptyState variant="not-found" message={t('models.none-match', 'No model matches this filter')} />
              )}
            </>
          );
        }}
      </QueryState>
    </PluginPage>
  );
}
