import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { decodeBatch } from '@plumbline/sdk/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../main/testing/api.ts';

const example = new URL('../../examples/record_inference.py', import.meta.url);
const hasPython = spawnSync('python3', ['-c', 'import requests']).status === 0;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ models: [{ name: 'credit-risk' }] });
});
afterAll(() => api.stop());

describe('the page about ways in', () => {
  it('shows the example as it is', () => {
    const page = readFileSync(new URL('../../docs/doors.md', import.meta.url), 'utf8');
    expect(page).toContain(`\`\`\`python\n${readFileSync(example, 'utf8')}\`\`\``);
  });

  it.skipIf(!hasPython)(
    'has an example that records an inference and its outcome (needs python3 with requests)',
    async () => {
      const python = spawn('python3', [example.pathname], {
        env: { ...process.env, PLUMBLINE_URL: api.url, PLUMBLINE_TOKEN: 'secret-of-gateway' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      python.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      const code = await new Promise((resolve) => python.on('close', resolve));
      expect(code, said).toBe(0);
      const [inference, outcome] = api.published.map(({ bytes, contentType }) =>
        decodeBatch(bytes, contentType, { producer: 'x', batch: 1 }),
      );
      if (inference?.kind !== 'inference' || outcome?.kind !== 'outcome')
        throw new Error('not an inference and its outcome');
      expect(outcome.inferenceIds).toEqual(inference.ids);
    },
  );

  it('is told when a sender asks too often', async () => {
    const send = () =>
      api.ask('/v1/events', {
        as: 'gateway',
        method: 'POST',
        body: '',
        headers: { 'content-type': 'application/x-ndjson' },
      });
    const answers = [];
    for (let request = 0; request < 1_050; request += 50) {
      answers.push(...(await Promise.all(Array.from({ length: 50 }, send))));
    }
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error.code).toBe('TOO_MANY_REQUESTS');
    expect(refused?.headers.get('retry-after')).toBe('5');
    expect(answers[0]?.status).not.toBe(429);
  });
});
