import { type CellFinder, cellFinder } from './cellFinder.ts';
import { cellCount, type ProfileShape, scoreBinCount } from './shape.ts';

/**
 * Where everything of a shape lies in the arrays of a profile, with typed copies of what the fold reads per value.
 * Made once a shape.
 */
export interface Plan {
  readonly countLength: number;
  /** Number of sums; see `sums.ts`. */
  readonly sumCount: number;
  /** Numeric signals in order have extreme `i`; the last extreme is the event time. */
  readonly extremeLength: number;
  readonly signals: readonly SignalPlan[];
  /** Where a signal is among the signals. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Names of the features among the signals. */
  readonly features: ReadonlySet<string>;
  /** `(bin * 2 + decision) * 3 + label`, bins + 1 of them: the last one is "no score". -1 when there are none. */
  readonly scoreOffset: number;
  readonly scoreBins: number;
  /** `null` for logit bins. */
  readonly scoreFinder: CellFinder | null;
  /** `prediction * (classes + 2) + label`, classes + 1 predictions (last: another), labels: + another, unlabelled. */
  readonly classOffset: number;
  readonly classIndex: ReadonlyMap<string, number>;
  /** Rows of 8 cells: overall first, then each attribute's groups, its other groups, its rows without a group. */
  readonly groupOffset: number;
  readonly attributes: readonly AttributePlan[];
  /** 5 sums for each group row, in regression only; -1 otherwise. */
  readonly residualOffset: number;
}

export interface SignalPlan {
  readonly countOffset: number;
  readonly cells: number;
  /** Numbers only (else -1): 4 sums, one extreme. */
  readonly sumOffset: number;
  readonly extreme: number;
  readonly finder: CellFinder;
  /** Strings only. */
  readonly cellOf: ReadonlyMap<string, number>;
}

export interface AttributePlan {
  readonly attribute: string;
  /** Row number of the attribute's first group. */
  readonly firstRow: number;
  readonly rowOf: ReadonlyMap<string, number>;
  readonly otherRow: number;
  readonly missingRow: number;
}

/** The first counts of every profile. */
export const totals = {
  rows: 0,
  champion: 1,
  canary: 2,
  shadow: 3,
  errors: 4,
  agreements: 5,
  disagreements: 6,
  labelled: 7,
} as const;
const totalCells = 8;

/** Cells of a group row: `decision * 3 + label`, then wrong and right. */
export const groupCells = 8;
export const wrongCell = 6;
export const rightCell = 7;
/** Sums of a numeric signal: of d, d^2, d below the bins, d above the bins, with d = (x - centre) / scale. */
export const signalSums = 4;
/** Sums of a group row in regression: e, |e|, e^2, y, y^2 in units of `residualScale`. */
export const residualSums = 5;

const noCategories: ReadonlyMap<string, number> = new Map();
const noNumbers = cellFinder(new Float64Array(0));

const plans = new WeakMap<ProfileShape, Plan>();

export function planOf(shape: ProfileShape): Plan {
  let plan = plans.get(shape);
  if (plan === undefined) {
    plan = makePlan(shape);
    plans.set(shape, plan);
  }
  return plan;
}

function makePlan(shape: ProfileShape): Plan {
  let counts: number = totalCells;
  let sums = 0;
  let extremes = 0;
  const signals = shape.signals.map((signal): SignalPlan => {
    const cells = cellCount(signal);
    const countOffset = counts;
    counts += cells;
    if (signal.type === 'number') {
      const sumOffset = sums;
      sums += signalSums;
      const finder = cellFinder(Float64Array.from(signal.edges));
      return { countOffset, cells, sumOffset, extreme: extremes++, finder, cellOf: noCategories };
    }
    counts += signal.hashBuckets;
    const cellOf = new Map<string, number>();
    for (const category of signal.otherKnown) cellOf.set(category, signal.categories.length);
    signal.categories.forEach((category, index) => void cellOf.set(category, index));
    return { countOffset, cells, sumOffset: -1, extreme: -1, finder: noNumbers, cellOf };
  });

  const scoreBins = shape.scoreBins === null ? 0 : scoreBinCount(shape.scoreBins);
  const scoreOffset = shape.scoreBins === null ? -1 : counts;
  if (shape.scoreBins !== null) counts += (scoreBins + 1) * 6;

  const classes = shape.classes.length;
  const classOffset = classes === 0 ? -1 : counts;
  if (classes > 0) counts += (classes + 1) * (classes + 2);

  const groupOffset = counts;
  let row = 1;
  const attributes = shape.groups.map(({ attribute, groups }): AttributePlan => {
    const firstRow = row;
    row += groups.length + 2;
    const rowOf = new Map(groups.map((group, index) => [group, firstRow + index]));
    return { attribute, firstRow, rowOf, otherRow: row - 2, missingRow: row - 1 };
  });
  counts += row * groupCells;
  const residualOffset = shape.task === 'regression' ? sums : -1;
  if (shape.task === 'regression') sums += row * residualSums;

  return {
    countLength: counts,
    sumCount: sums,
    extremeLength: extremes + 1,
    signals,
    indexOf: new Map(shape.signals.map(({ signal }, index) => [signal, index])),
    features: new Set(shape.signals.flatMap(({ kind, name }) => (kind === 'feature' ? [name] : []))),
    scoreOffset,
    scoreBins,
    scoreFinder: shape.scoreBins?.kind === 'edges' ? cellFinder(Float64Array.from(shape.scoreBins.edges)) : null,
    classOffset,
    classIndex: new Map(shape.classes.map((name, index) => [name, index])),
    groupOffset,
    attributes,
    residualOffset,
  };
}
