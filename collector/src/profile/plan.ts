import { type CellFinder, cellFinder } from './cells/cellFinder.ts';
import { cellCount, type GroupShape, type ProfileShape, scoreBinCount } from './shape.ts';

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
  /**
   * `((row - 1) * groupScoreBins + bin) * 2 + label` for each group row but the first, of labelled predictions with a
   * score; -1 where there are none. `bin` is the score's bin `>> groupScoreShift`.
   */
  readonly groupScoreOffset: number;
  readonly groupScoreBins: number;
  readonly groupScoreShift: number;
  /** Labelled predictions of numbers by the size of their error, `errorSizes` cells; -1 where there are none. */
  readonly errorSizeOffset: number;
  /** More sums over all labelled predictions of numbers; see `errorSums.ts`. -1 where there are none. */
  readonly errorSumOffset: number;
  /** Judged rankings by quality: `rankingCells` counts and `rankingSums` sums; -1 where there are none. */
  readonly rankingOffset: number;
  readonly rankingSumOffset: number;
  /**
   * `(row - 1) * groupOutcomeCells + cell` for each group row but the first: outcomes of numbers and rankings by the cells
   * of `errorSizeOffset` or `rankingOffset`; -1 where groups have none.
   */
  readonly groupOutcomeOffset: number;
  readonly groupOutcomeCells: number;
  /** The sum of discounted gains and that of their squares for each group row but the first; -1 where there are none. */
  readonly groupGainOffset: number;
  /** Labels above the number that was predicted; -1 where they are not counted. */
  readonly aboveOffset: number;
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
  /** Of an intersection: the attributes that meet. */
  readonly attributes: readonly string[] | null;
  readonly strata: StrataPlan | null;
}

/** Decisions of a group's rows by what they may be conditioned on. */
export interface StrataPlan {
  /** Which signal says in which stratum a row is. */
  readonly signal: number;
  readonly count: number;
  /** Stratum of each cell of that signal. */
  readonly ofCell: Uint8Array;
  /** `((row - firstRow) * count + stratum) * 2 + decision` */
  readonly offset: number;
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

/** Labelled scores of groups are kept in at most this many bins. */
const mostGroupScoreBins = 64;
/** Strata of a category feature: its most frequent values, and all the rest together. */
const mostStrata = 16;
/** Sizes of errors: halves of octaves of the unit of residuals, from 2^-10 to 2^6. */
export const errorSizes = 34;
/** Sums over errors: |y|, |e| |y|, e^4, |e / y|, (e / y)^2, how many labels are too small to divide by, y^2. */
export const errorSums = 7;
/** Rankings by their discounted gain, in twentieths. */
export const rankingCells = 20;
/** Of each of five measures of a ranking its sum and the sum of its squares. */
export const rankingSums = 10;

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
  const groupRows = shape.groups.map(({ attribute, groups, attributes }) => {
    const firstRow = row;
    row += groups.length + 2;
    const rowOf = new Map(groups.map((group, index) => [group, firstRow + index]));
    return { attribute, firstRow, rowOf, otherRow: row - 2, missingRow: row - 1, attributes: attributes ?? null };
  });
  counts += row * groupCells;
  const residualOffset = shape.task === 'regression' ? sums : -1;
  if (shape.task === 'regression') sums += row * residualSums;

  const attributes = groupRows.map((rows, index): AttributePlan => {
    const strata = strataOf(shape, shape.groups[index]!, counts);
    counts += strata === null ? 0 : (rows.missingRow - rows.firstRow + 1) * strata.count * 2;
    return { ...rows, strata };
  });
  const isDetailed = shape.edition !== undefined;
  const hasGroupScores = isDetailed && shape.task === 'binary_classification' && scoreBins > 0 && row > 1;
  let groupScoreShift = 0;
  while (scoreBins >> groupScoreShift > mostGroupScoreBins) groupScoreShift++;
  const groupScoreBins = hasGroupScores ? ((scoreBins - 1) >> groupScoreShift) + 1 : 0;
  const groupScoreOffset = hasGroupScores ? counts : -1;
  counts += (row - 1) * groupScoreBins * 2;
  const hasErrorSizes = isDetailed && shape.task === 'regression';
  const errorSizeOffset = hasErrorSizes ? counts : -1;
  if (hasErrorSizes) counts += errorSizes;
  const errorSumOffset = hasErrorSizes ? sums : -1;
  if (hasErrorSizes) sums += errorSums;
  const isRanking = shape.task === 'ranking';
  const rankingOffset = isRanking ? counts : -1;
  if (isRanking) counts += rankingCells;
  const rankingSumOffset = isRanking ? sums : -1;
  if (isRanking) sums += rankingSums;
  const hasGroupOutcomes = (shape.edition ?? 1) >= 3 && row > 1;
  const groupOutcomeCells = isRanking ? rankingCells : hasErrorSizes ? errorSizes : 0;
  const groupOutcomeOffset = hasGroupOutcomes && groupOutcomeCells > 0 ? counts : -1;
  if (groupOutcomeOffset >= 0) counts += (row - 1) * groupOutcomeCells;
  const groupGainOffset = hasGroupOutcomes && isRanking ? sums : -1;
  if (groupGainOffset >= 0) sums += (row - 1) * 2;
  const aboveOffset = hasErrorSizes && shape.edition === 4 ? counts : -1;
  if (aboveOffset >= 0) counts += 1;

  return {
    countLength: counts,
    sumCount: sums,
    extremeLength: extremes + 1,
    signals,
    indexOf: new Map(shape.signals.map(({ signal }, index) => [signal, index])),
    scoreOffset,
    scoreBins,
    scoreFinder: shape.scoreBins?.kind === 'edges' ? cellFinder(Float64Array.from(shape.scoreBins.edges)) : null,
    classOffset,
    classIndex: new Map(shape.classes.map((name, index) => [name, index])),
    groupOffset,
    attributes,
    residualOffset,
    groupScoreOffset,
    groupScoreBins,
    groupScoreShift,
    errorSizeOffset,
    errorSumOffset,
    rankingOffset,
    rankingSumOffset,
    groupOutcomeOffset,
    groupOutcomeCells,
    groupGainOffset,
    aboveOffset,
  };
}

/** Numbers are parted by the reference's deciles, categories by their value; without one is a stratum of its own. */
function strataOf(shape: ProfileShape, { conditionOn }: GroupShape, offset: number): StrataPlan | null {
  const signal = shape.signals.findIndex(({ kind, name }) => kind === 'feature' && name === conditionOn);
  const of = shape.signals[signal];
  if (conditionOn === undefined || of === undefined) return null;
  const cells = cellCount(of);
  const ofCell = new Uint8Array(cells);
  if (of.type === 'number') {
    for (let cell = 0; cell < cells; cell++) ofCell[cell] = cell < cells - 2 ? (of.deciles[cell] ?? 0) : 10;
    return { signal, count: 11, ofCell, offset };
  }
  const own = Math.min(of.categories.length, mostStrata - 2);
  for (let cell = 0; cell < cells; cell++) ofCell[cell] = cell === cells - 1 ? own + 1 : Math.min(cell, own);
  return { signal, count: own + 2, ofCell, offset };
}
