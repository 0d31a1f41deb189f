import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { plumblineSettings } from '../config/index.ts';
import { startCollector } from './index.ts';
import { collectorInput } from './testing/collector-input.ts';
import { hourMs, inferences } from './testing/traffic.ts';

/** What the collector measures of itself, as Prometheus and as a receiver of OTLP get it. */

let folder: string;
let nats: NatsServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-telemetry-'));
  nats = await startNatsServer({ directory: join(folder, 'nats') });
}, 60_000);
afterAll(async () => {
  await nats.stop();
  await rm(folder, { recursive: true });
});
afterEach(() => void vi.unstubAllEnvs());

function settings(name: string) {
  return plumblineSettings.parse({
    collector: collectorInput(nats, join(folder, name)),
    models: [{ name: 'credit', positive: 'yes', reference: { rows: 200 } }],
  });
}

const lines = (events: readonly object[]) => ({
  method: 'POST',
  headers: { authorization: 'Bearer secret-of-app', 'content-type': 'application/x-ndjson' },
  body: events.map((event) => JSON.stringify(event)).join('\n'),
});

interface Receiver {
  readonly url: string;
  /** Metrics by name, of everything that was received. */
  readonly metrics: Map<string, { unit: string; sum?: object; gauge?: object; histogram?: { dataPoints: object[] } }>;
  readonly resource: Record<string, unknown>;
  stop(): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  const metrics: Receiver['metrics'] = new Map();
  const resource: Record<string, unknown> = {};
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    for (const { resource: about, scopeMetrics } of JSON.parse(Buffer.concat(chunks).toString()).resourceMetrics) {
      for (const { key, value } of about.attributes) resource[key] = value.stringValue;
      for (const scope of scopeMetrics) for (const metric of scope.metrics) metrics.set(metric.name, metric);
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metrics,
    resource,
    stop: () => new Promise((done) => server.close(() => done())),
  };
}

describe('what a collector measures of itself', () => {
  it('is in /metrics with buckets, and is sent to the receiver that the standard variables name', async () => {
    const receiver = await startReceiver();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '200');
    vi.stubEnv('OTEL_SERVICE_NAME', 'watcher');
    const collector = await startCollector(settings('both'), { logger: pino({ level: 'silent' }) });
    await collector.ready;
    const start = Date.UTC(2026, 10, 20);
    await fetch(`${collector.url}/v1/events`, lines(inferences('a', 300, start, hourMs)));
    await fetch(`${collector.url}/v1/events`, lines(inferences('b', 50, start + 3 * hourMs, hourMs)));
    await fetch(`${collector.url}/v1/events`, lines(inferences('c', 10, Date.now() + 5 * hourMs, 1)));
    expect((await fetch(`${collector.url}/v1/events`, { ...lines([]), body: '{"kind":"what"}' })).status).toBe(400);
    const text = async () => (await fetch(`${collector.url}/metrics`)).text();
    await expect.poll(text).toContain('plumbline_batches_refused_total{code="REFUSED_BODY"} 1\n');
    await expect.poll(text).toMatch(/plumbline_windows_closed_total\{model="credit"\} [1-9]/);
    const shown = await text();
    expect(shown).toContain('# TYPE plumbline_fold_duration_seconds histogram\n');
    expect(shown).toMatch(/plumbline_fold_duration_seconds_bucket\{le="0.001"\} \d+\n/);
    const count = /plumbline_fold_duration_seconds_count (\d+)/.exec(shown)?.[1];
    expect(Number(count)).toBeGreaterThan(2);
    expect(shown).toContain(`plumbline_fold_duration_seconds_bucket{le="+Inf"} ${count}\n`);
    expect(shown).toMatch(/plumbline_commit_duration_seconds_count\{result="stored"\} [1-9]/);
    expect(shown).toMatch(/plumbline_store_duration_seconds_sum\{operation="read"\} 0\.\d+/);
    expect(shown).toContain('plumbline_events_clamped_total{reason="dated_in_the_future"} 10\n');
    expect(shown).toContain('plumbline_stream_lag_seconds 0\n');
    expect(shown).toMatch(
      /http_server_request_duration_seconds_count\{http_request_method="POST",http_route="\/v1\/events",http_response_status_code="202"\} 3\n/,
    );
    await collector.stop();
    await receiver.stop();
    expect(receiver.resource).toMatchObject({ 'service.name': 'watcher' });
    expect([...receiver.metrics.keys()]).toEqual(
      expect.arrayContaining([
        'plumbline.fold.duration',
        'plumbline.commit.duration',
        'plumbline.batches.refused',
        'plumbline.stream.lag.messages',
        'plumbline.stream.lag.time',
        'http.server.request.duration',
      ]),
    );
    const [point] = receiver.metrics.get('plumbline.fold.duration')?.histogram?.dataPoints ?? [];
    expect(point).toMatchObject({ count: Number(count), explicitBounds: expect.arrayContaining([0.000_05, 0.1]) });
  });

  it('is sent nowhere without them; a protocol that is not spoken is said; a receiver that is away does no harm', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:1');
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc');
    const grpc = await startCollector(settings('grpc'), { logger });
    await grpc.stop();
    expect(lines.join('')).toMatch(/OTEL_EXPORTER_OTLP_PROTOCOL grpc is not spoken here/);

    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf');
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '100');
    const away = await startCollector(settings('away'), { logger });
    await away.ready;
    await new Promise((done) => setTimeout(done, 300));
    const startedAt = performance.now();
    await away.stop();
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});
