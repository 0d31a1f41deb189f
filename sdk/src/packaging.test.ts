import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../build/package.ts';

/** The package as apps get it: packed, installed into fresh apps of others, compiled against, and run. */
const run = promisify(execFile);
const sdkFolder = fileURLToPath(new URL('..', import.meta.url));
const repositoryModules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-packaging-'));
/** Of four apps at once, from the registry where npm's cache does not have them. */
const installationMs = 180_000;
let tarball: string;

interface App {
  readonly otel: string;
  /** Ranges of `@opentelemetry/api`, `sdk-trace` and `sdk-node`. */
  readonly api: string;
  readonly sdk: string;
  readonly sdkNode: string;
  readonly type: 'module' | 'commonjs';
  readonly node20: boolean;
}

/** SDK 2 of OpenTelemetry refuses its API from 1.10 on; SDK 3 refuses every one before, and Node 20. */
const apps: readonly App[] = (['module', 'commonjs'] as const).flatMap((type) => [
  { otel: 'API 1.9 and SDK 2', api: '~1.9.1', sdk: '~2.12.0', sdkNode: '~0.223.0', type, node20: true },
  { otel: 'API 1.10 and SDK 3', api: '~1.10.0', sdk: '^3.1.1', sdkNode: '~0.301.0', type, node20: false },
]);

beforeAll(async () => {
  const folder = join(scratch, 'package');
  buildPackage(folder);
  const { stdout } = await npm('pack', folder, '--pack-destination', scratch, '--json');
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  tarball = join(scratch, packed.filename);
  // All come to their end before one that failed does so here: npm must not write into a folder that is being removed.
  for (const installed of await Promise.allSettled(apps.map(install))) {
    if (installed.status === 'rejected') {
      throw installed.reason;
    }
  }
}, installationMs);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the packed SDK', () => {
  it('holds what is built, README, docs and LICENSE, and no test', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n').sort();
    const isBuilt = (file: string) => /^package\/(esm|cjs)\/.*\.(js|d\.ts)$/.test(file);
    expect(files.filter((file) => !isBuilt(file) && !file.startsWith('package/docs/'))).toEqual([
      ...['package/LICENSE', 'package/README.md', 'package/cjs/package.json', 'package/package.json'],
    ]);
    expect(files.filter(isBuilt)).toContain('package/esm/index.js');
    expect(files).toEqual(expect.arrayContaining(['package/docs/tabular.md', 'package/docs/privacy.md']));
    expect(files.filter((file) => /test\.|bare-server|stored-events/.test(file))).toEqual([]);
  });

  it('asks for the OpenTelemetry API as a peer, for Node 20.19, and for nothing of the workspace', () => {
    const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
    const manifest = JSON.parse(text) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      engines: { node: '>=20.19' },
      peerDependencies: { '@opentelemetry/api': '^1.9.0' },
      dependencies: { '@nats-io/transport-node': expect.any(String) },
    });
    const { '@opentelemetry/api': _, ...others } = manifest.peerDependencies as Record<string, string>;
    expect(Object.keys(manifest.peerDependenciesMeta as object)).toEqual(Object.keys(others));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['scripts']));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['devDependencies']));
    expect(text).not.toContain('src/');
  });

  it('is not made of the source by accident', async () => {
    await expect(npm('pack', sdkFolder, '--pack-destination', scratch)).rejects.toThrow(/npm pack \.\/sdk\/dist/);
  });
});

describe.each(apps)('in a fresh app with $otel, type $type', (app) => {
  const folder = folderOf(app);

  it('brings declarations that the app compiles against, to the format of the app', async () => {
    await compile(folder);
    expect(readFileSync(join(folder, 'app.js'), 'utf8')).toMatch(
      app.type === 'module' ? /from '@plumbline\/sdk'/ : /require\("@plumbline\/sdk"\)/,
    );
  });

  it("records an inference and its span, and a call of another library's span", async () => {
    expect(await report(process.execPath, folder)).toEqual(expectedReport);
  });

  it('sets OpenTelemetry up where it is asked to, once', async () => {
    expect(await report(process.execPath, folder, 'node-app.js')).toEqual(expectedNodeReport);
  });

  it('tells OpenFeature which version serves', async () => {
    expect(await report(process.execPath, folder, 'flag-app.js')).toEqual({ value: '7', reason: 'DEFAULT' });
  });

  if (app.node20) {
    it("does so on the machine's own Node", async ({ skip }) => {
      const node = nodeOfTheMachine();
      if (node === null) {
        return skip('PATH has no Node >= 20.19 but the one in node_modules');
      }
      expect(await report(node, folder)).toEqual(expectedReport);
      expect(await report(node, folder, 'node-app.js')).toEqual(expectedNodeReport);
    });
  }
});

/** What `examples/installed-app.ts` prints. */
const expectedReport = {
  answer: 'grant',
  delivered: true,
  inferences: [
    { model: 'credit-risk', version: '7', features: { age: 44 }, prediction: 'grant' },
    { model: 'assistant', version: '1', features: { operation: 'chat', output_tokens: 7 }, prediction: null },
  ],
  spans: ['predict credit-risk', 'chat gpt-4o'],
  sameTraces: true,
  badOptions: 'service',
  otherEntries: ['function', 'function', 'function', 'PLUMBLINE', 'champion'],
  instrumentations: ['instrumentOnnx', 'instrumentOpenAI', 'instrumentAnthropic'],
  spanEntries: ['function', 'function'],
};

/** What `examples/installed-node-app.ts` prints. */
const expectedNodeReport = {
  delivered: true,
  spans: true,
  names: ['predict credit-risk', 'chat gpt-4o'],
  inferences: 2,
  again: 'TELEMETRY_EXISTS',
};

function folderOf({ type, sdk }: App): string {
  return join(scratch, `${type}-${sdk.slice(1)}`);
}

async function install(app: App): Promise<void> {
  const folder = folderOf(app);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: app.type }));
  const otel = { api: app.api, 'sdk-trace': app.sdk, 'sdk-node': app.sdkNode };
  const openFeature = '@openfeature/server-sdk@^1.23.0';
  const packages = [
    tarball,
    openFeature,
    ...Object.entries(otel).map(([name, range]) => `@opentelemetry/${name}@${range}`),
  ];
  // A conflict of peers is an error here, as in the app of somebody else.
  const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--strict-peer-deps'];
  await npm('install', '--prefix', folder, ...quick, ...packages);
}

/** One source for both formats: TypeScript makes of it what the `type` of the app says. */
async function compile(folder: string): Promise<void> {
  copyFileSync(join(sdkFolder, 'examples', 'installed-app.ts'), join(folder, 'app.ts'));
  copyFileSync(join(sdkFolder, 'examples', 'installed-node-app.ts'), join(folder, 'node-app.ts'));
  copyFileSync(join(sdkFolder, 'examples', 'installed-flag-app.ts'), join(folder, 'flag-app.ts'));
  const types = { types: ['node'], typeRoots: [join(repositoryModules, '@types')] };
  const compilerOptions = { strict: true, module: 'nodenext', target: 'es2023', skipLibCheck: false, ...types };
  await tsc(folder, { compilerOptions, files: ['app.ts', 'node-app.ts'] });
  // The declarations of OpenFeature itself do not compile beside those of Node.
  await tsc(folder, { compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: ['flag-app.ts'] });
}

async function tsc(folder: string, configuration: object): Promise<void> {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration));
  await run(join(repositoryModules, '.bin', 'tsc'), ['-p', folder]).catch((error: { readonly stdout: string }) => {
    throw new Error(error.stdout);
  });
}

/** Where `require` takes no ES module, as in Jest: what CommonJS apps get has to be CommonJS all the way down. */
async function report(node: string, folder: string, app = 'app.js'): Promise<unknown> {
  const { stdout, stderr } = await run(node, ['--no-experimental-require-module', join(folder, app)]);
  // Nothing but the line that says what works.
  expect(stderr.replace(/^plumbline: .* in .*: broker .*\n/gm, '')).toBe('');
  return JSON.parse(stdout);
}

/** Without what an npm that runs this test says about its own workspace. */
function npm(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const ofThisRun = /^npm_(package|lifecycle|command|config_(local_prefix|prefix|workspace|include_workspace))/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisRun.test(name)));
  return run('npm', args, { cwd: scratch, env });
}

function nodeOfTheMachine(): string | null {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'));
  return candidates.find((candidate) => existsSync(candidate) && isSupported(candidate)) ?? null;
}

function isSupported(node: string): boolean {
  const [major = 0, minor = 0] = execFileSync(node, ['--version'], { encoding: 'utf8' })
    .slice(1)
    .split('.')
    .map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}
