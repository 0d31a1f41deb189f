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
  /**
   * Cells in which the events earn alike, and by bet what they earn: a share has two such classes, a mean one for each
   * cell. Cells not considered are in none.
   */
  readonly classes: readonly { readonly cells: Int32Array; readonly logGains: Float64Array }[];
}

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
      classes: gainClasses(cells, score),
    };
  });
  return { cells, components, tables };
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
  const logWeight = Math.log(weight);
  for (const table of detector.tables) {
    for (const { cells, logGains } of table.classes) {
      let events = 0;
      for (let i = 0; i < cells.length; i++) events += counts[cells[i]!] ?? 0;
      if (events === 0) continue;
      const independent = events / table.designEffect;
      for (let bet = 0; bet < logGains.length; bet++) {
        logWealth[table.start + bet] = logWealth[table.start + bet]! + independent * logGains[bet]!;
      }
    }
  }
  for (let i = 0; i < logWealth.length; i++) {
    logWealth[i] = logWealth[i]! + logAdd(state.logWealth[i]!, logWeight);
  }
  return { logWealth, steps: state.steps + 1 };
}

/** Reads the evidence off a state. */
export function evidenceOf(detector: Detector, state: DetectorState): DetectorEvidence {
  const log = logSum(state.logWealth, 0, detector.components) - Math.log(Math.max(1, detector.components));
  let leading: DetectorEvidence['leading'] = null;
  let largest = log;
  for (const { score, direction, start, bets } of detector.tables) {
    const mean = logSum(state.logWealth, start, start + bets.length) - Math.log(bets.length);
    if (mean > largest) {
      largest = mean;
      leading = { score, direction };
    }
  }
  return { log, leading };
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

function gainClasses(cells: number, score: OrientedScore): ScoreTable['classes'] {
  const byValue = new Map<number, number[]>();
  for (let cell = 0; cell < cells; cell++) {
    if (score.considered[cell] === 0) continue;
    const value = score.values[cell]!;
    const members = byValue.get(value);
    if (members === undefined) byValue.set(value, [cell]);
    else members.push(cell);
  }
  return [...byValue].map(([value, members]) => ({
    cells: Int32Array.from(members),
    logGains: Float64Array.from(score.bets, (bet) => Math.log1p(bet * (value - score.nullMean))),
  }));
}

/** ln(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const largest = Math.max(a, b);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log1p(Math.exp(Math.min(a, b) - largest));
}

function logSum(values: Float64Array, from: number, to: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) largest = Math.max(largest, values[i]!);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}
