export { clampTimes } from './clamp-times.ts';
export { batchesOf, type OutgoingBatch, readIncoming } from './incoming.ts';
export { type Refusal, readBatch, refuse } from './read-batch.ts';
export { type LoggedHalf, readCloudEvent } from './kserve/cloud-event.ts';
export { PayloadProblem } from './kserve/inference-payload.ts';
export { inferencesOfCall } from './kserve/logged-inference.ts';
export { SpanDoor } from './otlp/span-door.ts';
export { encodeTraceResponse } from './otlp/trace-messages.ts';
export { type RefusedBody, refusedMessage } from './refused.ts';
