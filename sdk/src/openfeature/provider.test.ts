import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Monitor, MonitorOptions } from '../index.ts';
import { type Broker, patience, startBroker } from '../nats/testing/broker.ts';
import { putRouting } from '../nats/testing/put-routing.ts';
import { createStreams } from '../nats/testing/stored-events.ts';
import type { RoutingDocument } from '../routing/index.ts';
import { testDocument } from '../routing/testing/test-document.ts';
import { createProvider, type ProviderOptions } from './index.ts';

/** The server SDK of OpenFeature as apps use it, a real broker, and the routing document in its bucket. */
let broker: Broker;
let monitor: Monitor;

beforeEach(async () => {
  broker = await startBroker(['credit-risk']);
  await createStreams(broker.admin);
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
  await broker.stop();
});

const put = (changes: Partial<RoutingDocument> = {}) =>
  putRouting(broker.admin, testDocument({ model: 'credit-risk', ...changes }));

async function start(options: ProviderOptions = { readyMs: 20_000 }, more: Partial<MonitorOptions> = {}) {
  monitor = broker.monitor({ model: { name: 'credit-risk', version: '1' }, ...more });
  await OpenFeature.setProviderAndWait(createProvider(monitor, options));
  return OpenFeature.getClient();
}

const revision = (wanted: number) =>
  vi.waitFor(() => expect(monitor.route('credit-risk').revision).toBe(wanted), patience);
const canary = (weightBasisPoints: number) => ({ version: '8', digest: 'sha256:8', weightBasisPoints });

describe('the version of a model', () => {
  it('is that of the routing document, from the moment the provider is ready', async () => {
    await put();
    const client = await start();
    expect(client.providerStatus).toBe(ProviderStatus.READY);
    expect(client.metadata.providerMetadata.name).toBe('plumbline');
    expect(await client.getStringValue('credit-risk', 'none', { targetingKey: 'a' })).toBe('7');
    expect(await client.getStringDetails('credit-risk', 'none', { targetingKey: 'a' })).toMatchObject({
      value: '7',
      variant: 'champion',
      reason: 'STATIC',
      flagMetadata: { revision: 1, routing: 'live', sticky: true },
    });
  });

  it('tells canary, pins and the lack of a key apart by reason and variant', async () => {
    await put({ canary: canary(5_000), pins: { tester: '8', vip: '7' } });
    const client = await start();
    const of = async (targetingKey?: string) => {
      const context = targetingKey === undefined ? {} : { targetingKey };
      const { value, variant, reason, flagMetadata } = await client.getStringDetails('credit-risk', 'none', context);
      return `${value} ${variant} ${reason} ${flagMetadata.sticky}`;
    };
    expect(await of('tester')).toBe('8 canary TARGETING_MATCH true');
    expect(await of('vip')).toBe('7 champion TARGETING_MATCH true');
    expect(await of()).toMatch(/^(7 champion|8 canary) SPLIT false$/);
    const route = monitor.route('credit-risk', 'customer-1');
    expect(await of('customer-1')).toBe(`${route.version} ${route.role} SPLIT true`);
  });

  it('stays with a targeting key while the canary grows', async () => {
    await put({ canary: canary(1_000) });
    const client = await start();
    const keys = Array.from({ length: 200 }, (_, index) => `customer-${index}`);
    const served = async () => {
      const values = await Promise.all(
        keys.map((key) => client.getStringValue('credit-risk', '', { targetingKey: key })),
      );
      return keys.filter((_, index) => values[index] === '8');
    };
    const few = await served();
    await put({ revision: 2, canary: canary(5_000) });
    await revision(2);
    const many = await served();
    expect(few.length).toBeGreaterThan(0);
    expect(many.length).toBeGreaterThan(few.length);
    expect(many).toEqual(expect.arrayContaining(few));
  });

  it('comes with its role, shadow and revision as an object', async () => {
    await put({ revision: 4, shadow: { version: '9', digest: 'sha256:9', sampleBasisPoints: 10_000 } });
    const client = await start();
    expect(await client.getObjectValue('credit-risk', {}, { targetingKey: 'a' })).toEqual({
      version: '7',
      role: 'champion',
      shadow: '9',
      revision: 4,
    });
  });

  it('is another when this process holds the wrong artefact of it', async () => {
    await put({ canary: canary(10_000) });
    const client = await start();
    expect(await monitor.loaded({ version: '8', bytes: new Uint8Array(8) })).toMatchObject({ matches: false });
    expect(await client.getStringDetails('credit-risk', 'none', { targetingKey: 'a' })).toMatchObject({
      value: '7',
      variant: 'champion',
      reason: 'ARTEFACT_MISMATCH',
    });
  });

  it('is the one compiled in while nobody has said otherwise', async () => {
    const client = await start({ readyMs: 50 });
    expect(await client.getStringDetails('credit-risk', 'none')).toMatchObject({ value: '1', reason: 'DEFAULT' });
  });

  it('of a model that the monitor does not have, or as what it is not, is the default of the caller', async () => {
    await put();
    const client = await start();
    expect(await client.getStringDetails('fraud', 'none')).toMatchObject({
      value: 'none',
      reason: 'ERROR',
      errorCode: 'FLAG_NOT_FOUND',
    });
    expect(await client.getObjectDetails('fraud', { version: 'none' })).toMatchObject({
      value: { version: 'none' },
      errorCode: 'FLAG_NOT_FOUND',
    });
    expect(await client.getBooleanDetails('credit-risk', true)).toMatchObject({
      value: true,
      errorCode: 'TYPE_MISMATCH',
    });
    expect(await client.getNumberDetails('credit-risk', 3)).toMatchObject({ value: 3, errorCode: 'TYPE_MISMATCH' });
  });
});

describe('the provider', () => {
  it('tells of new routing, of a broker that is lost, and of one that is back', async () => {
    await put();
    const client = await start();
    const events: string[] = [];
    for (const event of [ProviderEvents.Ready, ProviderEvents.Stale] as const) {
      client.addHandler(event, () => void events.push(event));
    }
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => void events.push(`${details?.flagsChanged}`));
    await vi.waitFor(() => expect(events).toEqual([ProviderEvents.Ready]), patience);

    await put({ revision: 2 });
    await vi.waitFor(() => expect(events.slice(1)).toEqual(['credit-risk']), patience);

    await broker.server.kill();
    await vi.waitFor(() => expect(events.slice(2)).toEqual([ProviderEvents.Stale]), patience);
    expect(client.providerStatus).toBe(ProviderStatus.STALE);
    expect(await client.getStringDetails('credit-risk', 'none')).toMatchObject({ value: '7', reason: 'STALE' });

    await broker.restart();
    await vi.waitFor(() => expect(events.slice(3)).toEqual([ProviderEvents.Ready]), patience);
    expect(await client.getStringDetails('credit-risk', 'none')).toMatchObject({ value: '7', reason: 'STATIC' });
  });

  it('is ready, and stale, without a broker: with what was compiled in', async () => {
    await broker.server.stop();
    const client = await start({ readyMs: 50 });
    await vi.waitFor(() => expect(client.providerStatus).toBe(ProviderStatus.STALE), patience);
    expect(await client.getStringValue('credit-risk', 'none')).toBe('1');
  });

  it('tells nobody anything once it is closed, and leaves the monitor running', async () => {
    await put();
    monitor = broker.monitor({ model: { name: 'credit-risk', version: '1' } });
    const provider = createProvider(monitor);
    await OpenFeature.setProviderAndWait(provider);
    const changed = vi.fn();
    provider.events?.addHandler(ProviderEvents.ConfigurationChanged, changed);
    await OpenFeature.clearProviders();
    await put({ revision: 2 });
    await revision(2);
    expect(changed).not.toHaveBeenCalled();
    expect(monitor.status().connection.state).toBe('connected');
  });

  it('is made of a monitor and of nothing else', () => {
    expect(() => createProvider({} as never)).toThrow(TypeError);
  });
});
