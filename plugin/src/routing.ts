import { APP_PATH } from './constants';

/** Tabs of a model's page, as they stand in its address. */
export const modelTabs = ['overview', 'drift', 'performance', 'fairness', 'versions', 'alerts'] as const;
export type ModelTab = (typeof modelTabs)[number];

export function modelsPath(): string {
  return `${APP_PATH}/models`;
}

/** Address of a tab; `query` is what the tab reads from it, for example the signal to show. */
export function modelPath(
  model: string,
  tab: ModelTab = 'overview',
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(query).toString();
  return `${APP_PATH}/models/${encodeURIComponent(model)}/${tab}${search === '' ? '' : `?${search}`}`;
}

export function isModelTab(tab: string | undefined): tab is ModelTab {
  return modelTabs.some((known) => known === tab);
}
