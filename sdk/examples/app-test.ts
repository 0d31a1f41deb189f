import { createMonitor } from '@plumbline/sdk';
import { createMemoryTransport } from '@plumbline/sdk/testing';

const transport = createMemoryTransport();
const monitor = createMonitor({ service: 'test', model: { name: 'credit-risk', version: '7' }, transport });
// ... run the app ...
monitor.record({ features: { age: 44 }, prediction: 'repaid' });
await monitor.flush();
export const seen = transport.inferences(); // what the collector would have seen
