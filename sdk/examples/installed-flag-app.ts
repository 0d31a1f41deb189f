/** An app that asks OpenFeature which version of a model serves. */
import { OpenFeature } from '@openfeature/server-sdk';
import { createMonitor } from '@plumbline/sdk';
import { createProvider } from '@plumbline/sdk/openfeature';
import { createMemoryTransport } from '@plumbline/sdk/testing';

const transport = createMemoryTransport();
const model = { name: 'credit-risk', version: '7' };
const monitor = createMonitor({ service: 'installed-flag-app', model, transport, logger: { info() {}, warn() {} } });

async function main(): Promise<void> {
  await OpenFeature.setProviderAndWait(createProvider(monitor, { readyMs: 1 }));
  const { value, reason } = await OpenFeature.getClient().getStringDetails('credit-risk', 'none');
  await OpenFeature.close();
  await monitor.shutdown();
  console.log(JSON.stringify({ value, reason }));
}

main();
