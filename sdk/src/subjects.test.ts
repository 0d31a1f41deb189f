import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelFromToken, modelToken, partitionOf, primaryId, shadowId } from './subjects.ts';

describe('partitions', () => {
  it('follow FNV-1a, 32 bits: the published values of "", "a" and "foobar"', () => {
    const all = 2 ** 32;
    expect(partitionOf('', all)).toBe(0x811c9dc5);
    expect(partitionOf('a', all)).toBe(0xe40c292c);
    expect(partitionOf('foobar', all)).toBe(0xbf9cf968);
  });

  it('hash the UTF-8 bytes of ids that are not ASCII', () => {
    // FNV-1a over the bytes c3 a9.
    const expected = Math.imul(Math.imul(0x811c9dc5 ^ 0xc3, 0x01000193) ^ 0xa9, 0x01000193) >>> 0;
    expect(partitionOf('é', 2 ** 32)).toBe(expected);
  });

  it("put a shadow's inference where the inference it shadows is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((id) => !id.includes('~')),
        fc.string(),
        (id, version) => {
          expect(partitionOf(shadowId(id, version), 16)).toBe(partitionOf(id, 16));
          expect(primaryId(shadowId(id, version))).toBe(id);
        },
      ),
    );
  });
});

describe('model tokens', () => {
  it('hold any model name in one subject token', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (model) => {
        expect(modelToken(model)).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(modelFromToken(modelToken(model))).toBe(model);
      }),
    );
  });
});
