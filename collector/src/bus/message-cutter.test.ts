import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageCutter } from './message-cutter.ts';

interface Sent {
  readonly text: string;
  /** Bytes of the headers; `null` without any. */
  readonly header: number | null;
  readonly payload: number;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  text: fc.constantFrom('a.b 1', 'plumbline.inference.3.credit 12 _INBOX.x.7', 'a \t1 '),
  header: fc.option(fc.integer({ min: 12, max: 40 })),
  payload: fc.oneof(fc.nat(40), fc.integer({ min: 1_000, max: 1_100 }), fc.integer({ min: 2_000, max: 9_000 })),
});

/** As a server sends it, with line ends and lines of the protocol in the payload too. */
function wire({ text, header, payload }: Sent): Buffer {
  const sizes = header === null ? `${payload}` : `${header} ${header + payload}`;
  const body = Buffer.alloc((header ?? 0) + payload, 'MSG a 1 5\r\nPING\r\n');
  return Buffer.concat([Buffer.from(`${header === null ? 'MSG' : 'HMSG'} ${text} ${sizes}\r\n`), body, lineEnd]);
}

const lineEnd = Buffer.from('\r\n');
const others = ['PING\r\n', 'PONG\r\n', '+OK\r\n', "-ERR 'Stale Connection'\r\n", 'INFO {"max_payload":9}\r\n'];

test('what is read comes out whole and in order, however it was cut on the way (property)', () => {
  const stream = fc.array(fc.oneof(sent, fc.constantFrom(...others)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 }), (all, sizes) => {
      const parts = all.map((one) => (typeof one === 'string' ? Buffer.from(one) : wire(one)));
      const bytes = Buffer.concat(parts);
      const starts = new Set<number>();
      /** By where a long message begins: where in it its payload does. */
      const payloads = new Map<number, number>();
      let start = 0;
      for (const [index, one] of all.entries()) {
        const { length } = parts[index]!;
        starts.add(start);
        if (typeof one !== 'string' && one.payload >= 1_024) payloads.set(start, length - one.payload - lineEnd.length);
        start += length;
      }

      const cutter = new MessageCutter();
      const pieces: Uint8Array[] = [];
      const buffer = Buffer.alloc(5_000);
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const chunk = bytes.subarray(at, at + sizes[turn % sizes.length]!);
        chunk.copy(buffer);
        pieces.push(...cutter.cut(buffer.subarray(0, chunk.length)));
        buffer.fill(0xff);
        at += chunk.length;
      }

      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      let at = 0;
      for (const piece of pieces) {
        expect(starts).toContain(at);
        const payloadFrom = payloads.get(at);
        if (payloadFrom !== undefined) expect((piece.byteOffset + payloadFrom) % 8).toBe(0);
        at += piece.length;
      }
    }),
  );
});
