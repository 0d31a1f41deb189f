export { type Refusal, type RefusalCode, readBatch, refusalCodes, refuse } from './read-batch.ts';
