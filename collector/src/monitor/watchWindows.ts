import { type BudgetSettings, budgetSettings, type ModelSettings } from '../config/settings.ts';
import type { Profile, Reference } from '../profile/index.ts';
import { noArrivals, type OutcomeArrivals } from './arrivals.ts';
import { countStreams, type StreamCounts } from './budget.ts';
import { evaluateWindow } from './evaluateWindow.ts';
import type { Finding } from './finding.ts';
import { hourMs, sampleSettings, sampleWindows, type Traffic } from './sampleTraffic.ts';
import { decodeMonitorState, encodeMonitorState, type MonitorState } from './state.ts';

export interface WatchedWindow {
  readonly profile: Profile;
  /** Default: no outcomes came. */
  readonly arrivals?: OutcomeArrivals;
  /** Windows whose outcomes became due; default: none. */
  readonly due?: Profile;
  /** Event time; default: the end of the window before. */
  readonly from?: number;
}

export interface WatchOptions {
  readonly settings?: ModelSettings;
  readonly budget?: BudgetSettings;
  /** Default: those of this model alone. */
  readonly streams?: StreamCounts;
  readonly state?: MonitorState | null;
  /** What becomes of the state from one window to the next, a restart for instance; default: nothing. */
  readonly between?: (state: MonitorState) => MonitorState;
  readonly windowMs?: number;
}

export interface Watched {
  /** Of each window. */
  readonly findings: readonly (readonly Finding[])[];
  readonly state: MonitorState | null;
}

/** For tests: one window after another of one version, as the engine evaluates them. */
export function watchWindows(
  reference: Reference | null,
  windows: Iterable<WatchedWindow>,
  options: WatchOptions = {},
): Watched {
  const { settings = sampleSettings, budget = budgetSettings.parse({}), windowMs = hourMs, between } = options;
  const { streams = countStreams(reference === null ? [] : [{ settings, reference }]) } = options;
  const findings: (readonly Finding[])[] = [];
  let { state = null } = options;
  let next = 0;
  for (const { profile, arrivals = noArrivals, due = null, from = next } of windows) {
    next = from + windowMs;
    const input = { settings, budget, streams, version: '1', reference, profile, arrivals, due };
    const step = evaluateWindow({ ...input, state, from, to: next });
    findings.push(step.findings);
    state = step.state === null || between === undefined ? step.state : between(step.state);
  }
  return { findings, state };
}

/** The same with windows of traffic, all their labels arrived. `seed`: of the first; the others follow. */
export function watchTraffic(
  reference: Reference,
  traffic: Traffic,
  windows: number,
  seed: number,
  options?: WatchOptions,
): Watched {
  return watchWindows(reference, sampleWindows(reference.shape, traffic, windows, seed), options);
}

/** The state as it comes back from the store. */
export function afterRestart(state: MonitorState): MonitorState {
  return decodeMonitorState(encodeMonitorState(state));
}

/** The finding about one signal in a window. */
export function findingOf(findings: readonly Finding[] | undefined, signal: string): Finding {
  const found = findings?.find((finding) => finding.signal === signal);
  if (found === undefined) throw new Error(`no finding of ${signal} among ${findings?.map((one) => one.signal)}`);
  return found;
}

/** Which window raised an alarm about what: `3: feature:x0`. */
export function alarms(findings: readonly (readonly Finding[])[]): string[] {
  return findings.flatMap((window, index) =>
    window.filter(({ verdict }) => verdict === 'alarm').map(({ signal }) => `${index}: ${signal}`),
  );
}
