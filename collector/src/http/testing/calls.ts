import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { logisticOnnx } from '../../../../test/onnx/logistic.ts';
import type { Answer, TestApi } from '../../main/testing/api.ts';
import { apiError } from '../api.ts';

/** Calls of the API that several tests make, and what they expect of an error. */

export function expectError({ status, body }: Answer, code: string): string {
  const { error } = apiError.parse(body);
  expect(`${status} ${error.code}`).toContain(code);
  expect(error.code).toBe(code);
  return error.message;
}

export const digestOf = (bytes: string | Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export async function upload(api: TestApi, bytes: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = digestOf(bytes);
  const answer = await api.ask(`/v1/artefacts/${digest}`, {
    as: 'trainer',
    method: 'PUT',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(answer.status, answer.text).toBeLessThan(300);
  return digest;
}

export function register(api: TestApi, body: unknown, as: 'trainer' | 'reader' | 'ana' = 'trainer', model = 'credit') {
  return api.ask(`/v1/models/${model}/versions`, {
    as,
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}

export const heldOut = [
  'a,b,sex,label',
  ...Array.from(
    { length: 400 },
    (_, row) => `${(row % 20) / 10 - 1},${(row % 7) / 7},${row % 2 ? 'f' : 'm'},${row % 20 > 9 ? 'yes' : 'no'}`,
  ),
].join('\n');
export const modelBytes = (weight: number) =>
  new Uint8Array(logisticOnnx({ inputs: ['a', 'b'], weights: [weight, 0], bias: 0 }));

/** Registers a version with its evaluation data and waits for the evaluation. */
export async function registerEvaluated(api: TestApi, version: string, weight: number): Promise<void> {
  const digest = await upload(api, modelBytes(weight));
  const rows = await upload(api, heldOut);
  const answer = await register(api, { version, digest, heldOut: rows, inputs: ['a', 'b'], classes: ['no', 'yes'] });
  expect(answer.status, answer.text).toBe(201);
  const evaluation = async () => (await api.ask(`/v1/models/credit/versions/${version}`)).body.evaluation;
  await expect.poll(evaluation).not.toBeNull();
  expect(api.errors).toEqual([]);
}

export const versionsOf = async (api: TestApi) => (await api.ask('/v1/models/credit/versions')).body;
