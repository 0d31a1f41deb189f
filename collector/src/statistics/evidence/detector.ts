import type { Direction, OrientedScore } from './bets.ts';

/**
 * The one primitive that alarms: "given the past, the mean of a bounded score is no longer at most m". An e-detector
 * (Shiryaev-Roberts form) over many scores, directions and bet sizes at once, computed from merged counts, so neither
 * shards nor order nor replay change its decisions.
 *
 * For each bet: le = (1 / designEffect) * sum over cells of count * ln(1 + bet * (score - m)); R <- (R + w) e^le. The mean
 * M of all R is the evidence. Under the null E[M at the first alarm] <= sum of the weights w so far, hence:
 * with w = the window's duration in hours and alarms at M >= A, the expected time to the first false alarm is at least A
 * hours (A K for each of K streams: over all of them, whatever their dependence); with w = `lifetimeWeight` and alarms at
 * M >= 1 / alpha, the chance that a false alarm ever happens is at most alpha.
 *
 * Source: Shin, Ramdas and Rinaldo 2022 (arXiv 2203.03532); Ville 1939.
 */
export interface Detector {
  readonly cells: number;
  /** Number of bets over all scores and directions: the length of the state. */
  readonly components: number;
  readonly tables: readonly ScoreTable[];
  /** The different sets of cells that its scores consider. */
  readonly scopes: readonly Int32Array[];
  /** The same as numbers side by side: what `advance` reads. */
  readonly packed: Packed;
}

/** What one score in one direction earns or loses by event. */
export interface ScoreTable {
  readonly score: string;
  readonly direction: Direction;
  readonly nullMean: number;
  readonly bets: readonly number[];
  readonly designEffect: number;
  /** First component of its bets. */
  readonly start: number;
  /** Which of the detector's sets of cells it considers. */
  readonly scope: number;
  /** What the table was made from. */
  readonly oriented: OrientedScore;
}

/**
 * What an event earns each bet, ln(1 + bet * (score - m)), in arrays without gaps: with hundreds of signals, reading
 * scattered objects would take longer than the arithmetic.
 */
interface Packed {
  /** Cells of all sets that are summed, one set after the other: first the scopes, then those of shares. */
  readonly cells: Int32Array;
  /** Where each set begins in `cells`, and where the last one ends. */
  readonly setStarts: Int32Array;
  /** By table: how many bets, where its gains begin, its scope's set, and its share's set (-1: gains by cell). */
  readonly plan: Int32Array;
  /**
   * Of a share: for each bet the gain in the cells of its set, then for each bet the gain in all others of the scope. By cell:
   * for each bet the gain of each cell, 0 where it is not considered.
   */
  readonly gains: Float64Array;
  readonly designEffects: Float64Array;
}

const planFields = 4;

/** Wealth of each bet (natural logarithms) and how many windows it has seen. */
export interface DetectorState {
  readonly logWealth: Float64Array;
  readonly steps: number;
}

/** What is known after a window. */
export interface DetectorEvidence {
  /** Natural logarithm of M. `-Infinity` before the first window. */
  readonly log: number;
  /** The score and direction that hold most of the wealth; `null` while none holds more than it was given. */
  readonly leading: { readonly score: string; readonly direction: Direction } | null;
}

export function createDetector(cells: number, scores: readonly OrientedScore[]): Detector {
  const scopes = collected();
  let components = 0;
  const tables = scores.map((score): ScoreTable => {
    const start = components;
    components += score.bets.length;
    return {
      score: score.score,
      direction: score.direction,
      nullMean: score.nullMean,
      bets: score.bets,
      designEffect: score.designEffect,
      start,
      scope: scopes.indexOf(cellsWhere(score.considered, (one) => one !== 0)),
      oriented: score,
    };
  });
  return { cells, components, tables, scopes: scopes.all, packed: pack(cells, tables, scopes.all) };
}

export function initialState(detector: Detector): DetectorState {
  return { logWealth: new Float64Array(detector.components).fill(Number.NEGATIVE_INFINITY), steps: 0 };
}

/**
 * The state after one more window. `counts`: events by cell that arrived in the window (late ones count in the window in
 * which they arrive). `weight` w must be known before the window: its duration in hours, or `lifetimeWeight(steps + 1)`.
 */
export function advance(
  detector: Detector,
  state: DetectorState,
  counts: ArrayLike<number>,
  weight: number,
): DetectorState {
  const logWealth = new Float64Array(detector.components);
  const { cells, setStarts, plan, gains, designEffects } = detector.packed;
  const sums = new Float64Array(setStarts.length - 1);
  for (let set = 0; set < sums.length; set++) {
    let sum = 0;
    for (let i = setStarts[set]!; i < setStarts[set + 1]!; i++) sum += counts[cells[i]!]!;
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
        logWealth[component++] = inside * gains[at]! + outside * gains[at + bets]!;
      }
    } else {
      for (let bet = 0; bet < bets; bet++) {
        let sum = 0;
        for (let cell = 0; cell < detector.cells; cell++, at++) sum += counts[cell]! * gains[at]!;
        logWealth[component++] = sum / designEffect;
      }
    }
  }
  const logWeight = Math.log(weight);
  for (let i = 0; i < logWealth.length; i++) {
    logWealth[i] = logWealth[i]! + logAdd(state.logWealth[i]!, logWeight);
  }
  return { logWealth, steps: state.steps + 1 };
}

/** Reads the evidence off a state. */
export function evidenceOf(detector: Detector, { logWealth }: DetectorState): DetectorEvidence {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logWealth.length; i++) if (logWealth[i]! > largest) largest = logWealth[i]!;
  if (largest === Number.NEGATIVE_INFINITY) return { log: largest, leading: null };
  let total = 0;
  let leading: DetectorEvidence['leading'] = null;
  let highestMean = 0;
  for (const { score, direction, start, bets } of detector.tables) {
    let own = 0;
    for (let i = start; i < start + bets.length; i++) {
      const below = logWealth[i]! - largest;
      // What is less than one part in 2^57 cannot be seen in the sum.
      if (below > -negligible) own += Math.exp(below);
    }
    total += own;
    if (own / bets.length > highestMean) {
      highestMean = own / bets.length;
      leading = { score, direction };
    }
  }
  const mean = total / detector.components;
  // With every table alike (or only one) none leads; rounding must not make one.
  return { log: largest + Math.log(mean), leading: highestMean > mean * (1 + 1e-12) ? leading : null };
}

/** After an alarm all bets start again with nothing: evidence is never used twice. Steps go on. */
export function resetAfterAlarm(detector: Detector, state: DetectorState): DetectorState {
  return { ...initialState(detector), steps: state.steps };
}

/**
 * Weight of the t-th window (1, 2, ...) in lifetime mode: 1 / (2.1097428 (t + 1) ln^2(t + 1)). All weights sum to 1.
 */
export function lifetimeWeight(step: number): number {
  return 1 / (2.1097428 * (step + 1) * Math.log(step + 1) ** 2);
}

function pack(cells: number, tables: readonly ScoreTable[], scopes: readonly Int32Array[]): Packed {
  const sets = collected(scopes);
  const gains: number[] = [];
  const plan = tables.flatMap(({ oriented, scope, bets }) => {
    const start = gains.length;
    const gain = (bet: number, value: number): number => Math.log1p(bet * (value - oriented.nullMean));
    const share = asShare(oriented);
    if (share !== null) {
      gains.push(...bets.map((bet) => gain(bet, share.inside)), ...bets.map((bet) => gain(bet, share.outside)));
      return [bets.length, start, scope, sets.indexOf(share.cells)];
    }
    for (const bet of bets) {
      for (let cell = 0; cell < cells; cell++) {
        gains.push(oriented.considered[cell] === 0 ? 0 : gain(bet, oriented.values[cell]!));
      }
    }
    return [bets.length, start, scope, -1];
  });
  const setStarts = [0];
  for (const set of sets.all) setStarts.push(setStarts.at(-1)! + set.length);
  return {
    cells: Int32Array.from(sets.all.flatMap((set) => [...set])),
    setStarts: Int32Array.from(setStarts),
    plan: Int32Array.from(plan),
    gains: Float64Array.from(gains),
    designEffects: Float64Array.from(tables, ({ designEffect }) => designEffect),
  };
}

/** A score of two values: the cells that have one of them, the fewer, which are the quicker ones to sum. */
function asShare({ values, considered }: OrientedScore) {
  const isConsidered = (cell: number): boolean => considered[cell] !== 0;
  const different = new Set(values.filter((_, cell) => isConsidered(cell)));
  if (different.size > 2) return null;
  const having = (value: number): Int32Array => cellsWhere(values, (of, cell) => of === value && isConsidered(cell));
  const [first = 0, second = 0] = different;
  const isFirst = having(first).length <= having(second).length;
  const [inside, outside] = isFirst ? [first, second] : [second, first];
  return { inside, outside, cells: having(inside) };
}

/** Different sets of cells, by the order in which they came. */
function collected(begin: readonly Int32Array[] = []) {
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

function cellsWhere(
  values: Float64Array | Uint8Array,
  condition: (value: number, cell: number) => boolean,
): Int32Array {
  return Int32Array.from([...values.keys()].filter((cell) => condition(values[cell]!, cell)));
}

/** ln(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const largest = Math.max(a, b);
  const apart = Math.abs(a - b);
  return apart < negligible ? largest + Math.log1p(Math.exp(-apart)) : largest;
}

/** e^-40 is less than the last digit of 1. */
const negligible = 40;
