import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PlumblineError } from '../../errors.ts';

/** The whole body of a raw route. Throws `TOO_LARGE`. */
export async function readAll(stream: Readable | null, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    // The server hands on a body as buffers.
    const buffer: Uint8Array = chunk;
    bytes += buffer.length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks);
}

/** As `readAll`, unpacked when `encoding` is gzip; the limit holds before and after. Throws `BAD_DATA`, `TOO_LARGE`. */
export async function readUnpacked(
  stream: Readable | null,
  encoding: string | undefined,
  limitBytes: number,
): Promise<Uint8Array> {
  const bytes = await readAll(stream, limitBytes);
  if (encoding === undefined || encoding === 'identity') return bytes;
  if (encoding !== 'gzip') {
    throw new PlumblineError(
      'UNSUPPORTED_CONTENT_TYPE',
      `content-encoding: gzip or none, not ${encoding.slice(0, 40)}`,
    );
  }
  try {
    return await unzip(bytes, { maxOutputLength: limitBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(limitBytes);
    throw new PlumblineError('BAD_DATA', 'the body says that it is gzip and is not', { cause });
  }
}

const unzip = promisify(gunzip);

function tooLarge(limitBytes: number): PlumblineError {
  return new PlumblineError('TOO_LARGE', `a request has at most ${limitBytes} bytes of events`);
}
