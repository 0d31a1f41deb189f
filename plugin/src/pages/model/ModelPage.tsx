import type { NavModelItem } from '@grafana/data';
import { PluginPage, type PluginPageProps } from '@grafana/runtime';
import { ErrorBoundaryAlert, LoadingPlaceholder, Text } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { type ComponentType, lazy, Suspense } from 'react';
import { Navigate, useParams } from 'react-router-dom';
import { HealthBadge } from '../../components/badges';
import { NotFound } from '../../components/FailureState';
import { QueryState } from '../../components/QueryState';
import { useModel } from '../../data/useModel';
import { formatBasisPoints, nothing } from '../../format/number';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { type TabProps, tabCode } from '../../pageCode';
import { isModelTab, type ModelTab, modelPath, modelsPath, modelTabs } from '../../routing';
import { isLlmSignal } from './llm/isLlmSignal';

const tabs: Readonly<Record<ModelTab, ComponentType<TabProps>>> = {
  overview: lazy(tabCode.overview),
  drift: lazy(tabCode.drift),
  performance: lazy(tabCode.performance),
  fairness: lazy(tabCode.fairness),
  llm: lazy(tabCode.llm),
  'data-quality': lazy(tabCode['data-quality']),
  traces: lazy(tabCode.traces),
  versions: lazy(tabCode.versions),
  alerts: lazy(tabCode.alerts),
};

/** One model: how it is, why, and what can be done about it. The tab stands in the address. */
export function ModelPage() {
  const { model = '', tab } = useParams();
  const query = useModel(model);
  if (tab === undefined) {
    return <Navigate to={modelPath(model)} replace />;
  }
  return (
    <PluginPage
      pageNav={navigationOf(model, tab, query.data)}
      info={query.data === undefined ? undefined : informationOf(query.data)}
    >
      <QueryState query={query} subject={t('model.subject', 'the model {{model}}', { model })}>
        {(detail) =>
          isModelTab(tab) ? (
            <TabContent tab={tab} detail={detail} />
          ) : (
            <NotFound message={t('model.no-tab', 'A model has no tab {{tab}}', { tab })} />
          )
        }
      </QueryState>
    </PluginPage>
  );
}

function TabContent({ tab, detail }: TabProps & { readonly tab: ModelTab }) {
  const Content = tabs[tab];
  return (
    // A chunk may be gone after an upgrade of the plugin: the other tabs still work.
    <ErrorBoundaryAlert
      title={t('model.tab-failed', 'This tab could not be shown. Reload the page.')}
      dependencies={[tab]}
      boundaryName="plumbline-model-tab"
    >
      <Suspense fallback={<LoadingPlaceholder text={t('model.loading', 'Loading...')} />}>
        <Content detail={detail} />
      </Suspense>
    </ErrorBoundaryAlert>
  );
}

function navigationOf(model: string, tab: string, detail: ModelDetail | undefined): NavModelItem {
  const titles: Readonly<Record<ModelTab, string>> = {
    overview: t('model.tab.overview', 'Overview'),
    drift: t('model.tab.drift', 'Drift'),
    performance: t('model.tab.performance', 'Performance'),
    fairness: t('model.tab.fairness', 'Fairness'),
    llm: t('model.tab.llm', 'LLM'),
    'data-quality': t('model.tab.data-quality', 'Data quality'),
    traces: t('model.tab.traces', 'Traces'),
    versions: t('model.tab.versions', 'Versions'),
    alerts: t('model.tab.alerts', 'Alerts'),
  };
  return {
    text: model,
    url: hrefTo(modelPath(model)),
    parentItem: { text: t('models.title', 'Models'), url: hrefTo(modelsPath()) },
    children: modelTabs
      .filter((id) => id !== 'llm' || id === tab || detail?.signals?.some(isLlmSignal))
      .map((id) => ({
        id,
        text: titles[id],
        url: hrefTo(modelPath(model, id)),
        active: id === tab,
        ...(id === 'alerts' && detail !== undefined && detail.openAlerts > 0 ? { tabCounter: detail.openAlerts } : {}),
      })),
  };
}

function informationOf({
  health,
  champion,
  version,
  rollout,
  environment,
  owner,
}: ModelDetail): NonNullable<PluginPageProps['info']> {
  return [
    { label: t('model.health', 'Health'), value: <HealthBadge health={health.overall} /> },
    {
      label: t('model.serving', 'Serving'),
      value:
        rollout === null
          ? servingText(champion, version)
          : t('model.serving-rollout', '{{champion}}, with {{version}} in {{stage}}', {
              champion: champion ?? nothing,
              version: rollout.version,
              stage:
                rollout.stage === 'canary'
                  ? t('model.canary-at', 'canary at {{weight}}', {
                      weight: formatBasisPoints(rollout.weightBasisPoints),
                    })
                  : rollout.stage,
            }),
    },
    { label: t('model.environment', 'Environment'), value: environment },
    {
      label: t('model.owner', 'Owner'),
      value: owner === '' ? <Text color="secondary">{t('model.no-owner', 'Nobody')}</Text> : owner,
    },
  ];
}

/** The champion; before any, the version that events name, and that nobody promoted it. */
function servingText(champion: string | null, version: string | null): string {
  return champion ?? (version === null ? nothing : t('model.not-promoted', '{{version}}, not promoted', { version }));
}
