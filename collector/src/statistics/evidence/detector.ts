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
  /** The different sets of cells whose events are summed for shares. */
  readonly sets: readonly Int32Array[];
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
  readonly gains: Gains;
}

/**
 * What an event earns each bet: ln(1 + bet * (score - m)).
 *
 * `twofold`, for shares: one gain for events in a set of cells (index into `Detector.sets`), another for all others of the
 * scope.
 * `by cell`: `logGains[bet * cells + cell]`, 0 in cells that are not considered.
 */
type Gains =
  | {
      readonly kind: 'twofold';
      readonly set: number;
      readonly inside: Float64Array;
      readonly outside: Float64Array;
    }
  | { readonly kind: 'by cell'; readonly logGains: Float64Array };

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
  const sets = collected();
  let components = 0;
  const tables = scores.map((score): ScoreTable => {
    const start = components;
    components += score.bets.length;
    const scope = scopes.indexOf(cellsWhere(score.considered, (one) => one !== 0));
    return {
      score: score.score,
      direction: score.direction,
      nullMean: score.nullMean,
      bets: score.bets,
      designEffect: score.designEffect,
      start,
      scope,
      oriented: score,
      gains: gainsOf(cells, score, sets.indexOf),
    };
  });
  return { cells, components, tables, scopes: scopes.all, sets: sets.all };
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
  const totals = detector.scopes.map((cells) => sumOver(counts, cells));
  const sums = detector.sets.map((cells) => sumOver(counts, cells));
  for (const { gains, start, scope, bets, designEffect } of detector.tables) {
    if (gains.kind === 'twofold') {
      const inside = sums[gains.set]! / designEffect;
      const outside = totals[scope]! / designEffect - inside;
      for (let bet = 0; bet < bets.length; bet++) {
        logWealth[start + bet] = inside * gains.inside[bet]! + outside * gains.outside[bet]!;
      }
    } else {
      for (let bet = 0; bet < bets.length; bet++) {
        logWealth[start + bet] = dot(counts, gains.logGains, bet * detector.cells, detector.cells) / designEffect;
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

function gainsOf(cells: number, score: OrientedScore, setOf: (cells: Int32Array) => number): Gains {
  const gain = (bet: number, value: number): number => Math.log1p(bet * (value - score.nullMean));
  const isConsidered = (cell: number): boolean => score.considered[cell] !== 0;
  const values = new Set(score.values.filter((_, cell) => isConsidered(cell)));
  if (values.size <= 2) {
    const having = (value: number | undefined): Int32Array =>
      cellsWhere(score.values, (of, cell) => of === value && isConsidered(cell));
    const [first = 0, second = 0] = values;
    // The smaller set is the quicker one to sum.
    const isFirst = having(first).length <= having(second).length;
    const [inside, outside] = isFirst ? [first, second] : [second, first];
    return {
      kind: 'twofold',
      set: setOf(having(inside)),
      inside: Float64Array.from(score.bets, (bet) => gain(bet, inside)),
      outside: Float64Array.from(score.bets, (bet) => gain(bet, outside)),
    };
  }
  const logGains = new Float64Array(score.bets.length * cells);
  for (const [i, bet] of score.bets.entries()) {
    for (let cell = 0; cell < cells; cell++) {
      if (isConsidered(cell)) logGains[i * cells + cell] = gain(bet, score.values[cell]!);
    }
  }
  return { kind: 'by cell', logGains };
}

/** Different sets of cells, by the order in which they came. */
function collected() {
  const all: Int32Array[] = [];
  const known = new Map<string, number>();
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

function sumOver(counts: ArrayLike<number>, cells: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < cells.length; i++) sum += counts[cells[i]!]!;
  return sum;
}

function dot(counts: ArrayLike<number>, gains: Float64Array, from: number, cells: number): number {
  let sum = 0;
  for (let cell = 0; cell < cells; cell++) sum += counts[cell]! * gains[from + cell]!;
  return sum;
}

/** ln(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const largest = Math.max(a, b);
  const apart = Math.abs(a - b);
  return apart < negligible ? largest + Math.log1p(Math.exp(-apart)) : largest;
}

/** e^-40 is less than the last digit of 1. */
const negligible = 40;
