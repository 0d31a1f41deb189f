import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings, type ModelSettings, plumblineSettings } from '@plumbline/collector/config';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { demoSettings } from '../demo/settings.ts';
import { repositoryRoot } from '../setup/commands.mjs';
import { requireNatsServer } from '../setup/nats-server.mjs';
import { findPrometheus } from '../setup/prometheus.mjs';
import { brokerUsers } from '../stack/nats-users.ts';
import { prometheusMissing } from '../stack/prometheus.ts';

const at = (path: string) => join(repositoryRoot, path);
const read = (path: string) => readFileSync(at(path), 'utf8');

/** Variables of `provisioning/example.env`, each with a value. */
const environment = Object.fromEntries(
  [...read('provisioning/example.env').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => [
    name,
    name === 'PLUMBLINE_WEBHOOK_SECRET' ? `whsec_${Buffer.alloc(32, 7).toString('base64')}` : `0secret/of=${name}`,
  ]),
);

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly description: string };
    }[];
  }[];
}

/** As much of the compose specification as the file uses: a misspelt key is an error. */
const service = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), target: z.string().optional() }).optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  user: z.string().optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']) }),
    )
    .optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  secrets: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  network_mode: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  healthcheck: z
    .strictObject({ test: z.array(z.string()), interval: z.string(), timeout: z.string(), retries: z.int() })
    .optional(),
  restart: z.enum(['unless-stopped']).optional(),
});
const composeFile = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.strictObject({ environment: z.string() })),
  volumes: z.record(z.string(), z.null()),
});
type ComposeFile = z.infer<typeof composeFile>;

/** As much of Grafana's alerting provisioning as the file uses. */
const alertingFile = z.strictObject({
  apiVersion: z.literal(1),
  contactPoints: z.tuple([
    z.strictObject({
      orgId: z.literal(1),
      name: z.string(),
      receivers: z.tuple([
        z.strictObject({
          uid: z.string(),
          type: z.literal('webhook'),
          settings: z.strictObject({
            url: z.string(),
            httpMethod: z.literal('POST'),
            hmacConfig: z.strictObject({ secret: z.string(), header: z.string(), timestampHeader: z.string() }),
          }),
        }),
      ]),
    }),
  ]),
  groups: z.array(
    z.strictObject({
      orgId: z.literal(1),
      name: z.string(),
      folder: z.string(),
      interval: z.string(),
      rules: z.array(
        z.strictObject({
          uid: z.string().max(40),
          title: z.string(),
          condition: z.string(),
          for: z.string().regex(/^\d+[sm]$/),
          noDataState: z.enum(['OK', 'NoData', 'Alerting']),
          execErrState: z.enum(['OK', 'Error', 'Alerting']),
          dashboardUid: z.string(),
          panelId: z.int(),
          labels: z.record(z.string(), z.string()),
          annotations: z.record(z.string(), z.string()),
          data: z.array(
            z.strictObject({
              refId: z.string(),
              relativeTimeRange: z.strictObject({ from: z.int(), to: z.int() }).optional(),
              datasourceUid: z.string(),
              model: z.object({ refId: z.string() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** What Grafana's classic dashboard model asks of us. */
const dashboardModel = z.object({
  id: z.null(),
  uid: z.string().regex(/^plumbline-/),
  title: z.string().startsWith('Plumbline: '),
  schemaVersion: z.int().min(36),
  templating: z.object({
    list: z.array(
      z.discriminatedUnion('type', [
        z.object({
          type: z.literal('datasource'),
          query: z.string(),
          current: z.object({ text: z.string(), value: z.string() }),
        }),
        z.object({ type: z.literal('query') }),
      ]),
    ),
  }),
  panels: z.array(
    z.object({
      id: z.int(),
      type: z.string(),
      title: z.string().min(1),
      gridPos: z.strictObject({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) }),
      // A variable: people have data sources of their own.
      datasource: z.object({ type: z.string(), uid: z.string().startsWith('${') }),
      targets: z.array(z.object({ refId: z.string() })).optional(),
    }),
  ),
});

describe('docker-compose.yml', () => {
  it('takes every secret from a variable that the example names', () => {
    const needed = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    expect(new Set(needed)).toEqual(new Set(Object.keys(environment)));
  });

  it('mounts only files that exist', () => {
    const mounted = [...read('docker-compose.yml').matchAll(/- (\.\/provisioning[^:]*):/g)].map(
      ([, path]) => path ?? '',
    );
    expect(mounted.length).toBeGreaterThan(0);
    expect(() => mounted.map((path) => readFileSync(at(path), { flag: 'r' }).length)).not.toThrow(/ENOENT/);
  });

  it('agrees with the collector about who issues the tokens of people', async () => {
    const { collector } = await loadSettings(at('provisioning/collector/plumbline.yaml'), { environment });
    expect(read('docker-compose.yml')).toContain(`GF_SERVER_ROOT_URL: ${collector.identity.grafana?.issuer}\n`);
  });
});

describe('the collector of docker-compose', () => {
  it('understands the events of the bank as the demo does', async () => {
    const { models } = await loadSettings(at('provisioning/collector/plumbline.yaml'), { environment });
    const secrets = {
      grafanaToken: 'grafana-token',
      trainerToken: 'trainer-token',
      bankToken: 'bank-token',
      webhookSecret: 'whsec_unused',
    };
    const addresses = { issuer: 'http://a/', keysUrl: 'http://a/keys', trainerUrl: 'http://a' };
    const demo = plumblineSettings.parse(demoSettings(secrets, addresses));
    const meaning = ({ name, environment: where, task, positive, favourable, features, groups }: ModelSettings) => {
      return { name, where, task, positive, favourable, features, groups };
    };
    expect(models.map(meaning)).toEqual(demo.models.map(meaning));
  });

  it('has settings that load', async () => {
    const { collector } = await loadSettings(at('provisioning/collector/plumbline.yaml'), { environment });
    expect(collector.identity.insecureLocal).toBe(false);
    expect(collector.nats.password).toBe('0secret/of=PLUMBLINE_NATS_COLLECTOR_PASSWORD');
  });
});

describe('what Prometheus is given', () => {
  const missing = prometheusMissing();
  const promtool = (args: readonly string[], input?: string) =>
    spawnSync(join(findPrometheus() ?? '', 'promtool'), args, { encoding: 'utf8', input });

  it.skipIf(missing !== undefined)('is a configuration that Prometheus accepts', () => {
    const file = at('provisioning/prometheus/prometheus.yml');
    const { stdout, stderr } = promtool(['check', 'config', '--syntax-only', file]);
    expect(stdout, stderr).toContain('is valid prometheus config file syntax');
  });

  it.skipIf(missing !== undefined)('are rules that fire when they should, and not otherwise', () => {
    const { status, stdout, stderr } = promtool(['test', 'rules', at('provisioning/prometheus/rules.test.yml')]);
    expect(status, stdout + stderr).toBe(0);
  });

  it('has an annotation that says what to do in every rule, and a severity', () => {
    const { groups } = parse(read('provisioning/prometheus/rules.yml')) as RuleFile; // promtool checks its shape
    for (const { alert, labels, annotations } of groups.flatMap(({ rules }) => rules)) {
      expect(['page', 'ticket'], alert).toContain(labels.severity);
      expect(annotations.description.length, alert).toBeGreaterThan(20);
    }
  });
});

describe('what Grafana is given', () => {
  const dashboards = readdirSync(at('provisioning/dashboards')).filter((file) => file.endsWith('.json'));

  it.each(dashboards)('%s is a dashboard of the classic model, tidy on its grid', (file) => {
    const dashboard = dashboardModel.parse(JSON.parse(read(`provisioning/dashboards/${file}`)));
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = dashboard.panels.flatMap(({ title, gridPos: { x, y, w, h } }) => {
      expect(x + w, title).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    // Panels of ours say so in their plugin's id; all others are in every Grafana.
    const core = ['stat', 'table', 'timeseries', 'state-timeline', 'bargauge', 'text'];
    for (const { type } of dashboard.panels)
      expect(core.includes(type) || type.startsWith('plumbline-'), type).toBe(true);
  });

  it('opens dashboards on the data source that comes with them, where there are others of its kind', () => {
    const { datasources } = parse(read('provisioning/datasources/plumbline.yaml')) as {
      datasources: { name: string; uid: string; type: string }[];
    };
    const provisioned = datasources.map(({ name, uid, type }) => ({
      query: type,
      current: { text: name, value: uid },
    }));
    for (const file of dashboards) {
      const { templating } = dashboardModel.parse(JSON.parse(read(`provisioning/dashboards/${file}`)));
      const chosen = templating.list.flatMap((variable) =>
        variable.type === 'datasource' ? [{ query: variable.query, current: variable.current }] : [],
      );
      expect(chosen, file).toHaveLength(1);
      expect(provisioned, file).toContainEqual(chosen[0]);
    }
  });

  it('has a variable in its environment for everything that its files leave open', () => {
    const files = ['plugins', 'datasources', 'dashboards', 'alerting'].map((folder) => `${folder}/plumbline.yaml`);
    const needed = files.flatMap((file) =>
      [...read(`provisioning/${file}`).matchAll(/\$([A-Z_]+)/g)].map(([, name]) => name),
    );
    const { services } = parse(read('docker-compose.yml')) as ComposeFile; // checked below
    const ofTheImage = ['GF_PATHS_PROVISIONING'];
    const given = [...Object.keys(services.grafana?.environment ?? {}), ...ofTheImage];
    expect(needed.filter((name) => name === undefined || !given.includes(name))).toEqual([]);
  });
});

describe("what Grafana's alerting is given", () => {
  const { contactPoints, groups } = alertingFile.parse(parse(read('provisioning/alerting/plumbline.yaml')));
  const rules = groups.flatMap((group) => group.rules);

  it('asks a data source that is provisioned, and decides by its last step', () => {
    const known = [
      '__expr__',
      ...[...read('provisioning/datasources/plumbline.yaml').matchAll(/uid: (\S+)/g)].map(([, uid]) => uid),
    ];
    for (const { title, condition, data } of rules) {
      expect(data.at(-1)?.refId, title).toBe(condition);
      expect(
        data.filter(({ datasourceUid }) => !known.includes(datasourceUid)),
        title,
      ).toEqual([]);
    }
  });

  it('keeps its rules in a folder of their own, which the dashboards do not make again', () => {
    const { providers } = parse(read('provisioning/dashboards/plumbline.yaml')) as { providers: { folder: string }[] };
    const ofDashboards = providers.map(({ folder }) => folder);
    for (const { folder } of groups) expect(ofDashboards).not.toContain(folder);
  });

  it('points at panels that are there', () => {
    const panels = readdirSync(at('provisioning/dashboards'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => dashboardModel.parse(JSON.parse(read(`provisioning/dashboards/${file}`))))
      .flatMap(({ uid, panels: own }) => own.map(({ id }) => `${uid}/${id}`));
    for (const { dashboardUid, panelId } of rules) expect(panels).toContain(`${dashboardUid}/${panelId}`);
  });

  it('has no text in which Grafana would look for a variable of its environment', () => {
    for (const { annotations } of rules) expect(Object.values(annotations).join()).not.toContain('$');
  });

  it('signs what it tells the collector in the way that the collector checks', async () => {
    const { hooks } = await loadSettings(at('provisioning/collector/plumbline.yaml'), { environment });
    const [{ settings }] = contactPoints[0].receivers;
    expect(hooks.map(({ name, scheme }) => ({ name, scheme }))).toEqual([{ name: 'grafana', scheme: 'grafana' }]);
    expect(settings.url).toMatch(/\/v1\/hooks\/grafana$/);
    expect(settings.hmacConfig.header.toLowerCase()).toBe('x-grafana-alerting-signature');
    expect(settings.hmacConfig.timestampHeader.toLowerCase()).toBe('x-grafana-alerting-timestamp');
  });
});

describe('the services of docker-compose', () => {
  const { services, volumes, secrets } = composeFile.parse(parse(read('docker-compose.yml'), { merge: true }));
  const entries = Object.entries(services);

  it.each(entries)('%s runs a fixed version, restarts, and cannot gain privileges', (name, service) => {
    if (service.image !== undefined) expect(service.image).toMatch(/:v?\d+\.\d+[\w.-]*$/);
    const isOnce = ['nats-volume', 'first-version'].includes(name);
    expect(service.restart).toBe(isOnce ? undefined : 'unless-stopped');
    if (!isOnce) expect(service.security_opt).toEqual(['no-new-privileges:true']);
  });

  it('wait for each other by health, and only for services there are', () => {
    for (const [name, { depends_on = {} }] of entries) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(Object.keys(services), name).toContain(other);
        if (condition === 'service_healthy' && services[other]?.build === undefined) {
          expect(services[other]?.healthcheck, other).toBeDefined();
        }
      }
    }
  });

  it('keep a file system that can be written where a secret is copied into it', () => {
    // https://github.com/docker/compose/pull/12531: Compose refuses to start anything else.
    const withSecrets = entries.filter(([, { secrets: own }]) => own !== undefined);
    expect(withSecrets.map(([name]) => name)).toEqual(['prometheus']);
    for (const [name, { read_only }] of withSecrets) expect(read_only, name).not.toBe(true);
  });

  it('use only volumes and secrets that are declared, and publish ports on loopback alone', () => {
    for (const service of Object.values(services)) {
      const named = (service.volumes ?? [])
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((from) => !from.startsWith('.'));
      expect(named.filter((volume) => !Object.hasOwn(volumes, volume))).toEqual([]);
      expect((service.secrets ?? []).filter((secret) => !Object.hasOwn(secrets, secret))).toEqual([]);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});

describe('the broker of docker-compose', () => {
  const file = 'provisioning/nats/nats-server.conf';

  it('has a configuration that nats-server accepts', () => {
    // As docker-compose.yml hands them on.
    const quoted = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, `"${value}"`]));
    const { status, stderr } = spawnSync(requireNatsServer().path, ['-t', '-c', at(file)], {
      encoding: 'utf8',
      env: { ...process.env, ...quoted },
    });
    expect(stderr).toContain('is valid');
    expect(status).toBe(0);
  });

  it('gives its users the permissions that the tests run with', () => {
    const { collector, apps } = brokerUsers({ bank: ['credit-risk'] }, () => '');
    const granted = [collector, ...apps.values()].flatMap(({ permissions }) => [
      ...(permissions?.publish ?? []),
      ...(permissions?.subscribe ?? []),
    ]);
    const written = [...read(file).matchAll(/^ {12}"(.*)"$/gm)].map(([, subject]) => subject);
    expect(written).toEqual(granted);
  });
});
