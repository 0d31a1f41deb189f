import type { ModelSettings } from '../../config/settings.ts';
import type { Reference } from '../../profile/index.ts';
import { type NullBounds, type OrientedScore, orient, type Score } from '../../statistics/evidence/index.ts';
import type { OutcomeArrivals } from '../arrivals.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';

/** What every way to watch an error rate knows. */
export interface WatchedErrors {
  readonly settings: ModelSettings;
  readonly reference: Reference;
  readonly stream: Stream;
  /** What the error rate may be, from right and wrong ones of the reference; `buckets`: so many bounds shall hold together. */
  readonly boundsOf: (counts: ArrayLike<number>, designEffect: number, buckets?: number) => NullBounds;
  /** Over all labels of the reference. */
  readonly past: readonly number[];
  readonly overall: NullBounds;
  readonly effect: number;
}

/** A way to bet on an error rate. */
export interface WayToWatch {
  /** What evidence grows by with each label when the error rate doubles, but for factors that all ways share. */
  readonly speed: number;
  readonly detector: () => StreamDetector;
}

/** Right and wrong ones that arrived. */
export function arrivedErrors({ labelled, wrong }: OutcomeArrivals['overall']): [number, number] {
  return [labelled - wrong, wrong];
}

/** Fewer errors than before are no trouble. */
export function upwards(of: Score, bounds: NullBounds, designEffect: number): OrientedScore[] {
  return orient(of, bounds, designEffect).filter(({ direction }) => direction === 'up');
}

/** Of the part of a `rise` that lies above what may be. */
export function squaredRise(rise: number, upper: number, rate: number): number {
  return upper < 1 ? Math.max(0, rate + rise - upper) ** 2 : 0;
}
