export { type Bus, connectBus, type MessageIdentity, type StreamState } from './connect.ts';
export type { DeadLetterCause, DeadLetterPlace } from './dead-letter.ts';
export { readSubject, type StreamMessage } from './message.ts';
export type { StreamReader } from './reader.ts';
