import {
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourcePlugin,
  PanelPlugin,
  type PanelPluginMeta,
} from '@grafana/data';
import { importPluginModule, moduleOf } from './sharedModules';

/** The data source as provisioned: one instance. */
export const dataSourceUid = 'plumbline-models';

type AnyDataSourcePlugin = DataSourcePlugin<DataSourceApi>;

export interface LoadedDataSource {
  readonly plugin: AnyDataSourcePlugin;
  readonly instance: DataSourceApi;
}

let dataSource: Promise<LoadedDataSource> | undefined;
const panels = new Map<string, Promise<PanelPlugin>>();

/** Loads the module of the data source and makes its instance, once. Rejects when it is not built. */
export function loadDataSource(): Promise<LoadedDataSource> {
  dataSource ??= makeDataSource();
  return dataSource;
}

async function makeDataSource(): Promise<LoadedDataSource> {
  const found = window.plumblineHost.nested.find(({ type }) => type === 'datasource');
  if (found === undefined) {
    throw new Error('the app includes no data source that is built');
  }
  const { plugin } = (await importPluginModule(moduleOf(found.id))) as { plugin: AnyDataSourcePlugin };
  const settings = {
    id: 1,
    uid: dataSourceUid,
    name: found.name,
    type: found.id,
    access: 'proxy',
    readOnly: true,
    url: `/api/datasources/proxy/uid/${dataSourceUid}`,
    jsonData: {},
    meta: { id: found.id, name: found.name },
  } as unknown as DataSourceInstanceSettings; // what a data source reads of it
  const instance = new plugin.DataSourceClass(settings);
  // Grafana fills these in after construction.
  Object.assign(instance, { name: found.name, type: found.id, uid: dataSourceUid, meta: settings.meta });
  return { plugin, instance };
}

/** A panel of ours by its plugin's id; null for those of Grafana's core, which its packages do not hold. */
export function loadPanel(id: string): Promise<PanelPlugin> | null {
  const found = window.plumblineHost.nested.find((plugin) => plugin.type === 'panel' && plugin.id === id);
  if (found === undefined) {
    return null;
  }
  let panel = panels.get(id);
  if (panel === undefined) {
    panel = importPluginModule(moduleOf(id)).then(({ plugin }) => {
      if (!(plugin instanceof PanelPlugin)) {
        throw new Error(`${id}: module.js exports no PanelPlugin named "plugin"`);
      }
      plugin.meta = { id, name: found.name } as PanelPluginMeta; // what a panel reads of it
      return plugin;
    });
    panels.set(id, panel);
  }
  return panel;
}
