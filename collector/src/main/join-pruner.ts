import type { Transaction } from '../store/port.ts';
import { joinPrefix, joinRecordTime, joins } from './join-record.ts';

/** How old the inferences of a model are, and how old they need to get. Event times. */
export interface JoinAge {
  /** Those before this need no keeping. */
  readonly horizon: number;
  readonly oldest: number;
}

/**
 * Removes records of inferences that are too old to get an outcome. It walks through all of them in the order of their
 * keys, two for each new one, again and again: a record stays at most half as long again as it has to, whatever its id
 * looks like.
 */
export class JoinPruner {
  #after = '';

  /** `newRows`: records written since the last call; `ages`: of every model. */
  async prune(transaction: Transaction, newRows: number, ages: ReadonlyMap<string, JoinAge>): Promise<number> {
    const isNeeded = [...ages.values()].some(({ oldest, horizon }) => oldest < horizon);
    if (newRows === 0 || !isNeeded) return 0;
    const limit = newRows * 2 + minimumStep;
    const records = await transaction.range(joins, { after: this.#after, limit });
    this.#after = records.length < limit ? '' : (records.at(-1)?.key ?? '');
    const horizons = new Map([...ages].map(([model, { horizon }]) => [joinPrefix(model), horizon]));
    let removed = 0;
    for (const { key, value } of records) {
      const horizon = horizons.get(key.slice(0, key.indexOf('/') + 1));
      if (horizon === undefined || joinRecordTime(value) >= horizon) continue;
      await transaction.delete(joins, key);
      removed++;
    }
    return removed;
  }
}

const minimumStep = 100;
