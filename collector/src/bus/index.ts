export { type Bus, connectBus, type MessageIdentity, type StreamState } from './connect.ts';
export { connectReading, type ReadingConnection } from './connect-reading.ts';
export type { NatsSettings } from './connection.ts';
export type { DeadLetterCause, DeadLetterPlace } from './dead-letter.ts';
export { readSubject, type StreamMessage } from './message.ts';
export type { ReadFrom, StreamReader } from './reader.ts';
