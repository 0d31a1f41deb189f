import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PluginRole } from './people.ts';
import type { PluginRoute } from './routeRules.ts';

/** What the host needs of a plugin.json; the page gets the whole document. */
export interface PluginManifest {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly includes: readonly {
    readonly type: string;
    readonly name: string;
    readonly path?: string;
    readonly action?: string;
    readonly addToNav?: boolean;
    readonly defaultNav?: boolean;
  }[];
  readonly roles: readonly PluginRole[];
  readonly routes: readonly PluginRoute[];
}

/** A plugin inside the app: where it lies and what the page is told of it. */
export interface NestedPlugin {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Below the app's folder. */
  readonly folder: string;
  readonly routes: readonly PluginRoute[];
}

/** The data sources and panels that the app includes. One that is not built is left out. */
export function readNestedPlugins(pluginFolder: string, { includes }: PluginManifest): NestedPlugin[] {
  return includes.flatMap(({ type, path }) => {
    const file = join(pluginFolder, path ?? '');
    if ((type !== 'datasource' && type !== 'panel') || !existsSync(file)) {
      return [];
    }
    const {
      id,
      name,
      routes = [],
    } = JSON.parse(readFileSync(file, 'utf8')) as Pick<NestedPlugin, 'id' | 'name'> & {
      routes?: readonly PluginRoute[];
    };
    return [{ id, type, name, folder: dirname(path ?? ''), routes }];
  });
}

/** Changes with every build: under it browsers keep the modules, as they do in Grafana under the plugin's version. */
export function buildOf(pluginFolder: string, nested: readonly NestedPlugin[]): string {
  const modules = ['', ...nested.map(({ folder }) => folder)].map((folder) => join(pluginFolder, folder, 'module.js'));
  return String(Math.max(...modules.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)));
}

/** Reads the built plugin.json. Throws with what to run when the plugin has not been built. */
export function readManifest(pluginFolder: string): PluginManifest {
  const path = join(pluginFolder, 'plugin.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`No built plugin at ${path}. Build it first: npm run build -w plugin`, { cause: error });
  }
  const document = JSON.parse(text.replaceAll('%PLUGIN_ID%', '')) as Partial<PluginManifest> & { id: string };
  // Grafana treats absent lists as empty ones; the file itself is checked by the build's own tests.
  return {
    type: '',
    name: document.id,
    ...document,
    includes: document.includes ?? [],
    roles: document.roles ?? [],
    routes: document.routes ?? [],
  };
}
