import type { Direction, OrientedScore } from './bets.ts';
import { cellsWhere, collectedSets, type Gains, gainsOf, growthOf, planFields } from './gains.ts';

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
  readonly gains: Gains;
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

/** Wealth of each bet and how many windows it has seen. */
export interface DetectorState {
  /** R of each bet, in units of e^scale; 0 before the first window. */
  readonly wealth: Float64Array;
  /** 0, but after a window that multiplied wealth by more than numbers hold: so much evidence always alarms. */
  readonly scale: number;
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
  const scopes = collectedSets();
  let components = 0;
  const tables = scores.map((oriented): ScoreTable => {
    const { score, direction, nullMean, bets, designEffect, considered } = oriented;
    const start = components;
    components += bets.length;
    const scope = scopes.indexOf(cellsWhere(considered.length, (cell) => considered[cell] !== 0));
    return { score, direction, nullMean, bets, designEffect, start, scope, oriented };
  });
  const gains = gainsOf(cells, scores, { scopes: scopes.all, scopeOf: tables.map(({ scope }) => scope) });
  return { cells, components, tables, scopes: scopes.all, gains };
}

export function initialState(detector: Detector): DetectorState {
  return { wealth: new Float64Array(detector.components), scale: 0, steps: 0 };
}

/**
 * The state after one more window. `counts`: events by cell that arrived in the window (late ones count in the window in
 * which they arrive). `weight` w must be known before the window: its duration in hours, or `lifetimeWeight(steps + 1)`.
 * `wealth`: room for the new wealth, where many detectors share an array: hundreds of their own are slow to make.
 */
export function advance(
  detector: Detector,
  state: DetectorState,
  counts: ArrayLike<number>,
  weight: number,
  wealth: Float64Array = new Float64Array(detector.components),
): DetectorState {
  const before = state.scale === 0 ? state.wealth : unscaled(state);
  const steps = state.steps + 1;
  growthOf(detector.gains, counts, wealth);
  if (multiply(before, weight, wealth, 0)) return { wealth, scale: 0, steps };

  growthOf(detector.gains, counts, wealth);
  const scale = Math.max(0, ...wealth);
  multiply(before, weight, wealth, scale);
  return { wealth, scale, steps };
}

/** Hands out parts of one array of so many numbers, one after the other: for the wealth of many detectors. */
export function sharedRoom(components: number): (own: number) => Float64Array {
  const room = new Float64Array(components);
  let from = 0;
  return (own) => {
    from += own;
    return room.subarray(from - own, from);
  };
}

/** Turns each bet's growth into its wealth in units of e^scale. Returns whether all of it is what it should be. */
function multiply(before: Float64Array, weight: number, growth: Float64Array, scale: number): boolean {
  let isExact = true;
  for (let i = 0; i < growth.length; i++) {
    const now = (before[i]! + weight) * Math.exp(growth[i]! - scale);
    if (!(now < highestWealth)) isExact = false;
    growth[i] = now < highestWealth ? now : highestWealth;
  }
  return isExact;
}

/** Far beyond any alarm level: only a detector that is not reset after its alarm keeps so much. */
const highestWealth = 1e250;

function unscaled({ wealth, scale }: DetectorState): Float64Array {
  const unit = Math.exp(Math.min(scale, 600));
  return wealth.map((own) => Math.min(own * unit, highestWealth));
}

/** Reads the evidence off a state. */
export function evidenceOf(detector: Detector, { wealth, scale }: DetectorState): DetectorEvidence {
  const { plan } = detector.gains;
  let total = 0;
  let leading = -1;
  let highestMean = 0;
  for (let table = 0, i = 0; i < wealth.length; table++) {
    const bets = plan[planFields * table]!;
    let own = 0;
    for (const end = i + bets; i < end; i++) own += wealth[i]!;
    total += own;
    if (own / bets > highestMean) {
      highestMean = own / bets;
      leading = table;
    }
  }
  if (leading < 0) return { log: Number.NEGATIVE_INFINITY, leading: null };
  const mean = total / detector.components;
  const { score, direction } = detector.tables[leading]!;
  // With every table alike (or only one) none leads; rounding must not make one.
  const leads = highestMean > mean * (1 + 1e-12);
  return { log: scale + Math.log(mean), leading: leads ? { score, direction } : null };
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
