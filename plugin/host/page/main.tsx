import { AppPlugin, type AppPluginMeta, PluginType } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { createRoot } from 'react-dom/client';
import './hostWindow';
import { HostApp } from './HostApp';
import { installServices } from './services';
import { importPluginModule, moduleOf, registerSharedModules } from './sharedModules';

const base = `/public/plugins/${window.plumblineHost.pluginId}`;

async function start(): Promise<void> {
  await initPluginTranslations('grafana');
  registerSharedModules();
  installServices();
  const [manifest, module] = await Promise.all([
    fetch(`${base}/plugin.json`).then((response) => response.json() as Promise<AppPluginMeta>),
    importPluginModule(moduleOf(window.plumblineHost.pluginId)),
  ]);
  const { plugin } = module;
  if (!(plugin instanceof AppPlugin)) {
    throw new Error('module.js exports no AppPlugin named "plugin"');
  }
  plugin.meta = {
    ...manifest,
    type: PluginType.app,
    module: `${base}/module.js`,
    baseUrl: base,
    enabled: true,
    jsonData: window.plumblineHost.jsonData,
    secureJsonFields: window.plumblineHost.secureJsonFields,
  };
  plugin.init(plugin.meta);
  const element = document.getElementById('root');
  if (element === null) {
    throw new Error('the page has no #root');
  }
  createRoot(element).render(<HostApp plugin={plugin} />);
  window.plumblineHostReady = true;
}

start().catch((error: unknown) => {
  document.body.textContent = `The plugin could not be loaded: ${error instanceof Error ? error.stack : String(error)}`;
  throw error;
});
