import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { isPlumblineError } from '../errors.ts';
import { settingsJsonSchema } from './json-schema.ts';
import { loadSettings, parseSettings } from './load-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sample = `# a whole file
collector:
  http: { host: 127.0.0.1, port: 0 }
  nats: { url: env:NATS_URL, partitions: 4 }
  identity:
    tokens:
      - { name: trainer, secret: env:TRAINER_TOKEN, scopes: [versions:register, artefacts:write] }
      - { name: grafana, secret: 'a-long-enough-secret', scopes: [proxy] }
    grafana:
      issuer: http://127.0.0.1:3000/
      keysUrl: http://127.0.0.1:3000/api/signing-keys/keys
      roles: { 'user:ana': approver }
budget: { hours: 168 }
models:
  - name: credit-risk
    positive: default
    favourable: 'no default'
    features:
      - { name: income, type: number }
      - { name: purpose, type: category }
    groups: [{ attribute: sex, reference: male }]
    window: 1h
    reference: { rows: 2000 }
    retrain: { on: [drift], approval: automatic }
    rollout: { canarySteps: [500, 2500] }
webhooks:
  - name: trainer
    url: http://127.0.0.1:9000/retrain
    secret: env:WEBHOOK_SECRET
    allowPrivateAddresses: true
`;
const environment = {
  NATS_URL: 'nats://127.0.0.1:14222',
  TRAINER_TOKEN: 'trainer-token-1',
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};

/** Lines of the refusal, without the file's name. */
function problemsIn(text: string): string[] {
  try {
    parseSettings(text, { file: 'plumbline.yaml', environment });
  } catch (error) {
    if (isPlumblineError(error, 'BAD_CONFIG')) {
      return error.message.split('\n').map((line) => line.replace(/^plumbline\.yaml:/, ''));
    }
    throw error;
  }
  return [];
}

describe('settings file', () => {
  it('is read with its defaults, durations in milliseconds and secrets from the environment', async () => {
    const path = join(folder, 'plumbline.yaml');
    writeFileSync(path, sample);
    const settings = await loadSettings(path, { environment });
    expect(settings.collector.nats).toMatchObject({ url: environment.NATS_URL, partitions: 4 });
    expect(settings.collector.identity.tokens[0]?.secret).toBe(environment.TRAINER_TOKEN);
    expect(settings.models[0]).toMatchObject({ environment: 'production', window: 3_600_000, lateness: 300_000 });
    expect(settings.collector.store).toEqual({ sqlite: join(folder, '.plumbline/collector.sqlite') });
  });

  it.each([
    ['store: postgres://u:p@db/plumbline', {}, { postgres: 'postgres://u:p@db/plumbline' }],
    ['store: env:DATABASE', { DATABASE: 'postgresql://db/x' }, { postgres: 'postgresql://db/x' }],
    ['store: { postgres: postgres://db/x }', {}, { postgres: 'postgres://db/x' }],
    ['store: { sqlite: a.sqlite }', {}, { sqlite: '/etc/plumbline/a.sqlite' }],
    ['store: { sqlite: a.sqlite }', { PLUMBLINE_STORE: 'postgres://db/y' }, { postgres: 'postgres://db/y' }],
    ['store: postgres://db/x', { PLUMBLINE_STORE: 'b.sqlite' }, { sqlite: 'b.sqlite' }],
  ])('names its store: %s with %j', (line, variables, store) => {
    const text = `collector:\n  ${line}\n`;
    const settings = parseSettings(text, { file: '/etc/plumbline/plumbline.yaml', environment: variables });
    expect(settings.collector.store).toEqual(store);
  });

  it('says what a store can be', () => {
    expect(problemsIn('collector:\n  store: mysql://db\n')).toEqual([
      expect.stringContaining('the store is postgres://user:password@host:5432/database, or { sqlite: a file }'),
    ]);
  });

  it('is all defaults when empty', () => {
    expect(parseSettings('', { file: 'plumbline.yaml' }).collector.http).toEqual({ host: '127.0.0.1', port: 4318 });
  });

  it('is checked by the published JSON Schema as by the collector', () => {
    const schema = settingsJsonSchema();
    // z.toJSONSchema wrote it, so z.fromJSONSchema can read it.
    const fromJson = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    expect(fromJson.safeParse(parse(sample)).error).toBeUndefined();
    for (const bad of ['models: [{ nam: x }]', 'models: [{ name: x, window: soon }]', 'budget: { hours: -1 }']) {
      expect(fromJson.safeParse(parse(bad)).success, bad).toBe(false);
    }
  });
});

describe('a refused settings file', () => {
  it('names each problem with line, path and what to do, and nothing else', () => {
    const text = `collector:
  http: { port: 99999 }
models:
  - name: a
    windw: 1h
    positive: 1
  - window: soon
`;
    expect(problemsIn(text)).toEqual([
      '2: collector.http.port: Too big: expected number to be <=65535',
      '5: models[0].windw: unknown setting; is it misspelt?',
      '6: models[0].positive: Invalid input: expected string, received number; write it in quotes',
      '7: models[1].name: Invalid input: expected string, received undefined',
      '7: models[1].window: a duration is a number and a unit: 500ms, 30s, 5m, 1h, 7d',
    ]);
  });

  it('says where YAML itself is broken', () => {
    expect(problemsIn('models:\n  - name: a\n   window: 1h\n')).toHaveLength(1);
    expect(problemsIn('models:\n  - name: a\n   window: 1h\n')[0]).toMatch(/^3: /);
    expect(problemsIn('budget: {}\nbudget: {}\n')).toEqual(['2: Map keys must be unique']);
  });

  it('explains the branch of a choice that was meant', () => {
    expect(problemsIn('models:\n  - name: a\n    reference: { rows: 3 }\n')).toEqual([
      '3: models[0].reference.rows: Too small: expected number to be >=200',
    ]);
    expect(problemsIn('models:\n  - name: a\n    reference: { files: x }\n')).toEqual([
      '3: models[0].reference.files: unknown setting; is it misspelt?',
    ]);
  });

  it.each([
    [
      'two models of one name',
      'models: [{ name: a }, { name: a, environment: test }]',
      /a model named "a" is declared twice/,
    ],
    [
      'a segment by a number',
      'models: [{ name: a, features: [{ name: age, type: number }], segments: { age: [1] } }]',
      /^1: models\[0\]\.segments\.age: is declared as a feature that is no category$/,
    ],
    [
      'more segments than are watched',
      `models: [{ name: a, segments: { town: [${Array.from({ length: 22 }, (_, town) => town)}], sex: [f] } }]`,
      /^1: models\[0\]\.segments: 25 segments, with one `other` for each dimension; at most 24: declare fewer values$/,
    ],
    [
      'a segment by the name of all others',
      'models: [{ name: a, segments: { town: [x, other] } }]',
      /^1: models\[0\]\.segments\.town\[1\]: `other` is what all values that are not declared are called together$/,
    ],
    [
      'a segment that is declared twice',
      'models: [{ name: a, segments: { town: [1, "1"] } }]',
      /the value "1" is declared twice/,
    ],
    [
      'two features of one name',
      'models: [{ name: a, features: [{name: f, type: number}, {name: f, type: category}] }]',
      /feature named "f"/,
    ],
    ['a model name that breaks paths', 'models: [{ name: a/b }]', /may not hold/],
    ['a model named ..', "models: [{ name: '..' }]", /may not hold/],
    ['canary steps that fall', 'models: [{ name: a, rollout: { canarySteps: [500, 500] } }]', /must be larger/],
    [
      'a horizon inside the delay',
      'models: [{ name: a, outcomeDelay: 2d, outcomeHorizon: 1d }]',
      /no outcome would count/,
    ],
    [
      'a rate of labels of numbers',
      'models: [{ name: a, task: regression, labels: { rate: 0.1 } }]',
      /binary_classific/,
    ],
    [
      'a sample that is due when its windows are gone',
      'models: [{ name: a, window: 1m, outcomeDelay: 14d, labels: { rate: 0.1 } }]',
      /summed up before their sample/,
    ],
    ['a missing variable', 'collector: { nats: { url: env:NOT_SET } }', /environment variable NOT_SET is not set/],
    [
      'a weak webhook secret',
      'webhooks: [{ name: w, url: "http://x", secret: whsec_c2hvcnQ= }]',
      /24 to 64 random bytes/,
    ],
    [
      'a shared secret',
      'collector: { identity: { tokens: [{ name: a, secret: 12345678a, scopes: [read] }, { name: b, secret: 12345678a, scopes: [read] }] } }',
      /share a secret/,
    ],
    [
      'Grafana without its keys',
      'collector: { identity: { tokens: [{ name: g, secret: 12345678a, scopes: [proxy] }] } }',
      /needs collector.identity.grafana/,
    ],
    [
      'trust in everybody on an open address',
      'collector: { http: { host: 0.0.0.0 }, identity: { insecureLocal: true } }',
      /refused on 0\.0\.0\.0/,
    ],
    ['a prototype key', 'models: [{ name: a, __proto__: { retrain: {} } }]', /unknown setting/],
    ['a list where a map belongs', '[]', /expected object, received array/],
    ['an alias bomb', bomb(), /alias/i],
  ])('refuses %s', (_, text, expected) => {
    expect(problemsIn(text).join('\n')).toMatch(expected);
  });

  it('never repeats a secret', () => {
    const text =
      'collector: { identity: { tokens: [{ name: a, secret: hushhush1, scopes: [rea] }, { name: b, secret: hushhush1, scopes: [read] }] } }';
    expect(problemsIn(text).join('\n')).not.toContain('hushhush');
  });

  it('says which file is missing', async () => {
    await expect(loadSettings(join(folder, 'none.yaml'))).rejects.toThrow(
      /^cannot read .*none\.yaml: there is no such file$/,
    );
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) =>
      `x${level}: &a${level} [${Array(9)
        .fill(level === 0 ? 'x' : `*a${level - 1}`)
        .join(', ')}]`,
  );
  return levels.join('\n');
}
