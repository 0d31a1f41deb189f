import type { BudgetSettings, ModelSettings } from '../config/settings.ts';
import type { Reference } from '../profile/index.ts';
import { lifetimeWeight } from '../statistics/evidence/index.ts';
import { streamsOf } from './streams.ts';

/**
 * How the false-alarm budget is shared. Every stream k has a weight v_k, the weights sum to 1 over everything, and a
 * stream alarms when its e-detector passes A / v_k: then the weighted sum of all detectors is one too, and the expected
 * time to the first false alarm anywhere is at least A, however the streams depend on each other
 * (Shin, Ramdas and Rinaldo 2022, e-detectors).
 */

/** Half of the budget to what the model decides and whether it is right, a quarter each to fairness and to inputs. */
export type StreamClass = 'risk' | 'fairness' | 'inputs';

const classShares: Readonly<Record<StreamClass, number>> = { risk: 0.5, fairness: 0.25, inputs: 0.25 };

/** Streams in each class. */
export interface StreamCounts extends Readonly<Record<StreamClass, number>> {
  readonly total: number;
}

/** What is monitored: each (model, version) with the reference it is compared with. */
export interface Monitored {
  readonly settings: ModelSettings;
  readonly reference: Reference;
}

/** Counts the streams that share one budget: in calendar mode those of all models and versions together. */
export function countStreams(monitored: readonly Monitored[]): StreamCounts {
  const counts = { risk: 0, fairness: 0, inputs: 0, total: 0 };
  for (const { settings, reference } of monitored) {
    for (const stream of streamsOf(settings, reference)) {
      counts[stream.class] += 1;
      counts.total += 1;
    }
  }
  return counts;
}

/** Weight v_k of one stream of a class. Shares of classes without streams go to the others. */
export function streamWeight(counts: StreamCounts, streamClass: StreamClass): number {
  const used = (Object.keys(classShares) as StreamClass[]).filter((name) => counts[name] > 0);
  const total = used.reduce((sum, name) => sum + classShares[name], 0);
  return counts[streamClass] === 0 ? 0 : classShares[streamClass] / total / counts[streamClass];
}

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
