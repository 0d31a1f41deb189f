export type { NatsOptions } from './options.ts';
export { createNatsTransport } from './transport.ts';
