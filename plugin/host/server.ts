import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sendFile, sendGrafanaAsset } from './server/assets.ts';
import { sendDashboard } from './server/dashboards.ts';
import { createIdentitySigner } from './server/identityToken.ts';
import { createReloader, reloadPath } from './server/liveReload.ts';
import { renderPage } from './server/page.ts';
import { hasRole, type OrganisationRole, type Person, people, permissionsOf } from './server/people.ts';
import { buildOf, readManifest, readNestedPlugins } from './server/pluginFiles.ts';
import { proxyToCollector, proxyToDataSource, refuse } from './server/proxy.ts';
import { saveSettings } from './server/settings.ts';

const here = dirname(fileURLToPath(import.meta.url));
/** The data source as provisioned: one, with the settings of the app. */
const dataSourcePrefix = '/api/datasources/proxy/uid/plumbline-models';

export interface HostOptions {
  /** Where the collector listens, for example `http://127.0.0.1:4318`. May come later, through `connect`. */
  readonly collectorUrl?: string;
  /** The collector's token for this host: what Grafana keeps in `secureJsonData.collectorToken`. */
  readonly collectorToken?: string;
  /** 0, the default: any free port. Listens on 127.0.0.1 only, because everybody who reaches it is signed in. */
  readonly port?: number;
  /** The built plugin; default `plugin/dist`. */
  readonly pluginFolder?: string;
  /** The built host page; default what `HOST_PAGE` names, else `plugin/host/dist`. */
  readonly pageFolder?: string;
  /** Dashboards for `/d/<uid>`; default: the provisioned ones. */
  readonly dashboardFolder?: string;
  /** The least organisation role that may query the data source; default Viewer, as in Grafana. */
  readonly queriedBy?: OrganisationRole;
  readonly clock?: () => number;
  /** Pages load themselves again when `reloadPages` is called, and plugin.json is read for every request. */
  readonly liveReload?: boolean;
}

export interface Host {
  /** Address of the page, without a closing slash. */
  readonly url: string;
  /** `iss` of the identity tokens it signs: Grafana's root URL. */
  readonly issuer: string;
  /** Where the collector finds the keys that check those tokens. */
  readonly keysUrl: string;
  /** Points the plugin at a collector: the app's settings in Grafana. */
  connect(url: string, token: string): void;
  /** Sets others of the app's settings that everybody may read. */
  configure(jsonData: Readonly<Record<string, string>>): void;
  /** Forgets the app's settings, as in a Grafana where the app was just installed. */
  disconnect(): void;
  /** Signs everybody in to another organisation of this Grafana; 1 at first. */
  enterOrganisation(id: number): void;
  /** Has every open page load itself again. Only with `liveReload`. */
  reloadPages(): void;
  stop(): Promise<void>;
}

/** Runs the built plugin without Grafana: the page, its assets, and a proxy with the rules of Grafana's. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const pluginFolder = options.pluginFolder ?? join(here, '../dist');
  const pageFolder = options.pageFolder ?? process.env.HOST_PAGE ?? join(here, 'dist');
  const clock = options.clock ?? Date.now;
  const started = readManifest(pluginFolder);
  const reload = options.liveReload ? createReloader() : null;
  const settings = { jsonData: {} as Record<string, string>, secureJsonData: {} as Record<string, string> };
  let organisation = 1;
  const connect = (url: string, token: string) => {
    settings.jsonData.collectorUrl = url.replace(/\/$/, '');
    settings.secureJsonData.collectorToken = token;
  };
  if (options.collectorUrl !== undefined) {
    connect(options.collectorUrl, options.collectorToken ?? '');
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      refuse(outgoing, 500, error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const issuer = `${url}/`;
  const signer = await createIdentitySigner(issuer, clock);
  const nested = readNestedPlugins(pluginFolder, started);
  const dashboardFolder = options.dashboardFolder ?? join(here, '../../provisioning/dashboards');
  const proxyPrefix = `/api/plugin-proxy/${started.id}`;
  const pluginPrefix = `/public/plugins/${started.id}/`;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname, search, searchParams } = new URL(`http://host${incoming.url ?? '/'}`);
    // Grafana reads plugin.json at its start. Who develops does not want to wait for that.
    const manifest = reload === null ? started : readManifest(pluginFolder);
    // As in Grafana: what is asked for by its version may be kept.
    const cache = reload === null && searchParams.has('_cache') ? 'public, max-age=3600' : 'no-cache';
    const owner = nested.find(({ id }) => pathname.startsWith(`/public/plugins/${id}/`));
    if (!isSameSite(incoming, port)) {
      refuse(outgoing, 403, 'origin not allowed');
    } else if (pathname === proxyPrefix || pathname.startsWith(`${proxyPrefix}/`)) {
      const person = personOf(incoming);
      proxyToCollector(incoming, outgoing, {
        routes: manifest.routes,
        settings,
        person,
        permissions: permissionsOf(person, manifest.roles),
        path: pathname.slice(proxyPrefix.length),
        search,
        identityToken: await signer.sign(person, organisation),
      });
    } else if (pathname.startsWith(`${dataSourcePrefix}/`)) {
      const person = personOf(incoming);
      proxyToDataSource(incoming, outgoing, {
        routes: nested.find(({ type }) => type === 'datasource')?.routes ?? [],
        settings,
        person,
        permissions: permissionsOf(person, manifest.roles),
        mayQuery: hasRole(person, options.queriedBy ?? 'Viewer'),
        path: pathname.slice(dataSourcePrefix.length),
        search,
        identityToken: await signer.sign(person, organisation),
      });
    } else if (pathname.startsWith('/api/dashboards/uid/')) {
      sendDashboard(outgoing, dashboardFolder, decodeURIComponent(pathname.slice('/api/dashboards/uid/'.length)));
    } else if (pathname === '/api/signing-keys/keys') {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' });
      outgoing.end(JSON.stringify(signer.keySet));
    } else if (pathname === `/api/plugins/${manifest.id}/settings` && incoming.method === 'POST') {
      await saveSettings(incoming, outgoing, personOf(incoming), settings);
    } else if (reload !== null && pathname === reloadPath) {
      reload.subscribe(outgoing);
    } else if (pathname.startsWith('/api/')) {
      refuse(outgoing, 404, `Not found: ${pathname}`);
    } else if (pathname.startsWith(pluginPrefix)) {
      sendFile(outgoing, pluginFolder, decodeURIComponent(pathname.slice(pluginPrefix.length)), cache);
    } else if (owner !== undefined) {
      // Grafana serves a plugin inside the app under its own id, as if it lay beside the app.
      const file = decodeURIComponent(pathname.slice(`/public/plugins/${owner.id}/`.length));
      sendFile(outgoing, join(pluginFolder, owner.folder), file, cache);
    } else if (pathname.startsWith('/public/')) {
      sendGrafanaAsset(outgoing, decodeURIComponent(pathname.slice('/public/'.length)));
    } else if (pathname.startsWith('/assets/')) {
      sendFile(outgoing, pageFolder, pathname, 'max-age=31536000, immutable');
    } else if (pathname === '/') {
      const start = manifest.includes.find(({ defaultNav }) => defaultNav)?.path ?? `/a/${manifest.id}`;
      outgoing.writeHead(302, { location: `${start.replace('%PLUGIN_ID%', manifest.id)}${search}` });
      outgoing.end();
    } else if (/^\/(a|plugins|d|connections|components)\//.test(pathname)) {
      renderPage(outgoing, {
        pageFolder,
        manifest,
        nested,
        build: buildOf(pluginFolder, nested),
        person: personOf(incoming, searchParams.get('user')),
        theme: themeOf(incoming, searchParams.get('theme')),
        jsonData: settings.jsonData,
        secrets: Object.keys(settings.secureJsonData),
        origin: url,
        liveReload: reload !== null,
      });
    } else {
      refuse(outgoing, 404, `Not found: ${pathname}`);
    }
  }

  return {
    url,
    issuer,
    keysUrl: `${url}/api/signing-keys/keys`,
    connect,
    configure(jsonData) {
      settings.jsonData = { ...settings.jsonData, ...jsonData };
    },
    disconnect() {
      settings.jsonData = {};
      settings.secureJsonData = {};
    },
    enterOrganisation(id) {
      organisation = id;
    },
    reloadPages: () => reload?.reload(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Everybody who reaches this server is signed in, so a page of another site must not reach it: neither by a request of
 * its own (Origin), nor under a name it points at this machine (Host).
 */
function isSameSite({ headers }: IncomingMessage, port: number): boolean {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  return (
    own.includes(headers.host ?? '') &&
    (headers.origin === undefined || own.some((host) => headers.origin === `http://${host}`))
  );
}

/** Who is looking: `?user=` on a page, remembered in a cookie; the first approver when nobody was chosen. */
function personOf(incoming: IncomingMessage, asked: string | null = null): Person {
  const wanted = asked ?? cookie(incoming, 'host_user');
  const [first] = people;
  return people.find(({ login }) => login === wanted) ?? (first as Person);
}

function themeOf(incoming: IncomingMessage, asked: string | null): 'dark' | 'light' {
  return (asked ?? cookie(incoming, 'host_theme')) === 'light' ? 'light' : 'dark';
}

function cookie({ headers }: IncomingMessage, name: string): string | null {
  return new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1] ?? null;
}

/** `node plugin/host/server.ts --collector URL --collector-token TOKEN [--port 0]` */
async function runFromCommandLine(): Promise<void> {
  const { values } = parseArgs({
    options: {
      collector: { type: 'string' },
      'collector-token': { type: 'string', default: '' },
      port: { type: 'string', default: '0' },
    },
  });
  if (values.collector === undefined) {
    process.stderr.write('usage: node plugin/host/server.ts --collector URL --collector-token TOKEN [--port 0]\n');
    process.exitCode = 2;
    return;
  }
  const host = await startHost({
    collectorUrl: values.collector,
    collectorToken: values['collector-token'],
    port: Number(values.port),
  });
  const { url, issuer, keysUrl } = host;
  process.stdout.write(`${JSON.stringify({ event: 'ready', http: url, issuer, keysUrl })}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void host.stop());
  }
}

if (import.meta.main) {
  await runFromCommandLine();
}
