import { locationUtil } from '@grafana/data';

/**
 * A path as the browser needs it when a link is opened in a new tab: with the path that Grafana is served from. For
 * plain anchors (`LinkButton`, `Card`, tabs, breadcrumbs); a router's link (`TextLink`) adds it by itself.
 */
export function hrefTo(path: string): string {
  return locationUtil.assureBaseUrl(path);
}
