/** Values of a category that are too many to count one by one, in as many buckets by their hash. */
export const hashBuckets = 64;

/** FNV-1a over UTF-16 code units, folded to 0-63 (Fowler, Noll and Vo, 1991). */
export function hashBucket(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash >>> 0) ^ (hash >>> 16)) & (hashBuckets - 1);
}
