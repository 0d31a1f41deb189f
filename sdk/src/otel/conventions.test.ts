import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { genAiNames, operationDuration, stabilityOf } from './conventions.ts';

const sources = fileURLToPath(new URL('..', import.meta.url));
/** What is written, and what is read of others. */
const tables = ['otel/conventions.ts', 'otel/spans/attribute-names.ts'];
/** Prefixes of the conventions; those of NATS subjects begin like ours. */
const conventionName =
  /['"`]((?:gen_ai|feature_flag|openinference|llm|traceloop|ai|error|exception|server)\.[a-z_A-Z.]+|plumbline\.(?:inference|model|routing|batch)\.[a-z_.]+|plumbline\.operation)['"`]/g;

describe('names of OpenTelemetry', () => {
  it('stand in one table, and nowhere else in the code', () => {
    const files = globSync('**/*.ts', { cwd: sources }).filter((file) => !/\.test\.ts$|\/testing\//.test(file));
    expect(files).toEqual(expect.arrayContaining(tables));
    const strays = files
      .filter((file) => !tables.includes(file))
      .flatMap((file) => {
        const text = readFileSync(`${sources}/${file}`, 'utf8');
        return [...text.matchAll(conventionName)].map((match) => `${file}: ${match[1]}`);
      });
    expect(strays).toEqual([]);
  });

  it('are found by the pattern this test looks for them with', () => {
    const table = readFileSync(`${sources}/otel/conventions.ts`, 'utf8');
    const found = new Set([...table.matchAll(conventionName)].map((match) => match[1]));
    expect(found).toContain('plumbline.inference.id');
    expect(found).toContain('gen_ai.usage.input_tokens');
    expect(found).toContain('feature_flag.key');
    expect(found.size).toBeGreaterThan(40);
  });
});

describe('the generation of GenAI conventions', () => {
  it.each([
    [undefined, 'v1.41'],
    ['', 'v1.41'],
    ['http,database', 'v1.41'],
    ['gen_ai_latest_experimental', 'latest'],
    ['http, gen_ai_latest_experimental', 'latest'],
    ['GEN_AI_LATEST_EXPERIMENTAL', 'v1.41'],
  ])('is what OTEL_SEMCONV_STABILITY_OPT_IN=%j opts in to: %s', (optIn, stability) => {
    expect(stabilityOf(optIn)).toBe(stability);
  });

  it('changes the names of measurements and keeps their buckets, which are those the conventions advise', () => {
    const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
    expect(operationDuration).toEqual(genAiNames['v1.41'].duration);
    expect(genAiNames['v1.41'].duration).toMatchObject({ name: 'gen_ai.client.operation.duration', buckets: seconds });
    expect(genAiNames['v1.41'].tokenUsage).toMatchObject({ name: 'gen_ai.client.token.usage', buckets: tokens });
    expect(genAiNames.latest.duration).toMatchObject({ name: 'gen_ai.client.inference.duration', buckets: seconds });
    expect(genAiNames.latest.tokenHistograms?.input).toMatchObject({
      name: 'gen_ai.client.inference.operation.input_tokens',
      buckets: tokens,
    });
  });
});
