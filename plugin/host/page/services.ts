import {
  EventBusSrv,
  type GrafanaConfig,
  locationUtil,
  setLocale,
  setTimeZoneResolver,
  setWeekStart,
} from '@grafana/data';
import {
  config,
  setAppEvents,
  setBackendSrv,
  setChromeHeaderHeightHook,
  setCurrentUser,
  setEchoSrv,
  setLocationSrv,
  setReturnToPreviousHook,
  setTemplateSrv,
} from '@grafana/runtime';
import { setPluginPage } from '#runtime/components/PluginPage.mjs';
import { createBackend } from './backend';
import { HostPluginPage } from './HostPluginPage';
import { createTemplateService } from './templateService';

/** Messages between plugin and page: toasts. */
export const appEvents = new EventBusSrv();

/** Puts the host's services behind `@grafana/runtime`, as Grafana's start-up does. */
export function installServices(): void {
  const { user } = config.bootData;
  setLocale(user.language);
  setWeekStart(user.weekStart);
  setTimeZoneResolver(() => user.timezone);
  locationUtil.initialize({
    config: config as unknown as GrafanaConfig, // only its addresses are read
    getTimeRangeForUrl: () => ({ from: 'now-6h', to: 'now' }),
    getVariablesUrlParams: () => ({}),
  });
  setAppEvents(appEvents);
  setBackendSrv(createBackend(appEvents));
  setLocationSrv({ update: () => {} });
  setCurrentUser(user as Parameters<typeof setCurrentUser>[0]); // the boot data hold what the service shows
  setEchoSrv({ flush: () => {}, addBackend: () => {}, addEvent: () => {}, onInteraction: () => () => {} });
  setChromeHeaderHeightHook(() => 40);
  setReturnToPreviousHook(() => () => {});
  setTemplateSrv(createTemplateService());
  setPluginPage(HostPluginPage);
}
