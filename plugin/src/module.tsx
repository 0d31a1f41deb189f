import './publicPath';
import { AppPlugin, type AppPluginMeta, type PluginConfigPageProps } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { lazy, Suspense } from 'react';
import { CONFIGURATION_PAGE, PLUGIN_ID } from './constants';
import { alertLink, panelLink } from './extensions/links';
import type { ModelStatusProps } from './extensions/modelStatusProps';
import { loadCodeOf } from './pageCode';
import { pageOfAddress } from './routing';
import type { AppSettings } from './settings';

await initPluginTranslations(PLUGIN_ID);

/** The app, and beside it the page that is open: Grafana may have loaded this module long before, for a menu's sake. */
function appCode() {
  loadCodeOf(window.location.pathname);
  return import('./App');
}

// Grafana mostly loads this module because somebody opens a page of the app.
if (pageOfAddress(window.location.pathname) !== null) {
  appCode().catch(() => {});
}

const App = lazy(appCode);
const ModelStatus = lazy(() => import('./extensions/ModelStatus'));
const ConfigurationPage = lazy(() => import('./pages/configuration/ConfigurationPage'));

/** Grafana waits for lazy pages of the app, but not for those of its settings. */
function Configuration(props: PluginConfigPageProps<AppPluginMeta<AppSettings>>) {
  return (
    <Suspense fallback={null}>
      <ConfigurationPage {...props} />
    </Suspense>
  );
}

/** Pages of other plugins that show it wait for nothing of ours. */
function LazyModelStatus(props: ModelStatusProps) {
  return (
    <Suspense fallback={null}>
      <ModelStatus {...props} />
    </Suspense>
  );
}

export const plugin = new AppPlugin<AppSettings>()
  .setRootPage(App)
  .addConfigPage({ id: CONFIGURATION_PAGE, title: 'Configuration', icon: 'cog', body: Configuration })
  .addLink(panelLink)
  .addLink(alertLink)
  .exposeComponent({
    id: `${PLUGIN_ID}/model-status/v1`,
    title: 'Model status badge',
    description: 'How a model is, with a link to it',
    component: LazyModelStatus,
  });
