import { expect, it, vi } from 'vitest';
import { createMonitor, type Monitor } from '../index.ts';
import { createMemoryTransport, type MemoryTransport } from './index.ts';

const start = (transport: MemoryTransport): Monitor =>
  createMonitor({
    service: 'test',
    model: { name: 'credit', version: '7' },
    transport,
    logger: { info() {}, warn() {} },
  });

it('shows what the collector would have seen', async () => {
  const transport = createMemoryTransport();
  const monitor = start(transport);
  const id = monitor.record({ features: { age: 44 } });
  monitor.outcome({ inferenceId: id, value: 'repaid' });
  await monitor.flush();
  expect(transport.inferences()).toMatchObject([{ id, features: { age: 44 } }]);
  expect(transport.outcomes()).toMatchObject([{ inferenceId: id, value: 'repaid' }]);
  expect(transport.heartbeats()).toMatchObject([{ service: 'test', model: 'credit' }]);
});

it('can be away, and loses what was not acknowledged as the real one does: the monitor sends it again', async () => {
  const transport = createMemoryTransport({ connected: false });
  const monitor = start(transport);
  monitor.record({ features: {} });
  expect(await monitor.flush({ timeoutMs: 10 })).toMatchObject({ delivered: false });
  transport.connect();
  expect(await monitor.flush()).toMatchObject({ delivered: true });
  expect(transport.inferences()).toHaveLength(1);
});

it('stores a repeated batch once, and says that it was a repeat', async () => {
  const transport = createMemoryTransport();
  const monitor = start(transport);
  const publish = transport.publish.bind(transport);
  // The first acknowledgement is on its way when the connection breaks.
  const lost = vi.spyOn(transport, 'publish').mockImplementationOnce((message) => {
    publish(message);
    transport.disconnect();
    queueMicrotask(() => transport.connect());
  });
  monitor.record({ features: {} });
  await monitor.flush();
  expect(lost).toHaveBeenCalledTimes(2);
  expect(transport.batches).toHaveLength(1);
  expect(monitor.status().counts.batches).toEqual({ acknowledged: 1, retried: 1, duplicates: 1 });
});

it('can refuse, be full, or say nothing', async () => {
  const transport = createMemoryTransport();
  const monitor = start(transport);
  transport.answerWith({ kind: 'unavailable', code: 'stream_full', message: 'full' });
  monitor.record({ features: {} });
  await monitor.flush({ timeoutMs: 10 });
  expect(monitor.status().problems).toMatchObject([{ code: 'stream_full' }]);
  transport.answerWith(undefined);
  expect(await monitor.flush({ timeoutMs: 5_000 })).toMatchObject({ delivered: true });
  expect(monitor.status().problems).toEqual([]);
});
