import { maxWeight } from '../wire/limits.ts';

/** Which events make room for which when the buffer fills. */
export type Priority = 'inference' | 'error' | 'outcome';

/**
 * One event of how many is kept at this fill of the buffer (0 empty, 1 full): 1 keeps all, `null` none.
 *
 * From half full on inferences are thinned, first to every second one, then to every fourth, and so on in sixteen steps, so
 * that a buffer for thousands of events spans an outage of millions. What is kept says how many it stands for, so that
 * every statistic stays unbiased (Horvitz and Thompson, 1952); dropping whatever comes last would show the start of each
 * outage and nothing of the rest. Failed inferences, which are few and matter more, are thinned where ordinary ones end;
 * outcomes, which nothing can replace, have the last twentieth to themselves and are never thinned.
 */
export function keepOneOf(fill: number, priority: Priority): number | null {
  const { from, to } = ranges[priority];
  if (fill >= to) {
    return null;
  }
  return fill < from ? 1 : 2 ** (1 + Math.floor((16 * (fill - from)) / (to - from)));
}

const ranges: Readonly<Record<Priority, { readonly from: number; readonly to: number }>> = {
  inference: { from: 0.5, to: 0.9 },
  error: { from: 0.9, to: 0.95 },
  outcome: { from: 1, to: 1 },
};

/**
 * Whether the event is one of those kept, by its id alone: an inference and its shadow are kept or left out together, and
 * whoever is kept at one in eight is kept at one in four. `salt` differs between processes.
 */
export function isKept(id: string, oneOf: number, salt: number): boolean {
  return oneOf === 1 || (oneOf <= maxWeight && (mixed(id, salt) & (oneOf - 1)) === 0);
}

/** FNV-1a (Fowler, Noll and Vo, 1991) up to a shadow's mark, then the finalizer of MurmurHash3 (Appleby, 2011): even low bits. */
function mixed(id: string, salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index);
    if (code === 0x7e) {
      break;
    }
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
