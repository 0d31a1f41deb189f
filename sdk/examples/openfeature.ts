import { OpenFeature } from '@openfeature/server-sdk';
import { createMonitor } from '@plumbline/sdk';
import { createProvider } from '@plumbline/sdk/openfeature';

const nats = { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' };
const monitor = createMonitor({ service: 'credit-api', model: { name: 'credit-risk', version: '7' }, nats });

await OpenFeature.setProviderAndWait(createProvider(monitor));
const flags = OpenFeature.getClient();

/** Which version answers this customer: the flag is the model's name. */
export const versionFor = (customer: string) => flags.getStringDetails('credit-risk', '7', { targetingKey: customer });
