import type { PlumblineSettings } from '../config/index.ts';

const appPath = 'a/plumbline-models-app';

/** Where a person looks at an alert: in the app in Grafana as far as the settings say where that is, else in the API. */
export function linkToAlert(
  { notifications, collector }: Pick<PlumblineSettings, 'notifications' | 'collector'>,
  publicUrl: () => string,
): (alert: { readonly id: string }) => string {
  const grafana = collector.identity.grafana?.issuer;
  const app = notifications.link ?? (grafana === undefined ? undefined : new URL(appPath, withSlash(grafana)).href);
  return ({ id }) =>
    app === undefined
      ? `${publicUrl()}/v1/alerts/${encodeURIComponent(id)}`
      : `${app.replace(/\/+$/, '')}/alerts/${encodeURIComponent(id)}`;
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
