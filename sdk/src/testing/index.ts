/** For the tests of apps that use the SDK. */
export { createMemoryTransport, type MemoryTransport, type MemoryTransportOptions } from './memory-transport.ts';
