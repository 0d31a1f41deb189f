import type { OrientedScore } from './bets.ts';

/**
 * What an event earns each bet, ln(1 + bet * (score - m)), in arrays without gaps: with hundreds of signals, reading
 * scattered objects would take longer than the arithmetic.
 */
export interface Gains {
  /**
   * The sets of cells that are summed, one after the other: first the scopes, then those of shares. Of each the stretches of
   * neighbouring cells: first cell, and the one after the last.
   */
  readonly stretches: Int32Array;
  /** Where each set begins in `stretches`, and where the last one ends. */
  readonly setStarts: Int32Array;
  /** By table: how many bets, where its gains begin, its scope's set, and its share's set (-1: gains by cell). */
  readonly plan: Int32Array;
  /**
   * Of a share: for each bet the gain in the cells of its set, then for each bet the gain in all others of the scope. By cell:
   * for each six bets the gains in the first cell, then in the next; 0 where it is not considered or there is no such bet.
   */
  readonly gains: Float64Array;
  readonly designEffects: Float64Array;
  readonly cellCount: number;
  /** Room for the sum of each set. */
  readonly sums: Float64Array;
}

export const planFields = 4;

/** `scopes`: the different sets of cells that scores consider; `scopeOf`: which of them each score does. */
export function gainsOf(
  cellCount: number,
  scores: readonly OrientedScore[],
  { scopes, scopeOf }: { readonly scopes: readonly Int32Array[]; readonly scopeOf: readonly number[] },
): Gains {
  const sets = collectedSets(scopes);
  const gains: number[] = [];
  const plan = scores.flatMap((oriented, index) => {
    const { bets, considered, values, nullMean } = oriented;
    const start = gains.length;
    const gain = (bet: number, value: number): number => Math.log1p(bet * (value - nullMean));
    const share = asShare(oriented);
    if (share !== null) {
      gains.push(...bets.map((bet) => gain(bet, share.inside)), ...bets.map((bet) => gain(bet, share.outside)));
      return [bets.length, start, scopeOf[index]!, sets.indexOf(share.cells)];
    }
    for (let first = 0; first < bets.length; first += lanes) {
      for (let cell = 0; cell < cellCount; cell++) {
        for (let lane = first; lane < first + lanes; lane++) {
          gains.push(considered[cell] === 0 || lane >= bets.length ? 0 : gain(bets[lane]!, values[cell]!));
        }
      }
    }
    return [bets.length, start, scopeOf[index]!, -1];
  });
  const setStarts = [0];
  const stretches: number[] = [];
  for (const set of sets.all) {
    for (const [index, cell] of set.entries()) {
      if (index > 0 && cell === stretches.at(-1)) stretches.pop();
      else stretches.push(cell);
      stretches.push(cell + 1);
    }
    setStarts.push(stretches.length);
  }
  return {
    stretches: Int32Array.from(stretches),
    setStarts: Int32Array.from(setStarts),
    plan: Int32Array.from(plan),
    gains: Float64Array.from(gains),
    designEffects: Float64Array.from(scores, ({ designEffect }) => designEffect),
    cellCount,
    sums: new Float64Array(sets.all.length),
  };
}

/** Fills `growth` with what `counts` earn each bet: (1 / designEffect) * sum over cells of count * gain. */
export function growthOf(
  { stretches, setStarts, plan, gains, designEffects, cellCount, sums }: Gains,
  counts: ArrayLike<number>,
  growth: Float64Array,
): void {
  for (let set = 0; set < sums.length; set++) {
    let sum = 0;
    for (let i = setStarts[set]!; i < setStarts[set + 1]!; i += 2) {
      const end = stretches[i + 1]!;
      for (let cell = stretches[i]!; cell < end; cell++) sum += counts[cell]!;
    }
    sums[set] = sum;
  }
  let component = 0;
  for (let table = 0; table < designEffects.length; table++) {
    const designEffect = designEffects[table]!;
    const bets = plan[planFields * table]!;
    let at = plan[planFields * table + 1]!;
    const set = plan[planFields * table + 3]!;
    if (set >= 0) {
      const inside = sums[set]! / designEffect;
      const outside = sums[plan[planFields * table + 2]!]! / designEffect - inside;
      for (let bet = 0; bet < bets; bet++, at++) {
        growth[component++] = inside * gains[at]! + outside * gains[at + bets]!;
      }
    } else {
      for (let first = 0; first < bets; first += lanes) {
        at = sumSix(gains, at, counts, cellCount);
        for (let lane = 0; lane < lanes && first + lane < bets; lane++) {
          growth[component++] = six[lane]! / designEffect;
        }
      }
    }
  }
}

/** Bets that are summed side by side: as many as most scores have. */
const lanes = 6;
const six = new Float64Array(lanes);

/** Fills `six` with what the counts earn six bets whose gains begin at `at`; returns where the next ones do. */
function sumSix(gains: Float64Array, at: number, counts: ArrayLike<number>, cellCount: number): number {
  let [a, b, c, d, e, f] = [0, 0, 0, 0, 0, 0];
  let next = at;
  for (let cell = 0; cell < cellCount; cell++, next += lanes) {
    const count = counts[cell]!;
    a += count * gains[next]!;
    b += count * gains[next + 1]!;
    c += count * gains[next + 2]!;
    d += count * gains[next + 3]!;
    e += count * gains[next + 4]!;
    f += count * gains[next + 5]!;
  }
  six[0] = a;
  six[1] = b;
  six[2] = c;
  six[3] = d;
  six[4] = e;
  six[5] = f;
  return next;
}

/** Different sets of cells, by the order in which they came. */
export function collectedSets(begin: readonly Int32Array[] = []) {
  const all: Int32Array[] = [...begin];
  const known = new Map(all.map((cells, index) => [cells.join(), index]));
  return {
    all,
    indexOf(cells: Int32Array): number {
      const key = cells.join();
      const index = known.get(key) ?? all.push(cells) - 1;
      known.set(key, index);
      return index;
    },
  };
}

/** The cells for which something is so, ascending. */
export function cellsWhere(cellCount: number, isSo: (cell: number) => boolean): Int32Array {
  const cells: number[] = [];
  for (let cell = 0; cell < cellCount; cell++) if (isSo(cell)) cells.push(cell);
  return Int32Array.from(cells);
}

/** A score of two values: the cells that have one of them, the fewer, which are the quicker ones to sum. */
function asShare({ values, considered }: OrientedScore) {
  const first = values[considered.findIndex((one) => one !== 0)] ?? 0;
  let second = first;
  for (let cell = 0; cell < values.length; cell++) {
    if (considered[cell] === 0 || values[cell] === first) continue;
    if (second !== first && values[cell] !== second) return null;
    second = values[cell]!;
  }
  const having = (value: number) =>
    cellsWhere(values.length, (cell) => values[cell] === value && considered[cell] !== 0);
  const [ofFirst, ofSecond] = [having(first), having(second)];
  return ofFirst.length <= ofSecond.length
    ? { inside: first, outside: second, cells: ofFirst }
    : { inside: second, outside: first, cells: ofSecond };
}
