import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import * as React from 'react';
import * as jsxDevRuntime from 'react/jsx-dev-runtime';
import * as jsxRuntime from 'react/jsx-runtime';
import * as ReactDOM from 'react-dom';
import * as ReactDOMClient from 'react-dom/client';
import * as reactRouter from 'react-router-dom-v5-compat';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';

type Namespace = Record<string, unknown>;

/** The part of SystemJS the host uses. */
interface ModuleLoader {
  set(id: string, module: Namespace): void;
  addImportMap(map: { imports: Record<string, string> }): void;
  import(url: string): Promise<Namespace>;
}
declare const System: ModuleLoader;

/** Modules Grafana shares with plugins, under the names plugins import. */
const sharedModules: Readonly<Record<string, Namespace>> = {
  '@emotion/css': liveBindings(emotionCss),
  '@emotion/react': liveBindings(emotionReact),
  '@grafana/data': liveBindings(grafanaData),
  '@grafana/runtime': liveBindings(grafanaRuntime),
  '@grafana/ui': liveBindings(grafanaUi),
  i18next: commonJs(i18next),
  lodash: commonJs(lodash),
  moment: commonJs(moment),
  react: withDefault(React),
  'react/jsx-runtime': liveBindings(jsxRuntime),
  'react/jsx-dev-runtime': liveBindings(jsxDevRuntime),
  'react-dom': withDefault(ReactDOM),
  'react-dom/client': liveBindings(ReactDOMClient),
  'react-router': liveBindings(reactRouter),
  rxjs: liveBindings(rxjs),
  'rxjs/operators': liveBindings(rxjsOperators),
};

/** Makes the shared modules known to the module loader. Call once, before the first plugin is loaded. */
export function registerSharedModules(): void {
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(sharedModules)) {
    System.set(`package:${name}`, module);
    imports[name] = `package:${name}`;
  }
  System.addImportMap({ imports });
}

/** Address of a plugin's module, under which browsers may keep it until the next build. */
export function moduleOf(id: string): string {
  return `/public/plugins/${id}/module.js?_cache=${window.plumblineHost.build}`;
}

/** Loads a built plugin module. One with top-level await arrives as a promise of its exports. */
export async function importPluginModule(url: string): Promise<Namespace> {
  const module = await System.import(url);
  // The AMD layer marks a factory's result with __useDefault; awaiting a plain object gives the object.
  return (await (module.__useDefault ? module.default : module)) as Namespace;
}

/**
 * SystemJS copies values when a module is set, unless it is tagged as a module. The tag keeps the getters, so that
 * what Grafana sets later (`PluginPage`, the services) is seen by plugins.
 */
function liveBindings(namespace: object): Namespace {
  const source = namespace as Namespace; // an ES namespace is a record of its exports
  const module: Namespace = { __esModule: true };
  Object.defineProperty(module, Symbol.toStringTag, { value: 'Module' });
  for (const name of Object.keys(source)) {
    Object.defineProperty(module, name, { enumerable: true, get: () => source[name] });
  }
  return module;
}

function commonJs(library: unknown): Namespace {
  return { default: library, __useDefault: true };
}

function withDefault(namespace: object): Namespace {
  return { default: namespace, ...namespace, __esModule: true };
}
