import './publicPath';
import { AppPlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { lazy } from 'react';
import { PLUGIN_ID } from './constants';

await initPluginTranslations(PLUGIN_ID);

const App = lazy(() => import('./App'));

export const plugin = new AppPlugin<object>().setRootPage(App);
