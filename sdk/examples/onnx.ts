import { readFileSync } from 'node:fs';
import { createMonitor } from '@plumbline/sdk';
import { instrumentOnnx } from '@plumbline/sdk/instrumentation';
import * as ort from 'onnxruntime-node';

const nats = { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' };
const monitor = createMonitor({ service: 'credit-api', model: { name: 'credit-risk', version: '7' }, nats });

// Before sessions are made: from here on every run is recorded, each row an inference.
instrumentOnnx(ort, monitor, {
  version: '7', // told: the collector learns the digest of what is loaded
  columns: { input: ['age', 'income'] },
  labels: ['repaid', 'defaulted'],
});

const session = await ort.InferenceSession.create(readFileSync(process.env.MODEL_FILE ?? 'credit-risk.onnx'));

export async function predict(rows: readonly (readonly [age: number, income: number])[]) {
  const input = new ort.Tensor('float32', rows.flat(), [rows.length, 2]);
  const { probabilities } = await session.run({ input });
  return probabilities?.data;
}

export const status = () => monitor.status();
