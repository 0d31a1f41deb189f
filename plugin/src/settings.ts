import type { PluginMeta } from '@grafana/data';

/** What Grafana keeps for the app and everybody may read; the token is in `secureJsonData`, for the proxy alone. */
export type AppSettings = {
  readonly collectorUrl?: string;
  /** Uid of the data source where the traces of the apps are. */
  readonly tracingDataSource?: string;
};

let saved: AppSettings | undefined;

/**
 * The app's settings: what was saved here since the page was loaded, else what Grafana sent with the page. Grafana does
 * not read them again, so without the former the app would call itself not configured until somebody reloads.
 */
export function settingsOf(meta: Pick<PluginMeta<AppSettings>, 'jsonData'>): AppSettings {
  return saved ?? meta.jsonData ?? {};
}

export function rememberSaved(settings: AppSettings): void {
  saved = settings;
}
