export { type Bus, type ConnectOptions, connectBus, type MessageIdentity, type StreamState } from './connect.ts';
export type { DeadLetterCause } from './dead-letter.ts';
export { type MessageAddress, readSubject, type StreamMessage } from './message.ts';
export type { ReadFrom, StreamReader } from './reader.ts';
