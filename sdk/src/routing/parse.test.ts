import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRouting } from './parse.ts';
import { testDocument } from './testing/test-document.ts';

const document = testDocument({
  canary: { version: '8', digest: 'sha256:8', weightBasisPoints: 1_000 },
  shadow: { version: '9', digest: 'sha256:9', sampleBasisPoints: 10_000 },
  pins: { vip: '7' },
});
const parse = (value: unknown) => parseRouting(Buffer.from(JSON.stringify(value)));

describe('a routing document', () => {
  it('is read as it was written; what a later release adds is left alone', () => {
    expect(parse(document)).toEqual(document);
    expect(parse({ ...document, policyRevision: 4 })).toEqual(document);
    expect(parse({ ...document, champion: null, canary: null, shadow: null, pins: {} })).toMatchObject({
      canary: null,
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['a list', [], /must be an object/],
    ['another schema', { ...document, schema: 2 }, /schema is 2/],
    ['no model', { ...document, model: '' }, /model must be text/],
    ['revision 0', { ...document, revision: 0 }, /revision must be a whole number from 1/],
    ['no salt', { ...document, salt: 7 }, /salt must be text/],
    ['a champion without digest', { ...document, champion: { version: '7' } }, /digest must be text/],
    [
      'a weight beyond all traffic',
      { ...document, canary: { ...document.canary, weightBasisPoints: 10_001 } },
      /0 to 10000/,
    ],
    [
      'half a basis point',
      { ...document, shadow: { ...document.shadow, sampleBasisPoints: 0.5 } },
      /sampleBasisPoints/,
    ],
    ['a pin to nothing', { ...document, pins: { vip: null } }, /pins of vip/],
  ])('with %s is malformed', (_, value, reason) => {
    expect(parse(value)).toEqual({ malformed: expect.stringMatching(reason) });
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(parseRouting(bytes)).toHaveProperty('malformed');
        },
      ),
    );
  });
});
