import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
