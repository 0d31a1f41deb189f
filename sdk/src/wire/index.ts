/** The wire: batches of events as bytes and back. `docs/wire.md` describes both encodings for other languages. */
export { createUuidMaker } from '../uuid.ts';
export { batchRows } from './batch-rows.ts';
export { type ColumnMemory, ReusedMemory } from './column-memory.ts';
export { decodeBatch } from './decode.ts';
export { decodeFrame } from './decode-frame.ts';
export { encodeInferences, FeatureTypes, InferenceColumns } from './inferences.ts';
export {
  batchHeader,
  decodeJsonLines,
  identityFromHeaders,
  messageIdOf,
  type ParsedEvents,
  parseEvent,
  parseJsonLines,
  producerHeader,
} from './json-lines.ts';
export { encodeOutcomes, OutcomeColumns } from './outcomes.ts';
export { type Rejection, type RejectionCode, rejectionCodes } from './rejection.ts';
export { featureSchema, featureSchemaOf, featureSchemaText } from './schema.ts';
export { uuidTexts } from './unpack.ts';
export { readUuid, uuidBytes, uuidClock, uuidTextLength, writeUuid } from './uuid-bytes.ts';
