import { describe, expect, it } from 'vitest';
import { collectorRooms, tierViolations } from './import-tiers.ts';
import { importsOf } from './imports.ts';
import { readTracked, trackedFiles } from './tracked-files.ts';

describe('imports go down only', () => {
  const sources = trackedFiles().filter((path) => /^(sdk|collector|plugin)\/.*\.tsx?$/.test(path));

  it('in every source file of every package', () => {
    expect(sources.length).toBeGreaterThan(10);
    expect(tierViolations(sources.map(readTracked))).toEqual([]);
  });

  it('and every folder of the collector has its place in the table', () => {
    const rooms = new Set(
      sources.map((path) => /^collector\/src\/([^/]+)/.exec(path)?.[1]).filter((room) => room !== undefined),
    );
    const unplaced = [...rooms].filter((room) => !room.endsWith('.test.ts') && collectorRooms[room] === undefined);
    expect(unplaced).toEqual([]);
  });
});

describe('the check itself', () => {
  const check = (path: string, text: string) => tierViolations([{ path, text }]);

  it.each([
    [
      'a statistic that reads the store',
      'collector/src/statistics/psi.ts',
      `import { Store } from '../store/port.ts';`,
      "'statistics' may not import 'store'",
    ],
    [
      'a profile that knows monitors',
      'collector/src/profile/profile.ts',
      `import type { Finding } from '../monitor/finding.ts';`,
      "'profile' may not import 'monitor'",
    ],
    [
      'an alert that computes findings',
      'collector/src/alert/assess.ts',
      `import { evaluateWindow } from '../monitor/index.ts';`,
      "'alert' may import only types of 'monitor'",
    ],
    [
      'a decision that opens a database',
      'collector/src/rollout/service.ts',
      `import { openSqliteStore } from '../store/sqlite.ts';`,
      "'rollout' may not import 'store'",
    ],
    [
      'a room that answers HTTP itself',
      'collector/src/retrain/service.ts',
      `import { app } from '../http/app.ts';`,
      "'retrain' may not import 'http'",
    ],
    [
      'HTTP that talks to the broker',
      'collector/src/http/app.ts',
      `import { bus } from '../bus/index.ts';`,
      "'http' may not import 'bus'",
    ],
    [
      'wiring that knows the command line',
      'collector/src/main/index.ts',
      `import { table } from '../cli/table.ts';`,
      "'main' may not import 'cli'",
    ],
    [
      'a room nobody placed',
      'collector/src/helpers/index.ts',
      `import { x } from '../errors.ts';`,
      "'helpers' is not a room",
    ],
    [
      'a collector that knows the plugin',
      'collector/src/http/app.ts',
      `import x from '../../../plugin/src/module.tsx';`,
      'nothing imports the plugin',
    ],
    [
      'a collector that knows the tests',
      'collector/src/main/index.ts',
      `import x from '@plumbline/test';`,
      'the collector imports the SDK and nothing else of ours',
    ],
    [
      'an SDK that knows the collector',
      'sdk/src/index.ts',
      `import type { X } from '@plumbline/collector/api';`,
      'the SDK imports nothing of ours but itself',
    ],
    [
      'a plugin that runs collector code',
      'plugin/src/App.tsx',
      `import { modelSummary } from '@plumbline/collector/api';`,
      'the plugin imports only types',
    ],
    [
      'a plugin that reads the SDK',
      'plugin/src/App.tsx',
      `import type { Outcome } from '@plumbline/sdk';`,
      'the plugin imports only types',
    ],
    [
      'a profile that decodes the wire',
      'collector/src/profile/fold.ts',
      `import { decode } from '@plumbline/sdk/wire';`,
      "'profile' may not import 'sdk:wire'",
    ],
    [
      'a profile that runs SDK code',
      'collector/src/profile/fold.ts',
      `import { newId } from '@plumbline/sdk/event';`,
      "'profile' may import only types of 'sdk:event'",
    ],
  ])('refuses %s', (_what, path, text, rule) => {
    const [violation, ...more] = check(path, `// first line\n${text}`);
    expect(more).toEqual([]);
    expect(violation).toContain(`${path}:2 imports '`);
    expect(violation).toContain(rule);
  });

  it.each([
    ['collector/src/alert/assess.ts', `import type { Finding } from '../monitor/finding.ts';`],
    ['collector/src/alert/service.ts', `import { transaction } from '../store/port.ts';`],
    ['collector/src/alert/service.test.ts', `import { openSqliteStore } from '../store/sqlite.ts';`],
    ['collector/src/bus/bus.test.ts', `import { startNatsServer } from '../../../test/stack/nats-server.ts';`],
    ['collector/src/profile/shape.ts', `import { psi } from '../statistics/index.ts';`],
    ['collector/src/monitor/report.ts', `import type { DriftReport } from '../http/api.ts';`],
    ['collector/src/main/index.ts', `import { bus } from '../bus/index.ts';`],
    ['collector/src/cli/plumbline.ts', `import { serve } from '../main/index.ts';`],
    ['collector/src/http/app.ts', `import fastify from 'fastify';`],
    ['plugin/src/App.tsx', `import type { Model } from '@plumbline/collector/api';`],
    ['sdk/src/wire/encode.ts', `import { partitionOf } from '../subjects.ts';`],
  ])('admits, in %s, %s', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  it('sees every form of import and no import in comments and templates', () => {
    const source = [
      `import './a.ts';`,
      `import b from "./b.ts";`,
      `import {`,
      `  c,`,
      `  type C,`,
      `} from './c.ts';`,
      `import type { D } from './d.ts';`,
      `import * as e from './e.ts';`,
      `export * from './f.ts';`,
      `export { g as default } from './g.ts';`,
      `export type { H } from './h.ts';`,
      `const i = await import('./i.ts');`,
      `// import './comment.ts';`,
      `/* import './block.ts'; */ import j, { k } from './j.ts';`,
      'const text = `import "./template.ts"`;',
      `const from = 'import nothing'; object.import('./method.ts');`,
    ].join('\n');
    expect(
      importsOf(source).map(({ specifier, line, typeOnly }) => `${line} ${specifier}${typeOnly ? ' type' : ''}`),
    ).toEqual([
      '1 ./a.ts',
      '2 ./b.ts',
      '3 ./c.ts',
      '7 ./d.ts type',
      '8 ./e.ts',
      '9 ./f.ts',
      '10 ./g.ts',
      '11 ./h.ts type',
      '12 ./i.ts',
      '14 ./j.ts',
    ]);
  });
});
