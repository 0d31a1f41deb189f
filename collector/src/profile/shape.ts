import { createHash } from 'node:crypto';

/**
 * The frozen form of a profile: which signals it counts and into which bins. It is made once, from reference rows, and
 * never changes afterwards, so that a statistic of next month is comparable with today's and profiles can be added.
 */
export interface ProfileShape {
  /** `shape:<32 hex digits>`: hash of the content. Profiles merge only when it is equal. */
  readonly id: string;
  readonly task: Task;
  readonly signals: readonly SignalShape[];
  /** Bins of the score x label x decision histogram; `null` when there are no scores or no classes to decide between. */
  readonly scoreBins: ScoreBins | null;
  /** The label that counts as an event; `null` in regression. See `decision.ts` for how predictions are decided. */
  readonly positive: string | null;
  /** The prediction that is good for the person it is about; `null` when it is the positive one or unknown. */
  readonly favourable: string | null;
  /** Classes of the confusion matrix, at most 32; empty unless the task is multiclass. */
  readonly classes: readonly string[];
  /** Sensitive attributes and their known groups, at most 32 each. Later groups are counted together. */
  readonly groups: readonly GroupShape[];
  /** Unit of regression residuals: the reference's standard deviation of predictions. 1 when unknown. */
  readonly residualScale: number;
  /** Rows of which the values are kept, chosen by the hash of their inference id. Not there: none. */
  readonly sampledRows?: number | undefined;
  /**
   * 2: also counts labelled scores by group, the sizes of errors of numbers, and the quality of rankings. 3: the latter two
   * also by group. 4: also how many labels lie above the number that was predicted. Not there: 1, of references made before
   * that; their windows keep the cells they always had.
   */
  readonly edition?: 2 | 3 | 4 | undefined;
}

export type Task = 'binary_classification' | 'multiclass_classification' | 'regression' | 'ranking';

/**
 * Two types are enough. Booleans come as the categories `true` and `false`, times as the hour they fall into; texts and
 * embeddings never come at all: an app
 * sends numbers that describe them (length, share of letters, empty or not, projections), each a signal of its own.
 */
export type SignalShape = NumericSignal | CategorySignal;

/** What a signal describes; the same words as the kinds of findings. */
export type ProfiledKind = 'feature' | 'score' | 'prediction' | 'latency';

/**
 * A signal of numbers. Its cells, in order: below, bin 0 ... bin B-1, above, missing, invalid, where bin i holds
 * `edges[i] <= x < edges[i + 1]`. A value that carries much of the reference has a bin of its own:
 * `[v, next representable number)`. The last edge is the number after the reference's maximum.
 */
export interface NumericSignal {
  /** `feature:income`, `score`, `prediction`, `latency`. */
  readonly signal: string;
  readonly kind: ProfiledKind;
  readonly name: string;
  readonly type: 'number';
  /** Strictly ascending, B + 1 of them; empty when the reference held no number (then every number is "below"). */
  readonly edges: readonly number[];
  /** Reference decile (0-9) of each of the B + 2 cells from below to above: the coarse bins people read. */
  readonly deciles: readonly number[];
  /** Sums are kept of `(x - centre) / scale`: reference mean and standard deviation (1 where that is 0). */
  readonly centre: number;
  readonly scale: number;
}

/**
 * A signal of strings. Its cells, in order: one for each category, other known, unseen, missing; then 64 hash buckets
 * of the value where `hashBuckets` is 64 (the reference held more categories than have a cell of their own).
 */
export interface CategorySignal {
  readonly signal: string;
  readonly kind: ProfiledKind;
  readonly name: string;
  readonly type: 'category';
  /** Most frequent in the reference first, at most 64. */
  readonly categories: readonly string[];
  /** Seen in the reference, but too rare for a cell of their own; at most 1024, the rest counts as unseen. */
  readonly otherKnown: readonly string[];
  readonly hashBuckets: 0 | 64;
  /**
   * How often new values come in ordinary traffic: of `n` rows with a value in the later half of the reference, `events`
   * held one that the earlier half had not. (Of the whole reference no value is unseen, which says nothing.)
   */
  readonly newValues: { readonly events: number; readonly n: number };
  /** `day`: a time, by its hour; the categories are those hours in the order of the circle. Not there: no time. */
  readonly cycle?: 'day' | undefined;
}

/** 256 equal bins of ln(p / (1 - p)) on [-9, 9] for probabilities; else bins between reference quantiles. */
export type ScoreBins =
  | { readonly kind: 'logit' }
  | {
      readonly kind: 'edges' /** Inner edges, ascending: k edges part k + 1 bins. */;
      readonly edges: readonly number[];
    };

export interface GroupShape {
  /** `race`; of an intersection `race & sex`. */
  readonly attribute: string;
  readonly groups: readonly string[];
  /** Of an intersection: which attributes meet, and the value of each in each of `groups`, in this order. */
  readonly attributes?: readonly string[] | undefined;
  readonly parts?: readonly (readonly string[])[] | undefined;
  /** Feature by which decisions are also counted, so that people who are alike can be compared. */
  readonly conditionOn?: string | undefined;
}

export const logitBins = 256;
export const logitLimit = 9;

export function scoreBinCount(bins: ScoreBins): number {
  return bins.kind === 'logit' ? logitBins : bins.edges.length + 1;
}

/** Number of bins B of a numeric signal. */
export function binCount(signal: NumericSignal): number {
  return Math.max(0, signal.edges.length - 1);
}

/** Cells of the distribution itself: B + 4 for numbers; categories + 3 for strings (hash buckets not included). */
export function cellCount(signal: SignalShape): number {
  return signal.type === 'number' ? binCount(signal) + 4 : signal.categories.length + 3;
}

/** The content of a shape with the id that belongs to it. */
export function identifyShape(content: Omit<ProfileShape, 'id'>): ProfileShape {
  const { task, signals, scoreBins, positive, favourable, classes, groups, residualScale } = content;
  const { sampledRows, edition } = content;
  const ordered = {
    task,
    signals,
    scoreBins,
    positive,
    favourable,
    classes,
    groups: groups.map(({ attribute, groups: known, attributes, parts, conditionOn }) => ({
      attribute,
      groups: known,
      ...(attributes === undefined ? {} : { attributes, parts: parts ?? [] }),
      ...(conditionOn === undefined ? {} : { conditionOn }),
    })),
    residualScale,
    ...(sampledRows === undefined ? {} : { sampledRows }),
    ...(edition === undefined ? {} : { edition }),
  };
  const digest = createHash('sha256').update(JSON.stringify(ordered)).digest('hex').slice(0, 32);
  return { id: `shape:${digest}`, ...ordered };
}
