import { posix } from 'node:path';
import { type ImportStatement, importsOf } from './imports.ts';

/**
 * Which part may import which: imports go down only. One table, read from the bottom of the system to its top.
 *
 * A room is a folder of `collector/src` (or a file directly in it). Each names the rooms it may import; `types:` before
 * a name admits only `import type`. A path to one file admits that file alone.
 */
const leaves = ['errors.ts', 'config'];
const storePort = [
  'store/port.ts',
  'store/audit.ts',
  'store/audit-heads.ts',
  'store/audit-signature.ts',
  'store/outgoing.ts',
  'store/people.ts',
  'store/segment-records.ts',
  'store/counts.ts',
  'store/history.ts',
  'store/rollups.ts',
  'store/logged-halves.ts',
  'store/dead-letters.ts',
];
const decisions = [
  ...leaves,
  ...storePort,
  'profile',
  'statistics',
  'types:monitor',
  'types:http/api.ts',
  'sdk:routing',
];

export const collectorRooms: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  config: ['errors.ts'],
  statistics: ['errors.ts'],
  profile: ['errors.ts', 'statistics', 'types:sdk:event'],
  // The message as the bus hands it on, and the limits of what the store can hold.
  events: [...leaves, 'types:bus', 'store/history.ts', 'sdk:event', 'sdk:wire', 'sdk:subjects', 'sdk:spans'],
  // Reports have the shape in which the API answers.
  monitor: [...leaves, 'profile', 'statistics', 'types:http/api.ts', 'types:sdk:event'],
  store: [...leaves, 'profile', 'types:monitor', 'types:sdk:event', 'types:sdk:routing'],
  alert: decisions,
  rollout: decisions,
  retrain: [...decisions, 'types:alert', 'types:rollout'],
  'wakeable-loop.ts': [],
  // Measures what others tell it of; knows none of them.
  telemetry: ['types:store/port.ts'],
  webhook: [...leaves, ...storePort, 'wakeable-loop.ts'],
  // Notifiers are receivers of the one sender.
  notify: [...decisions, 'alert', 'webhook'],
  hooks: [...decisions, 'webhook'],
  bus: [...leaves, 'sdk:event', 'sdk:wire', 'sdk:subjects', 'sdk:routing', 'sdk:nats'],
  http: [
    ...decisions,
    'monitor',
    'alert',
    'rollout',
    'retrain',
    'events',
    'webhook',
    'telemetry',
    'types:notify',
    'types:hooks',
    'types:sdk:event',
  ],
  main: ['*', 'sdk:*'],
  cli: ['*', 'main', 'sdk:*'],
};

/** What `*` stands for: all rooms below the two that wire. */
const wiredRooms = Object.keys(collectorRooms).filter((room) => room !== 'main' && room !== 'cli');

export interface SourceFile {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every import that goes up or sideways: `file:line imports "x": rule`. */
export function tierViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((statement) => {
      const rule = brokenRule(file.path, statement);
      return rule === null ? [] : [`${file.path}:${statement.line} imports '${statement.specifier}': ${rule}`];
    }),
  );
}

function brokenRule(from: string, statement: ImportStatement): string | null {
  const target = resolve(from, statement.specifier);
  if (target === null) {
    return null;
  }
  const importer = packageOf(from);
  const imported = packageOf(target);
  if (importer !== imported && imported === 'plugin') {
    return 'nothing imports the plugin';
  }
  if (isTest(from) && imported === 'test') {
    return null;
  }
  switch (importer) {
    case 'sdk':
      return imported === 'sdk' ? null : 'the SDK imports nothing of ours but itself';
    case 'plugin':
      return pluginRule(target, imported, statement);
    case 'collector':
      if (imported !== 'collector' && imported !== 'sdk') {
        return 'the collector imports the SDK and nothing else of ours';
      }
      return isTest(from) ? null : roomRule(roomOf(from), target, statement);
    default:
      return null;
  }
}

function pluginRule(target: string, imported: string, { typeOnly }: ImportStatement): string | null {
  if (imported === 'plugin') {
    return null;
  }
  const isApi = target === 'collector:api' || target === 'collector/src/http/api.ts';
  return isApi && typeOnly
    ? null
    : "of ours, the plugin imports only types, and only those of '@plumbline/collector/api'";
}

function roomRule(room: string, target: string, { typeOnly }: ImportStatement): string | null {
  const allowed = collectorRooms[room];
  if (allowed === undefined) {
    return `'${room}' is not a room of the collector; give it a place in collectorRooms (test/check/import-tiers.ts)`;
  }
  const isSdk = packageOf(target) === 'sdk';
  const targetRoom = isSdk ? target : roomOf(target);
  if (targetRoom === room) {
    return null;
  }
  const names = isSdk
    ? [target, 'sdk:*']
    : [targetRoom, target.replace('collector/src/', ''), ...(wiredRooms.includes(targetRoom) ? ['*'] : [])];
  if (names.some((name) => allowed.includes(name) || (typeOnly && allowed.includes(`types:${name}`)))) {
    return null;
  }
  return names.some((name) => allowed.includes(`types:${name}`))
    ? `'${room}' may import only types of '${targetRoom}'`
    : `'${room}' may not import '${targetRoom}'`;
}

/**
 * `collector/src/store/port.ts` for a relative path, `sdk:wire` for an entry of another package of ours, null for
 * everything else.
 */
function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) {
    return posix.join(posix.dirname(from), specifier);
  }
  const match = /^@plumbline\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  return match === null ? null : `${match[1]}:${match[2] ?? 'index'}`;
}

function packageOf(path: string): string {
  return path.split(/[/:]/, 1)[0] ?? '';
}

function roomOf(path: string): string {
  return path.replace('collector/src/', '').split('/', 1)[0] ?? '';
}

/** Tests and their helpers run real components of every room, and the stack launcher. */
function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.includes('/testing/');
}
