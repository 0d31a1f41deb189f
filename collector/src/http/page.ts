import { z } from 'zod';
import { PlumblineError } from '../errors.ts';
import { sortableNumber } from '../store/port.ts';

export const defaultPageSize = 50;

/** Query of every list that has pages. `cursor` is what the page before gave as `nextCursor`, and means nothing else. */
export const pageQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: limitUpTo(500),
});

/** Items of one page, as a query says it. */
export function limitUpTo(most: number) {
  const says = `a page has 1 to ${most} items`;
  return z
    .string()
    .regex(/^[1-9]\d{0,3}$/, says)
    .transform(Number)
    .refine((limit) => limit <= most, says)
    .optional()
    .describe(`Items a page, 1 to ${most}; default ${defaultPageSize}`);
}

export interface Page {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** The key after which a page starts, from its cursor. Throws `BAD_REQUEST` for anything we did not make. */
export function afterOf(page: Page): string | undefined {
  if (page.cursor === undefined) {
    return undefined;
  }
  const key = Buffer.from(page.cursor, 'base64url').toString('utf8');
  if (key === '' || cursorOf(key) !== page.cursor) {
    throw new PlumblineError('BAD_REQUEST', 'cursor: not one that this collector gave out');
  }
  return key;
}

export function cursorOf(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/**
 * One page of items, in the order of their keys. It starts after the cursor's key, whether or not that item is still
 * there, so that a page is never shown twice because something moved.
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  page: Page,
): { items: Item[]; nextCursor: string | null } {
  const after = afterOf(page);
  const limit = page.limit ?? defaultPageSize;
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const { items: shown, nextCursor } = pageOfRead(rest, limit, ({ key }) => key);
  return { items: shown.map(({ item }) => item), nextCursor };
}

/**
 * One page of what was read from where it starts: `found` holds one item more than `limit` where another page follows,
 * and in `keyOf` is what that page is read with.
 */
export function pageOfRead<Item>(
  found: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string,
): { items: Item[]; nextCursor: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? cursorOf(keyOf(last)) : null };
}

/** Key parts that put the latest time first; `id` keeps equal times apart. */
export function newestFirstKey(time: number, id: string): string {
  return `${sortableNumber(Number.MAX_SAFE_INTEGER - Math.trunc(time))}/${id}`;
}
