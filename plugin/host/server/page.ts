import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { reloadScript } from './liveReload.ts';
import { type Person, people, permissionsOf } from './people.ts';
import type { NestedPlugin, PluginManifest } from './pluginFiles.ts';

export interface PageRequest {
  readonly pageFolder: string;
  readonly manifest: PluginManifest;
  readonly nested: readonly NestedPlugin[];
  /** Of the plugin's modules. */
  readonly build: string;
  readonly person: Person;
  readonly theme: 'dark' | 'light';
  readonly jsonData: Readonly<Record<string, string>>;
  /** Names of the secrets that are kept; their values never leave the server. */
  readonly secrets: readonly string[];
  readonly origin: string;
  readonly liveReload: boolean;
}

/** Sends the host page with the boot data that Grafana's own page carries. */
export function renderPage(outgoing: ServerResponse, request: PageRequest): void {
  const path = join(request.pageFolder, 'index.html');
  let page: string;
  try {
    page = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`No host page at ${path}. Build it first: npm run build:host -w plugin`, { cause: error });
  }
  outgoing.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'set-cookie': [
      `host_user=${request.person.login}; Path=/; SameSite=Strict`,
      `host_theme=${request.theme}; Path=/; SameSite=Strict`,
    ],
  });
  outgoing.end(
    page
      .replace(
        '<!-- boot data -->',
        () => `<script>${bootScript(request)}</script>${request.liveReload ? `<script>${reloadScript}</script>` : ''}`,
      )
      .replace('<body>', () => `<body class="theme-${request.theme}">`),
  );
}

function bootScript({ manifest, nested, build, person, theme, jsonData, secrets, origin }: PageRequest): string {
  const permissions = [...permissionsOf(person, manifest.roles)].map((action) => [action, true] as const);
  const bootData = {
    settings: {
      appUrl: `${origin}/`,
      appSubUrl: '',
      buildInfo: { version: '13.2.2', env: 'production', commit: 'host', edition: 'Open Source' },
      featureToggles: {},
      rbacEnabled: true,
      panels: {},
      apps: {},
      datasources: {},
      defaultDatasource: '',
      unifiedAlerting: {},
    },
    user: {
      id: person.id,
      uid: person.uid,
      login: person.login,
      name: person.name,
      email: `${person.login}@example.test`,
      externalUserId: '',
      orgId: 1,
      orgName: 'Main Org.',
      orgCount: 1,
      orgRole: person.role,
      isSignedIn: true,
      isGrafanaAdmin: false,
      gravatarUrl: '',
      timezone: 'browser',
      weekStart: 'monday',
      language: 'en-US',
      regionalFormat: 'en-US',
      theme,
      lightTheme: theme === 'light',
      permissions: Object.fromEntries(permissions),
      analytics: { identifier: '' },
      authenticatedBy: 'password',
    },
    navTree: [],
    assets: { dark: '', light: '' },
  };
  const host = {
    pluginId: manifest.id,
    build,
    jsonData,
    secureJsonFields: Object.fromEntries(secrets.map((name) => [name, true] as const)),
    nested: nested.map(({ id, type, name }) => ({ id, type, name })),
    people: people.map(({ login, name, role }) => ({ login, name, role })),
  };
  return [
    `window.grafanaBootData = ${json(bootData)};`,
    `window.__grafana_public_path__ = '/public/';`,
    `window.plumblineHost = ${json(host)};`,
  ].join('\n');
}

/** JSON that cannot close the script element it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
