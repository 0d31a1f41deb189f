import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings, type ModelSettings, plumblineSettings } from '@plumbline/collector/config';
import { describe, expect, it } from 'vitest';
import { demoSettings } from '../demo/settings.ts';
import { repositoryRoot } from '../setup/commands.mjs';
import { requireNatsServer } from '../setup/nats-server.mjs';
import { brokerUsers } from '../stack/nats-users.ts';

const at = (path: string) => join(repositoryRoot, path);
const read = (path: string) => readFileSync(at(path), 'utf8');

/** Variables of `provisioning/example.env`, each with a value. */
const environment = Object.fromEntries(
  [...read('provisioning/example.env').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => [
    name,
    name === 'PLUMBLINE_WEBHOOK_SECRET' ? `whsec_${Buffer.alloc(32, 7).toString('base64')}` : `0secret/of=${name}`,
  ]),
);

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
