import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMonitor, type InferenceBatchRecord, type Monitor } from '../index.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';

let transport: MemoryTransport;
let monitor: Monitor;

beforeEach(() => {
  transport = createMemoryTransport();
  const logger = { info: () => {}, warn: () => {} };
  monitor = createMonitor({ service: 'batch', model: { name: 'credit', version: '1' }, transport, logger });
});

async function recorded() {
  await monitor.flush();
  const events = transport.inferences();
  return events.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const expected = [
  { features: { age: 44, purpose: 'car' }, prediction: 'yes', score: 0.8, groups: { sex: 'female' }, latencyMs: 20 },
  { features: { age: null, purpose: 'tv' }, prediction: 'no', score: 0.1, groups: { sex: 'male' }, latencyMs: 20 },
];

describe('recordBatch', () => {
  it('makes an inference of every row, given as rows or as columns', async () => {
    const common = { predictions: ['yes', 'no'], scores: Float64Array.of(0.8, 0.1), latencyMs: 20 };
    const rows = monitor.recordBatch({
      ...common,
      features: [
        { age: 44, purpose: 'car' },
        { age: null, purpose: 'tv' },
      ],
      groups: [{ sex: 'female' }, { sex: 'male' }],
    });
    const columns = monitor.recordBatch({
      ...common,
      features: { age: [44, null], purpose: ['car', 'tv'] },
      groups: { sex: ['female', 'male'] },
    });
    const events = await recorded();
    expect(events.map(({ id }) => id)).toEqual([...rows, ...columns]);
    expect(events).toMatchObject([...expected, ...expected]);
  });

  it('takes ids of the app, and makes up the others', async () => {
    const ids = monitor.recordBatch({ features: { age: Float32Array.of(1, 2) }, ids: ['mine', undefined] });
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe('mine');
    expect((await recorded()).map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it.each([
    ['columns of different lengths', { features: { a: [1, 2], b: [1] } }],
    ['too few predictions', { features: { a: [1, 2] }, predictions: ['yes'] }],
    ['too many groups', { features: { a: [1] }, groups: [{ sex: 'm' }, { sex: 'f' }] }],
    ['no columns at all', { features: {} }],
    ['something else', { features: 7 }],
    ['more rows than are recorded at once', { features: { a: { length: 1e9 } } }],
  ])('drops a batch that does not fit together and counts it: %s', async (_, batch) => {
    // As JavaScript may give it.
    expect(monitor.recordBatch(batch as unknown as InferenceBatchRecord)).toEqual([]);
    expect(monitor.status().counts.dropped).toEqual({ invalid_event: 1 });
    expect(await recorded()).toEqual([]);
  });
});

describe('wrapBatch', () => {
  it('records the rows of every call, and gives back what the function gave', async () => {
    let told: readonly string[] = [];
    const predict = monitor.wrapBatch(async (ages: readonly number[]) => ages.map((age) => age / 100), {
      features: (ages) => ({ age: ages }),
      scores: (scores) => scores,
      predictions: (scores) => scores.map((score) => score > 0.5),
      recorded: (ids) => {
        told = ids;
      },
    });
    expect(await predict([80, 20])).toEqual([0.8, 0.2]);
    const events = await recorded();
    expect(events.map(({ id }) => id)).toEqual(told);
    expect(events).toMatchObject([
      { features: { age: 80 }, score: 0.8, prediction: 'true' },
      { features: { age: 20 }, score: 0.2, prediction: 'false' },
    ]);
  });

  it('records the rows of a call that fails, with the failure', async () => {
    const predict = monitor.wrapBatch(
      (_: readonly number[]): number[] => {
        throw new RangeError('too many');
      },
      { features: (ages) => ({ age: ages }) },
    );
    expect(() => predict([1, 2])).toThrow('too many');
    expect((await recorded()).map(({ error }) => error)).toEqual(['RangeError', 'RangeError']);
  });

  it('asks nothing more about a batch whose features failed, and counts it once', () => {
    const asked: string[] = [];
    const predict = monitor.wrapBatch(() => 'yes', {
      features: () => {
        throw new RangeError('of Ms Miller');
      },
      predictions: () => {
        asked.push('predictions');
        return [];
      },
      scores: () => {
        throw new RangeError('of Ms Miller');
      },
      recorded: () => void asked.push('recorded'),
    });
    for (let call = 1; call <= 15; call++) {
      expect(predict()).toBe('yes');
      expect(monitor.status().counts.dropped).toEqual({ extractor_failed: call });
    }
    expect(asked).toEqual([]);
  });

  it('counts a function that is slow and throws as one failure', () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    let asked = 0;
    const predict = monitor.wrapBatch(() => 'yes', {
      features: () => {
        asked += 1;
        now += 101;
        throw new RangeError('of Ms Miller');
      },
    });
    for (let call = 0; call < 15; call++) {
      predict();
    }
    expect(asked).toBe(10);
    clock.mockRestore();
  });
});

describe('feedback and evaluation', () => {
  it('are outcomes of their type, whatever else they say', async () => {
    const [inferenceId = ''] = monitor.recordBatch({ features: { a: [1] } });
    monitor.feedback({ inferenceId, value: 'helpful' });
    monitor.evaluation({ inferenceId, value: 0.9 });
    await monitor.flush();
    expect(transport.outcomes().map(({ type, value }) => [type, value])).toEqual([
      ['feedback', 'helpful'],
      ['evaluation', '0.9'],
    ]);
  });
});
