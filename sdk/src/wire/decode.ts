import type { BatchIdentity, EventBatch } from '../event.ts';
import { columnarContentType, columnarContentTypeV1, jsonLinesContentType } from '../subjects.ts';
import type { ColumnMemory } from './column-memory.ts';
import { decodeFrame } from './decode-frame.ts';
import { decodeJsonLines } from './json-lines.ts';
import { type Rejection, reject, shown } from './rejection.ts';

/**
 * A message of the stream as columns, or why it cannot be read. Never throws, whatever the bytes are.
 *
 * `identity` is what the message's headers say (see `identityFromHeaders`); JSON lines need it, a columnar frame
 * carries its own. Columns are views into `bytes` where alignment allows, and lie in `memory` elsewhere, by default each in
 * its own: do not change either while the batch is in use.
 */
export function decodeBatch(
  bytes: Uint8Array,
  contentType: string | undefined,
  identity?: BatchIdentity,
  memory?: ColumnMemory,
): EventBatch | Rejection {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  switch (mediaType) {
    case columnarContentType:
    case columnarContentTypeV1:
      return decodeFrame(bytes, memory);
    case jsonLinesContentType:
      return decodeJsonLines(bytes, identity);
    default:
      return reject(
        'UNSUPPORTED_CONTENT_TYPE',
        `content type ${shown(contentType)} is neither ${columnarContentType} nor ${jsonLinesContentType}`,
      );
  }
}
