import { readFileSync } from 'node:fs';
import type { Verb } from '@plumbline/collector/api';
import { describe, expect, it } from 'vitest';
import { matchRoute } from '../host/server/routeRules.ts';
import plugin from '../src/plugin.json' with { type: 'json' };
import { permissionOf, rolesOf } from '../src/verbs.ts';

const declared = new Set(plugin.roles.flatMap(({ role }) => role.permissions.map(({ action }) => action)));
const verbs = Object.keys(permissionOf) as Verb[];
const target: Readonly<Record<Verb, string>> = {
  shadow: 'credit-risk',
  canary: 'credit-risk',
  promote: 'credit-risk',
  approve: 'ap_01',
  'roll-back': 'credit-risk',
  pause: 'credit-risk',
  resume: 'credit-risk',
  acknowledge: 'a1f0',
  retrain: 'credit-risk',
  silence: 'credit-risk',
  unsilence: 'sil_01',
  expect: 'a1f0',
  'set-reference': 'credit-risk',
  'cancel-retrain': 'rt_01',
  'test-webhook': 'trainer',
  'replay-delivery': 'evt_01:trainer',
  'replay-deliveries': 'trainer',
  'replay-dead-letter': 'dl_01',
  'replay-dead-letters': 'BAD_FRAME',
  reject: 'credit-risk',
  retire: 'credit-risk',
  quarantine: 'credit-risk',
  release: 'credit-risk',
  dequeue: 'credit-risk',
  'break-glass': 'credit-risk',
  'close-break-glass': 'credit-risk',
};

/** Organisation roles that a permission is granted to. */
function grantsOf(action: string): string[] {
  return plugin.roles
    .filter(({ role }) => role.permissions.some((permission) => permission.action === action))
    .flatMap(({ grants }) => grants);
}

describe('plugin.json', () => {
  it('is an app with the id of its folder name, for Grafana 12.4 and later', () => {
    expect(plugin.type).toBe('app');
    expect(plugin.id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?app$/);
    expect(plugin.dependencies.grafanaDependency).toBe('>=12.4.0');
  });

  it.each(verbs)('gives the verb %s a route of its own, behind its own permission', (verb) => {
    const match = matchRoute(plugin.routes, 'POST', `/v1/actions/${verb}/${target[verb]}`);
    expect(match?.route.reqAction).toBe(permissionOf[verb]);
    expect(match?.route.path).toBe(`v1/actions/${verb}/*`);
    expect(match?.rest).toBe(target[verb]);
  });

  it('lets nothing be written but actions', () => {
    for (const { method, path } of plugin.routes) {
      expect(['GET', 'POST']).toContain(method);
      expect([path, method === 'POST']).toEqual([path, path.startsWith('v1/actions/')]);
    }
  });

  it('guards every route by a permission that a role grants', () => {
    for (const { path, reqAction } of plugin.routes) {
      expect([path, declared.has(reqAction)]).toEqual([path, true]);
    }
  });

  it('declares no permission that guards nothing', () => {
    const used = new Set(plugin.routes.map(({ reqAction }) => reqAction));
    expect([...declared].filter((action) => action !== 'plugins.app:access' && !used.has(action))).toEqual([]);
  });

  it('sends the token and keeps the path on every route', () => {
    for (const { path, url, headers } of plugin.routes) {
      expect(url).toBe(`{{ .JsonData.collectorUrl }}/${path.replace(/\/\*$/, '')}`);
      expect(headers).toEqual([{ name: 'Authorization', content: 'Bearer {{ .SecureJsonData.collectorToken }}' }]);
    }
  });

  it('grants permissions that start with its id, and access to itself, in every role', () => {
    for (const { role } of plugin.roles) {
      for (const permission of role.permissions) {
        expect(permission.action === 'plugins.app:access' || permission.action.startsWith(`${plugin.id}.`)).toBe(true);
      }
      expect(role.permissions).toContainEqual({ action: 'plugins.app:access', scope: `plugins:id:${plugin.id}` });
    }
  });

  it('grants what the collector allows: viewers look, editors operate, admins approve', () => {
    expect(grantsOf(`${plugin.id}.models:read`)).toEqual(['Viewer', 'Editor', 'Admin']);
    for (const verb of verbs) {
      const expected = rolesOf[verb].includes('operator') ? ['Editor', 'Admin'] : ['Admin'];
      expect([verb, grantsOf(permissionOf[verb])]).toEqual([verb, expected]);
    }
  });

  it('has the files it names', () => {
    const { small, large } = plugin.info.logos;
    for (const logo of [small, large]) {
      const svg = readFileSync(new URL(`../src/${logo}`, import.meta.url), 'utf8');
      expect(svg).not.toMatch(/<script|javascript:|\son\w+=|href=/i);
    }
  });

  it('has a version that its changelog tells about', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(plugin.info.version).toBe('%VERSION%');
    expect(readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8')).toContain(`## ${version}`);
  });
});
