import { randomBytes } from 'node:crypto';
import type { InferenceEvent } from '../src/event.ts';
import { columnarContentType } from '../src/subjects.ts';
import { createUuidMaker } from '../src/uuid.ts';
import { decodeBatch, FeatureTypes, InferenceColumns } from '../src/wire/index.ts';
import { nextFeatures } from './features.ts';
import { interleaved } from './interleaved.ts';

/** Of one event of a batch. */
export interface WireCost {
  readonly bytes: number;
  /** CPU: appended to columns and encoded. */
  readonly encodeUs: number;
  readonly decodeUs: number;
}

const nextId = createUuidMaker();

function event(): InferenceEvent {
  return {
    kind: 'inference',
    id: nextId(),
    time: Date.now(),
    model: 'credit-risk',
    version: '7',
    role: 'champion',
    features: nextFeatures(),
    prediction: 'yes',
    score: Math.random(),
    groups: { sex: 'female' },
    latencyMs: Math.fround(Math.random()),
    traceId: randomBytes(16).toString('hex'),
    error: null,
  };
}

export async function wireCosts(): Promise<Record<string, WireCost>> {
  const costs: Record<string, WireCost> = {};
  for (const rows of [100, 250, 500]) {
    const events = Array.from({ length: rows }, event);
    const columns = new InferenceColumns(new FeatureTypes());
    const identity = { producer: nextId(), batch: 1 };
    const encode = () => {
      for (const one of events) {
        columns.append(one);
      }
      return columns.encode('credit-risk', identity);
    };
    const frame = encode();
    const turns = { callsATurn: Math.ceil(10_000 / rows), rounds: 15 };
    const { encoded, decoded } = await interleaved(
      { encoded: { call: encode }, decoded: { call: () => decodeBatch(frame, columnarContentType) } },
      turns,
    );
    costs[`${rows} events a batch`] = {
      bytes: frame.length / rows,
      encodeUs: encoded!.medianUs / rows,
      decodeUs: decoded!.medianUs / rows,
    };
  }
  return costs;
}
