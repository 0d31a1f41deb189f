import { declaredSegmentsOf } from '../config/segments.ts';
import type { BudgetSettings, ModelSettings } from '../config/settings.ts';
import type { Reference } from '../profile/index.ts';
import { lifetimeWeight } from '../statistics/evidence/index.ts';
import { streamsOf } from './detectors/streams.ts';

/**
 * How the false-alarm budget is shared. Every stream k has a weight v_k, the weights sum to 1 over everything, and a
 * stream alarms when its e-detector passes A / v_k: then the weighted sum of all detectors is one too, and the expected
 * time to the first false alarm anywhere is at least A, however the streams depend on each other
 * (Shin, Ramdas and Rinaldo 2022, e-detectors).
 */

/** Half of the budget to what the model decides and whether it is right, a quarter each to fairness and to inputs. */
export type StreamClass = 'risk' | 'fairness' | 'inputs';

const classShares: Readonly<Record<StreamClass, number>> = { risk: 0.5, fairness: 0.25, inputs: 0.25 };

/** What all segments together have of the budget; it costs the whole ln 1.25 in the evidence of its alarms. */
const segmentShare = 0.2;

type ClassCounts = Readonly<Record<StreamClass, number>>;

/** Streams of whole versions in each class, and those of segments. */
export interface StreamCounts extends ClassCounts {
  readonly segments: ClassCounts;
  readonly total: number;
}

/** What is monitored: each (model, version), or segment of one, with the reference it is compared with. */
export interface Monitored {
  readonly settings: ModelSettings;
  readonly reference: Reference;
  readonly segment?: string | undefined;
}

/** Counts the streams that share one budget: in calendar mode those of all models and versions together. */
export function countStreams(monitored: readonly Monitored[]): StreamCounts {
  const whole = { risk: 0, fairness: 0, inputs: 0 };
  const segments = { ...whole };
  let total = 0;
  for (const { settings, reference, segment } of monitored) {
    const counts = segment === undefined ? whole : segments;
    for (const stream of streamsOf(settings, reference)) {
      counts[stream.class] += 1;
      total += 1;
    }
  }
  return { ...whole, segments, total };
}

/**
 * Weight v_k of one stream of a class, of a whole version or of a segment. Shares of classes without streams go to the
 * others, and so does that of the segments where nothing has any.
 */
export function streamWeight(counts: StreamCounts, streamClass: StreamClass, segment?: string): number {
  const isShared = countIn(counts.segments) > 0 && countIn(counts) > 0;
  if (segment === undefined) return (isShared ? 1 - segmentShare : 1) * weightIn(counts, streamClass);
  return (isShared ? segmentShare : 1) * weightIn(counts.segments, streamClass);
}

/**
 * Weight of one stream in the lifetime of its version, which its segments share: each of those that are declared has the
 * same part, whether it has rows or not, so that no weight ever changes. `own`: streams of the version or the segment.
 */
export function lifetimeStreamWeight(
  settings: ModelSettings,
  own: StreamCounts,
  streamClass: StreamClass,
  segment?: string,
): number {
  const declared = declaredSegmentsOf(settings).length;
  const part = segment === undefined ? (declared === 0 ? 1 : 1 - segmentShare) : segmentShare / declared;
  return part * weightIn(own, streamClass);
}

function weightIn(counts: ClassCounts, streamClass: StreamClass): number {
  const used = streamClasses.filter((name) => counts[name] > 0);
  const total = used.reduce((sum, name) => sum + classShares[name], 0);
  return counts[streamClass] === 0 ? 0 : classShares[streamClass] / total / counts[streamClass];
}

function countIn(counts: ClassCounts): number {
  return streamClasses.reduce((sum, name) => sum + counts[name], 0);
}

const streamClasses = Object.keys(classShares) as StreamClass[];

/**
 * ln(A / v_k): A is the budget in hours of event time (calendar mode) or 1 / alpha (lifetime mode).
 */
export function alarmLog(budget: BudgetSettings, weight: number): number {
  const level = budget.mode === 'calendar' ? budget.hours : 1 / budget.alpha;
  return Math.log(level) - Math.log(weight);
}

/**
 * What a window adds to a detector before its evidence multiplies: its length in hours (calendar mode), or the share of
 * the lifetime budget that the t-th window spends (t = 1, 2, ...).
 */
export function windowWeight(budget: BudgetSettings, windowMs: number, windowNumber: number): number {
  return budget.mode === 'calendar' ? windowMs / 3_600_000 : lifetimeWeight(windowNumber);
}
