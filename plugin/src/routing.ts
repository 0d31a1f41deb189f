import { APP_PATH } from './constants';

/** Tabs of a model's page, as they stand in its address. */
export const modelTabs = [
  'overview',
  'drift',
  'performance',
  'fairness',
  'llm',
  'data-quality',
  'traces',
  'versions',
  'alerts',
] as const;
export type ModelTab = (typeof modelTabs)[number];

/** Pages about the whole fleet, as they stand in the address. */
const fleetPages = ['models', 'alerts', 'retrain', 'webhooks', 'audit', 'settings'] as const;
export type FleetPage = (typeof fleetPages)[number];

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

export function isModelTab(tab: string | null | undefined): tab is ModelTab {
  return modelTabs.some((known) => known === tab);
}

/** What an address of the app is about; null for an address of anything else. Grafana may itself be under a path. */
export function pageOfAddress(
  pathname: string,
): { readonly page: FleetPage; readonly id: string | null; readonly tab: string | null } | null {
  const [, inApp] = `${pathname}/`.split(`${APP_PATH}/`);
  if (inApp === undefined) {
    return null;
  }
  const [page = '', id = '', tab = ''] = inApp.split('/');
  const known = page === '' ? 'models' : fleetPages.find((name) => name === page);
  return known === undefined ? null : { page: known, id: id === '' ? null : decoded(id), tab: tab === '' ? null : tab };
}

/** An address that a person typed may hold a broken escape: then the page says so, not this. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function searchOf(query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? '' : `?${search}`;
}
