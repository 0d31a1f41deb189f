import type { ModelSettings } from '../config/settings.ts';
import type { Transaction } from '../store/port.ts';
import type { EngineOptions } from './engine.ts';
import type { LiveWindows } from './live-windows.ts';
import type { OutcomeJoin } from './outcome-join.ts';
import type { VersionTraffic } from './version-traffic.ts';

/** What the steps of one commit share. */
export interface CommitContext {
  readonly options: EngineOptions;
  readonly transaction: Transaction;
  /** Every version that was ever heard of, by `versionKey`. */
  readonly traffics: Map<string, VersionTraffic>;
  readonly windows: LiveWindows;
  readonly join: Pick<OutcomeJoin, 'join' | 'giveUp' | 'records'>;
}

/** What the steps of one stretch share. */
export interface StretchContext extends CommitContext {
  /** Versions whose state has changed. */
  readonly touched: Set<VersionTraffic>;
}

export function trafficsOf(context: Pick<CommitContext, 'traffics'>, settings: ModelSettings): VersionTraffic[] {
  return [...context.traffics.values()].filter((traffic) => traffic.settings === settings);
}

/** The newest event time of a model, over all its versions. */
export function latestEventAt(traffics: readonly VersionTraffic[]): number {
  return traffics.reduce((latest, { state }) => Math.max(latest, state.lastEventAt), Number.NEGATIVE_INFINITY);
}
