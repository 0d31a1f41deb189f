import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InferenceBatch, InferenceEvent } from '../event.ts';
import { columnarContentType, jsonLinesContentType } from '../subjects.ts';
import { batchRows } from './batch-rows.ts';
import { decodeBatch } from './decode.ts';
import golden from './golden-v1.json' with { type: 'json' };
import { encodeInferences } from './inferences.ts';

const identity = { producer: 'producer-a', batch: 7 };

describe('a frame put together by hand, as docs/wire.md says', () => {
  it('is read as the events it holds', () => {
    const batch = decodeInferences(frame({ rows: 2, header, columns: [...ages, ...codes] }));

    expect(batchRows(batch)).toEqual([
      expect.objectContaining({
        id: 'a',
        time: 1000,
        version: '7',
        role: 'champion',
        features: { age: 0.1, job: 'cook' },
      }),
      expect.objectContaining({
        id: 'b',
        time: 1000,
        version: '7',
        role: 'champion',
        features: { age: null, job: null },
      }),
    ]);
  });

  it('has the id of its schema by the content of the schema alone', () => {
    const content = '[["age","number"],["job","category"]]';
    const id = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    expect(decodeInferences(frame({ rows: 2, header, columns: [...ages, ...codes] })).schema.id).toBe(id);
  });

  it('may name what this reader does not know', () => {
    const newer = frame({ rows: 2, header: { ...header, sampling: { share: 0.5 } }, columns: [...ages, ...codes] });
    expect(decodeInferences(newer).count).toBe(2);
  });
});

describe('a frame that cannot be read is refused with code and reason', () => {
  const whole = frame({ rows: 2, header, columns: [...ages, ...codes] });
  const refused: [string, Uint8Array, string, RegExp][] = [
    ['no bytes', new Uint8Array(), 'BAD_FRAME', /do not start as a columnar frame/],
    ['another magic', patched(whole, 0, 0x51), 'BAD_FRAME', /do not start/],
    ['a newer version', patched(whole, 4, 3), 'UNSUPPORTED_VERSION', /version 3/],
    ['an unknown kind', patched(whole, 5, 9), 'BAD_FRAME', /no known kind/],
    ['a header longer than the frame', patched(whole, 11, 0xff), 'BAD_FRAME', /cut off: the header/],
    ['more rows than the limit', patched(whole, 15, 0xff), 'TOO_LARGE', /rows, the limit is 10000/],
    ['more rows than bytes', patched(whole, 12, 200), 'BAD_HEADER', /ids: must be 200 texts/],
    ['no rows', patched(whole, 12, 0), 'EMPTY_BATCH', /no rows/],
    ['a cut column', whole.subarray(0, whole.length - 1), 'BAD_FRAME', /cut off: a column/],
    ['bytes left over', Buffer.concat([whole, Buffer.of(0)]), 'BAD_FRAME', /1 bytes are left over/],
    ['a header that is no JSON', patched(whole, 16, 0x21), 'BAD_HEADER', /not JSON/],
    ['a header that is no UTF-8', patched(whole, 18, 0xff), 'BAD_HEADER', /not UTF-8/],
    [
      'a code without a category',
      patched(whole, whole.length - 1, 3),
      'BAD_COLUMN',
      /"job": row 1 has code 3 of a dictionary of 1/,
    ],
    ['a header that is a list', frame({ rows: 1, header: [] }), 'BAD_HEADER', /not a JSON object/],
    ['no producer', frame({ header: { ...header, producer: '' } }), 'BAD_HEADER', /producer and model/],
    ['no model', frame({ header: { ...header, model: undefined } }), 'BAD_HEADER', /producer and model/],
    [
      'a batch number of zero',
      frame({ header: { ...header, batch: 0 } }),
      'BAD_HEADER',
      /batch must be a whole number/,
    ],
    ['too few ids', frame({ header: { ...header, ids: ['text', ['a']] } }), 'BAD_HEADER', /ids: must be 2 texts/],
    [
      'an id too long',
      frame({ header: { ...header, ids: ['text', ['a', 'b'.repeat(129)]] } }),
      'BAD_HEADER',
      /1 to 128/,
    ],
    [
      'ids without a byte of their own',
      frame({ header: { ...header, ids: ['uuid', '00'.repeat(16)] } }),
      'BAD_HEADER',
      /at most 15/,
    ],
    [
      'times before 1970',
      frame({ header: { ...header, times: ['f64'] }, columns: [f64(-1, 0)] }),
      'BAD_COLUMN',
      /times: row 0/,
    ],
    [
      'times that are no numbers',
      frame({ header: { ...header, times: ['f64'] }, columns: [f64(0, NaN)] }),
      'BAD_COLUMN',
      /times: row 1/,
    ],
    [
      'an element of a prototype',
      frame({ header: { ...header, scores: ['constructor'] }, columns: [...ages, ...codes] }),
      'BAD_HEADER',
      /scores/,
    ],
    ...[0.5, 0, -4, 65_537, null].map((weight): (typeof refused)[number] => [
      `a row that stands for ${weight} inferences`,
      frame({ header: { ...header, weights: ['constant', weight] }, columns: [...ages, ...codes] }),
      'BAD_COLUMN',
      /weights: row 0 has .*, which is not from 1 to 65536/,
    ]),
    [
      'a row without a version',
      frame({ header: { ...header, versions: ['constant', []] } }),
      'BAD_COLUMN',
      /versions: row 0/,
    ],
    [
      'a role nobody plays',
      frame({ header: { ...header, roles: ['constant', ['boss']] } }),
      'BAD_COLUMN',
      /"boss" is none of champion/,
    ],
    [
      'a feature twice',
      frame({
        header: {
          ...header,
          features: [
            ['age', 'constant', 1],
            ['age', 'constant', 2],
          ],
        },
      }),
      'BAD_HEADER',
      /"age" is there twice/,
    ],
    [
      'a feature without a name',
      frame({ header: { ...header, features: [['', 'constant', 1]] } }),
      'BAD_HEADER',
      /1 to 128 characters/,
    ],
    [
      'groups of numbers',
      frame({ header: { ...header, features: [], groups: [['sex', 'constant', 1]] } }),
      'BAD_HEADER',
      /"sex": must be categories/,
    ],
    [
      'a category that is no text',
      frame({ header: { ...header, features: [['job', 'u8', [1]]] } }),
      'BAD_HEADER',
      /"job": a category/,
    ],
    [
      'text too long to be a category',
      frame({ header: { ...header, features: [['job', 'u8', ['x'.repeat(257)]]] } }),
      'BAD_HEADER',
      /256/,
    ],
  ];

  it.each(refused)('%s', (_, bytes, code, reason) => {
    expect(decodeBatch(bytes, columnarContentType)).toEqual({
      kind: 'rejection',
      code,
      reason: expect.stringMatching(reason),
    });
  });

  it('a small frame that promises gigabytes', () => {
    const features = Array.from({ length: 4_000 }, (_, index) => [`feature ${index}`, 'constant', null]);
    const ids = Array.from({ length: 10_000 }, () => 'a');
    const bytes = frame({ rows: 10_000, header: { ...header, ids: ['text', ids], features } });
    expect(decodeBatch(bytes, columnarContentType)).toMatchObject({
      code: 'TOO_LARGE',
      reason: /4000 columns of 10000 rows/,
    });
  });

  it('a header nested so deep that printing it would overflow the stack', () => {
    const deep = Buffer.from(
      `{"producer":"p","batch":1,"model":"m","ids":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    );
    expect(decodeBatch(frame({ rows: 1, header: deep }), columnarContentType)).toMatchObject({ kind: 'rejection' });
  });
});

describe('reading', () => {
  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom(columnarContentType, jsonLinesContentType),
        (bytes, type) => {
          expect(decodeBatch(bytes, type, identity).kind).toBe('rejection');
        },
      ),
    );
  });

  it('never throws when a real batch is damaged or cut anywhere', () => {
    const originals = golden.map(({ base64, contentType }) => ({ bytes: Buffer.from(base64, 'base64'), contentType }));
    const damage = fc.record({
      original: fc.constantFrom(...originals),
      changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      cut: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(damage, ({ original, changes, cut }) => {
        const bytes = new Uint8Array(original.bytes);
        for (const [position, value] of changes) {
          bytes[position % bytes.length] = value;
        }
        const result = decodeBatch(
          bytes.subarray(0, cut === null ? bytes.length : cut % bytes.length),
          original.contentType,
          identity,
        );
        if (result.kind !== 'rejection') {
          expect(batchRows(result)).toHaveLength(result.count);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the same rows from any position in a larger buffer', () => {
    const bytes = encodeInferences(events(20), identity);
    const expected = batchRows(decodeInferences(bytes));
    for (let offset = 0; offset < 16; offset++) {
      const received = new Uint8Array(bytes.length + 16).subarray(offset, offset + bytes.length);
      received.set(bytes);
      expect(batchRows(decodeInferences(received))).toEqual(expected);
    }
  });

  it('refuses a content type it does not know', () => {
    const refusal = { code: 'UNSUPPORTED_CONTENT_TYPE', reason: /"text\/csv" is neither/ };
    expect(decodeBatch(Buffer.from('a'), 'text/csv')).toMatchObject(refusal);
    expect(decodeBatch(Buffer.from('a'), undefined)).toMatchObject({ code: 'UNSUPPORTED_CONTENT_TYPE' });
  });
});

describe('the weight of a batch', () => {
  it('stays under 230 bytes an event at 100 events of 20 numbers and 10 categories, trace ids included', () => {
    const bytes = encodeInferences(events(100), { producer: '0193a1b2-0000-7000-8000-00000000000a', batch: 1_000 });
    expect(bytes.length / 100).toBeLessThan(230);
  });
});

/** Two rows: ages 0.1 and missing, jobs "cook" and missing. */
const header = {
  producer: 'p',
  batch: 3,
  model: 'credit',
  ids: ['text', ['a', 'b']],
  times: ['u16', 1000],
  versions: ['constant', ['7']],
  roles: ['constant', ['champion']],
  features: [
    ['age', 'f64'],
    ['job', 'u8', ['cook']],
  ],
  predictions: ['constant', null],
  scores: ['constant', null],
  groups: [],
  latenciesMs: ['constant', null],
  traceIds: ['constant', []],
  errors: ['constant', []],
};
const times = Buffer.alloc(4);
const ages = [times, f64(0.1, Number.NaN)];
const codes = [Buffer.of(1, 0)];

function f64(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) {
    bytes.writeDoubleLE(value, index * 8);
  }
  return bytes;
}

/** Lays a frame out without the encoder. Columns of more than two bytes a row start at a multiple of 8. */
function frame(parts: { rows?: number; header: unknown; columns?: readonly Buffer[] }): Uint8Array {
  const json = Buffer.isBuffer(parts.header) ? parts.header : Buffer.from(JSON.stringify(parts.header));
  const rows = parts.rows ?? 2;
  const preamble = Buffer.alloc(16);
  preamble.write('PLMB', 'latin1');
  preamble[4] = 1;
  preamble[5] = 1;
  preamble.writeUInt32LE(json.length, 8);
  preamble.writeUInt32LE(rows, 12);
  let bytes = padded(Buffer.concat([preamble, json]));
  for (const column of parts.columns ?? [times]) {
    bytes = Buffer.concat([column.length === rows * 8 ? padded(bytes) : bytes, column]);
  }
  return new Uint8Array(bytes);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}

function patched(bytes: Uint8Array, position: number, value: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[position] = value;
  return copy;
}

function decodeInferences(bytes: Uint8Array): InferenceBatch {
  const batch = decodeBatch(bytes, columnarContentType);
  if (batch.kind !== 'inference') {
    throw new Error(`not inferences: ${JSON.stringify(batch)}`);
  }
  return batch;
}

/** Events of 20 numbers no element narrower than a double can hold, and 10 categories. */
function events(count: number): InferenceEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index.toString(16).padStart(12, '0');
    const numbers = Array.from({ length: 20 }, (_, n) => [`number_feature_${n}`, (index + 0.1) * Math.PI * (n + 1)]);
    const categories = Array.from({ length: 10 }, (_, n) => [
      `category_${n}`,
      ['alpha', 'beta', 'gamma'][(index + n) % 3],
    ]);
    return {
      kind: 'inference',
      id: `0193a1b2-c3d4-7000-8000-${id}`,
      time: 1_732_269_000_000 + index,
      model: 'credit-risk',
      version: '7',
      role: 'champion',
      features: Object.fromEntries([...numbers, ...categories]),
      prediction: index % 2 === 0 ? 'approve' : 'deny',
      score: Math.sin(index) ** 2,
      groups: { sex: index % 3 === 0 ? 'female' : 'male' },
      latencyMs: Math.fround(0.01 * index),
      traceId: `4bf92f3577b34da6a3ce${id}`,
      error: null,
    };
  });
}
