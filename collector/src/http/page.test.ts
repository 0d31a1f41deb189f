import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterOf, cursorOf, newestFirstKey, pageOf, pageQuery } from './page.ts';

describe('pages', () => {
  it('show every item once, in order, whatever the size of a page', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 })), fc.integer({ min: 1, max: 7 }), (keys, limit) => {
        const shown: string[] = [];
        let cursor: string | undefined;
        do {
          const page = pageOf(keys, (key) => key, { cursor, limit });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          shown.push(...page.items);
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(shown).toEqual([...keys].sort((a, b) => (a < b ? -1 : 1)));
      }),
    );
  });

  it('go on where they ended when the last item is gone', () => {
    expect(pageOf(['a', 'c'], (key) => key, { cursor: cursorOf('b') }).items).toEqual(['c']);
  });

  it('put the newest first and keep equal times apart', () => {
    const keys = [newestFirstKey(2, 'a'), newestFirstKey(10, 'b'), newestFirstKey(10, 'a')].sort();
    expect(keys.map((key) => key.split('/')[1])).toEqual(['a', 'b', 'a']);
    expect(keys.at(-1)).toBe(newestFirstKey(2, 'a'));
  });

  it('refuse a cursor that was not given out', () => {
    for (const cursor of ['', '!!', 'a', 'YQ==', '../..']) {
      expect(() => afterOf({ cursor }), cursor).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }
  });

  it('have at most 500 items', () => {
    expect(pageQuery.parse({ limit: '500' }).limit).toBe(500);
    for (const limit of ['0', '501', '1000000000', '-1', '1e2', ' 5']) {
      expect(pageQuery.safeParse({ limit }).success, limit).toBe(false);
    }
  });
});
