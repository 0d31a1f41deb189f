import type { ModelDetail } from '@plumbline/collector/api';
import type { ComponentType } from 'react';
import { type FleetPage, isModelTab, type ModelTab, pageOfAddress } from './routing';

/** How the code of a page is asked for. */
type Code<Props> = () => Promise<{ readonly default: ComponentType<Props> }>;

export interface TabProps {
  readonly detail: ModelDetail;
}

/** A chunk for each page: a person mostly comes for one. */
export const pageCode: Readonly<Record<FleetPage | 'model' | 'alert', Code<object>>> = {
  models: async () => ({ default: (await import('./pages/models/ModelsPage')).ModelsPage }),
  model: async () => ({ default: (await import('./pages/model/ModelPage')).ModelPage }),
  alerts: async () => ({ default: (await import('./pages/alerts/AlertsPage')).AlertsPage }),
  alert: async () => ({ default: (await import('./pages/alerts/AlertPage')).AlertPage }),
  retrain: async () => ({ default: (await import('./pages/retrain/RetrainPage')).RetrainPage }),
  webhooks: async () => ({ default: (await import('./pages/webhooks/WebhooksPage')).WebhooksPage }),
  audit: async () => ({ default: (await import('./pages/audit/AuditPage')).AuditPage }),
  settings: async () => ({ default: (await import('./pages/settings/SettingsPage')).SettingsPage }),
};

/** And one for each tab of a model. */
export const tabCode: Readonly<Record<ModelTab, Code<TabProps>>> = {
  overview: async () => ({ default: (await import('./pages/model/overview/OverviewTab')).OverviewTab }),
  drift: async () => ({ default: (await import('./pages/model/drift/DriftTab')).DriftTab }),
  performance: async () => ({ default: (await import('./pages/model/performance/PerformanceTab')).PerformanceTab }),
  fairness: async () => ({ default: (await import('./pages/model/fairness/FairnessTab')).FairnessTab }),
  llm: async () => ({ default: (await import('./pages/model/llm/LlmTab')).LlmTab }),
  'data-quality': async () => ({
    default: (await import('./pages/model/data-quality/DataQualityTab')).DataQualityTab,
  }),
  traces: async () => ({ default: (await import('./pages/model/traces/TracesTab')).TracesTab }),
  versions: async () => ({ default: (await import('./pages/model/versions/VersionsTab')).VersionsTab }),
  alerts: async () => ({ default: (await import('./pages/model/alerts/AlertsTab')).AlertsTab }),
};

/**
 * Asks for the code of the page at an address, all of it at once: page by page and tab by tab each piece would be asked
 * for only after the one before it had arrived and run. One that fails is asked for again by who needs it, and said there.
 */
export function loadCodeOf(pathname: string): void {
  const address = pageOfAddress(pathname);
  if (address === null) {
    return;
  }
  const { page, id, tab } = address;
  const wanted: (() => Promise<unknown>)[] = [];
  if (page === 'models' && id !== null) {
    wanted.push(pageCode.model, tabCode[isModelTab(tab) ? tab : 'overview']);
  } else if (page === 'alerts' && id !== null) {
    wanted.push(pageCode.alert);
  } else {
    wanted.push(pageCode[page]);
  }
  for (const load of wanted) {
    load().catch(() => {});
  }
}
