import pluginJson from './plugin.json';

/** The plugin's id, as Grafana knows it. */
export const PLUGIN_ID = pluginJson.id;

/** Where the app's pages start. */
export const APP_PATH = `/a/${PLUGIN_ID}`;

/** The page with the app's settings, which Grafana serves beside the app. */
export const CONFIGURATION_PAGE = 'configuration';
export const CONFIGURATION_PATH = `/plugins/${PLUGIN_ID}?page=${CONFIGURATION_PAGE}`;
