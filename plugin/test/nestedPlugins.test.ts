import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** What Grafana, its plugin validator and its catalogue hold nested plugins to, read off the built plugin. */

interface Manifest {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly backend?: boolean;
  readonly metrics?: boolean;
  readonly annotations?: boolean;
  readonly info: {
    readonly version: string;
    readonly updated: string;
    readonly logos: Readonly<Record<string, string>>;
  };
  readonly dependencies: { readonly grafanaDependency: string };
  readonly includes?: readonly { readonly type: string; readonly name: string; readonly path: string }[];
  readonly extensions?: {
    readonly addedLinks: readonly {
      readonly targets: readonly string[];
      readonly title: string;
      readonly description: string;
    }[];
    readonly exposedComponents: readonly {
      readonly id: string;
      readonly title: string;
      readonly description: string;
    }[];
  };
  readonly routes?: readonly {
    readonly path: string;
    readonly url: string;
    readonly method?: string;
    readonly headers: unknown;
  }[];
}

const plugin = fileURLToPath(new URL('..', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(plugin, 'dist');
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const app = read(join(dist, 'plugin.json'));
const nestedFiles = globSync('**/plugin.json', { cwd: dist }).filter((file) => file !== 'plugin.json');
const nested = nestedFiles.map((file) => [file, read(join(dist, file))] as const);
const { version } = JSON.parse(readFileSync(join(plugin, 'package.json'), 'utf8')) as { version: string };
const maximumEntryBytes = 30_000;

describe('the plugins inside the app', () => {
  it('are a data source and three panels, each declared by the app under the name and type it has', () => {
    const declared = (app.includes ?? []).filter(({ type }) => type === 'datasource' || type === 'panel');
    expect(declared.map(({ path, type, name }) => ({ path, type, name })).sort(byPath)).toEqual(
      nested.map(([path, { type, name }]) => ({ path, type, name })).sort(byPath),
    );
    expect(nested.map(([, { type }]) => type).sort()).toEqual(['datasource', 'panel', 'panel', 'panel']);
  });

  it('have ids of their own', () => {
    expect(new Set([app.id, ...nested.map(([, { id }]) => id)]).size).toBe(nested.length + 1);
  });

  it.each(nested)('%s has an id that ends in its type, for Grafana 12.4 and later', (_, { id, type, dependencies }) => {
    expect(id).toMatch(new RegExp(`^[0-9a-z]+-([0-9a-z]+-)?${type}$`));
    expect(dependencies.grafanaDependency).toBe('>=12.4.0');
  });

  it.each(nested)('%s has the version of the app and a date, and no placeholder is left', (file, { info }) => {
    expect(info.version).toBe(version);
    expect(info.updated).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(readFileSync(join(dist, file), 'utf8')).not.toMatch(/%[A-Z_]+%/);
  });

  it.each(nested)('%s has its module and its logos beside it, and the logos hold no script', (file, { info }) => {
    const folder = join(dist, dirname(file));
    expect(existsSync(join(folder, 'module.js'))).toBe(true);
    for (const logo of Object.values(info.logos)) {
      expect(readFileSync(join(folder, logo), 'utf8')).not.toMatch(/<script|javascript:|\son\w+=|href=/i);
    }
  });

  it.each(nested)('%s is one small file: Grafana serves it under another id than the chunks', (file) => {
    const source = readFileSync(join(dist, dirname(file), 'module.js'), 'utf8');
    expect(gzipSync(source).length).toBeLessThanOrEqual(maximumEntryBytes);
    // Only what would be printed of the source when it fails.
    expect(source.match(/\b\w\.e\(\d+\)/g)).toBeNull();
    expect(source.slice(0, 8)).toBe('define([');
  });

  it.each(nested)('%s brings no React of its own', (file) => {
    const source = readFileSync(join(dist, dirname(file), 'module.js'), 'utf8');
    expect(source.match(/react\.(production|development)/g)).toBeNull();
    expect(/define\(\[([^\]]*)\]/.exec(source)?.[1]).toContain('"react/jsx-runtime"');
  });

  it('may all be loaded unsigned in docker-compose and by the README', () => {
    const compose = parse(readFileSync(join(repository, 'docker-compose.yml'), 'utf8'), { merge: true });
    const ids = [app.id, ...nested.map(([, { id }]) => id)].sort();
    const allowed: string = compose.services.grafana.environment.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS;
    expect(allowed.split(',').sort()).toEqual(ids);
    expect(readFileSync(join(plugin, 'README.md'), 'utf8')).toContain(`UNSIGNED_PLUGINS=${allowed}`);
  });
});

describe('the data source', () => {
  const [, source] = nested.find(([, { type }]) => type === 'datasource') ?? [];

  it('answers panels and annotations and claims no backend, so no alert rule can be made of it', () => {
    expect(source).toMatchObject({ metrics: true, annotations: true });
    expect(source).not.toHaveProperty('backend');
    expect(source).not.toHaveProperty('alerting');
  });

  it('has routes that only read, each with the token and under its own path', () => {
    expect(source?.routes?.length).toBeGreaterThan(0);
    for (const { method, path, url, headers } of source?.routes ?? []) {
      expect(method).toBe('GET');
      // A route of a data source matches by prefix alone: what is appended to `url` is what follows `path`.
      expect(url).toBe(`{{ .JsonData.collectorUrl }}/${path}`);
      expect(headers).toEqual([{ name: 'Authorization', content: 'Bearer {{ .SecureJsonData.collectorToken }}' }]);
    }
  });

  it('is provisioned without an address of its own, so that no path gets past the routes', () => {
    const { datasources } = parse(readFileSync(join(repository, 'provisioning/datasources/plumbline.yaml'), 'utf8'));
    const provisioned = datasources.filter(({ type }: { type: string }) => type === source?.id);
    expect(provisioned).toHaveLength(1);
    expect(provisioned[0]).toMatchObject({
      access: 'proxy',
      jsonData: { collectorUrl: '$PLUMBLINE_COLLECTOR_URL' },
      secureJsonData: { collectorToken: '$PLUMBLINE_GRAFANA_TOKEN' },
    });
    expect(provisioned[0].url ?? '').toBe('');
  });
});

describe('the extensions', () => {
  const { addedLinks = [], exposedComponents = [] } = app.extensions ?? {};
  const registered = readFileSync(join(dist, 'module.js'), 'utf8');

  it('stand in plugin.json as the module registers them', () => {
    for (const { title, description } of [...addedLinks, ...exposedComponents]) {
      expect(title.length).toBeGreaterThanOrEqual(10);
      expect([title, registered.includes(JSON.stringify(title))]).toEqual([title, true]);
      expect([description, registered.includes(JSON.stringify(description))]).toEqual([description, true]);
    }
    expect(registered.match(/\.(addLink|exposeComponent|addComponent|addFunction)\(/g)).toHaveLength(
      addedLinks.length + exposedComponents.length,
    );
  });

  it('are in the menu of panels and in both places of alerts', () => {
    expect(addedLinks.flatMap(({ targets }) => targets)).toEqual([
      'grafana/dashboard/panel/menu',
      'grafana/alerting/instance/action',
      'grafana/alerting/alertingrule/action',
    ]);
  });

  it('expose the badge under an id that begins with the app and ends with a version', () => {
    expect(exposedComponents.map(({ id }) => id)).toEqual([`${app.id}/model-status/v1`]);
  });
});

describe('the sources', () => {
  it('use no API that React 18 lacks', () => {
    const later =
      /\b(useActionState|useOptimistic|useFormStatus|useEffectEvent|requestFormReset)\b|import\s*\{[^}]*\buse\b[^}]*\}\s*from 'react'|<Context\s/;
    const found = globSync('src/**/*.{ts,tsx}', { cwd: plugin }).filter((file) =>
      later.test(readFileSync(join(plugin, file), 'utf8')),
    );
    expect(found).toEqual([]);
  });
});

function byPath(left: { path: string }, right: { path: string }): number {
  return left.path < right.path ? -1 : 1;
}
