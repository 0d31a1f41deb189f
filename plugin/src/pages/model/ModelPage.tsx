import type { NavModelItem } from '@grafana/data';
import { PluginPage, type PluginPageProps } from '@grafana/runtime';
import { Text } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { Navigate, useParams } from 'react-router-dom';
import { HealthBadge } from '../../components/badges';
import { NotFound } from '../../components/FailureState';
import { QueryState } from '../../components/QueryState';
import { useModel } from '../../data/useModel';
import { formatBasisPoints, nothing } from '../../format/number';
import { t } from '../../i18n';
import { isModelTab, type ModelTab, modelPath, modelsPath, modelTabs } from '../../routing';
import { AlertsTab } from './alerts/AlertsTab';
import { DriftTab } from './drift/DriftTab';
import { FairnessTab } from './fairness/FairnessTab';
import { OverviewTab } from './overview/OverviewTab';
import { PerformanceTab } from './performance/PerformanceTab';
import { VersionsTab } from './versions/VersionsTab';

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

function TabContent({ tab, detail }: { readonly tab: ModelTab; readonly detail: ModelDetail }) {
  switch (tab) {
    case 'overview':
      return <OverviewTab detail={detail} />;
    case 'drift':
      return <DriftTab model={detail.model} />;
    case 'performance':
      return <PerformanceTab model={detail.model} />;
    case 'fairness':
      return <FairnessTab model={detail.model} />;
    case 'versions':
      return <VersionsTab detail={detail} />;
    case 'alerts':
      return <AlertsTab model={detail.model} />;
  }
}

function navigationOf(model: string, tab: string, detail: ModelDetail | undefined): NavModelItem {
  const titles: Readonly<Record<ModelTab, string>> = {
    overview: t('model.tab.overview', 'Overview'),
    drift: t('model.tab.drift', 'Drift'),
    performance: t('model.tab.performance', 'Performance'),
    fairness: t('model.tab.fairness', 'Fairness'),
    versions: t('model.tab.versions', 'Versions'),
    alerts: t('model.tab.alerts', 'Alerts'),
  };
  return {
    text: model,
    url: modelPath(model),
    parentItem: { text: t('models.title', 'Models'), url: modelsPath() },
    children: modelTabs.map((id) => ({
      id,
      text: titles[id],
      url: modelPath(model, id),
      active: id === tab,
      ...(id === 'alerts' && detail !== undefined && detail.openAlerts > 0 ? { tabCounter: detail.openAlerts } : {}),
    })),
  };
}

function informationOf({
  health,
  champion,
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
          ? (champion ?? nothing)
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
