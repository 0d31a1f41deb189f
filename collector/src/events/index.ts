export { batchesOf, type OutgoingBatch, readIncoming } from './incoming.ts';
export { type Refusal, type RefusalCode, readBatch, refusalCodes, refuse } from './read-batch.ts';
