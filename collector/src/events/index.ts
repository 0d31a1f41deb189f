export { batchesOf, type OutgoingBatch, readIncoming } from './incoming.ts';
export { type Refusal, readBatch, refuse } from './read-batch.ts';
