import pluginJson from './plugin.json';

/** The plugin's id, as Grafana knows it. */
export const PLUGIN_ID = pluginJson.id;

/** Where the app's pages start. */
export const APP_PATH = `/a/${PLUGIN_ID}`;
