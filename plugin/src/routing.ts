import { APP_PATH } from './constants';

/** Tabs of a model's page, as they stand in its address. */
export const modelTabs = [
  'overview',
  'drift',
  'performance',
  'fairness',
  'llm',
  'data-quality',
  'versions',
  'alerts',
] as const;
export type ModelTab = (typeof modelTabs)[number];

/** Pages about the whole fleet, as they stand in the address. */
export type FleetPage = 'models' | 'alerts' | 'retrain' | 'webhooks' | 'audit' | 'settings';

export function modelsPath(): string {
  return fleetPath('models');
}

export function fleetPath(page: FleetPage, query: Readonly<Record<string, string>> = {}): string {
  return `${APP_PATH}/${page}${searchOf(query)}`;
}

/** Address of a tab; `query` is what the tab reads from it, for example the signal to show. */
export function modelPath(
  model: string,
  tab: ModelTab = 'overview',
  query: Readonly<Record<string, string>> = {},
): string {
  return `${APP_PATH}/models/${encodeURIComponent(model)}/${tab}${searchOf(query)}`;
}

export function alertPath(alert: string): string {
  return `${APP_PATH}/alerts/${encodeURIComponent(alert)}`;
}

export function isModelTab(tab: string | undefined): tab is ModelTab {
  return modelTabs.some((known) => known === tab);
}

function searchOf(query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? '' : `?${search}`;
}
