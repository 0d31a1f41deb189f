import type { UsageReport } from '../../http/api.ts';
import {
  effectiveProfile,
  findSignal,
  type Profile,
  profileTotals,
  signalMoments,
  signalQuantile,
} from '../../profile/index.ts';
import { meanWithInterval } from '../../statistics/residualMetrics.ts';
import { finite, share } from '../figures/estimates.ts';
import type { Estimate } from '../finding.ts';
import { coverageOf } from './coverage.ts';
import { aboutOf, type ReportInput, sumOfWindows } from './reportInput.ts';

/**
 * What the calls of a language model take: tokens, money and time, in every window, over all of them, and in the reference.
 * Only what was recorded; a model without any of it has latencies at most. Windows from before there was a reference count
 * rows only.
 */
export function usageReport(input: ReportInput): UsageReport {
  const { reference, profiles } = input;
  const sum = sumOfWindows(input);
  const isComparable = (profile: Profile): boolean => profile.shape.id === sum?.shape.id;
  const recorded = usageSignals.filter((signal) => sum !== null && findSignal(sum.shape, signal)?.type === 'number');
  return {
    ...aboutOf(input),
    windows: profiles.map(({ from, to, profile }) => ({
      from,
      to,
      rows: profileTotals(profile).rows,
      coverage: coverageOf(profile),
    })),
    failed: {
      all: sum === null ? null : failedShare(sum),
      reference: reference === null ? null : failedShare(reference.profile),
      windows: profiles.map(({ profile }) => failedShare(profile)),
    },
    amounts: recorded.map((signal) => ({
      signal,
      all: sum === null ? null : amountOf(sum, signal),
      reference: reference === null ? null : amountOf(reference.profile, signal),
      windows: profiles.map(({ profile }) => (isComparable(profile) ? amountOf(profile, signal) : null)),
    })),
  };
}

/** As the SDK and the door for traces name them, in the order in which they are read. */
const usageSignals = [
  ...['cost_usd', 'input_tokens', 'output_tokens', 'cached_input_tokens', 'cache_write_tokens', 'reasoning_tokens'].map(
    (name) => `feature:${name}`,
  ),
  'feature:time_to_first_token_ms',
  'latency',
];

type Amount = NonNullable<UsageReport['amounts'][number]['all']>;

/** `null` where no call said. The total is of all the calls that rows stand for, the interval worth those that came. */
function amountOf(profile: Profile, signal: string): Amount | null {
  const { n: calls, mean } = signalMoments(profile, signal);
  if (mean === null) return null;
  const { n, standardDeviation } = signalMoments(effectiveProfile(profile), signal);
  return {
    total: calls * mean,
    mean: meanOf(mean, standardDeviation ?? 0, n),
    median: signalQuantile(profile, signal, 0.5),
    percentile95: signalQuantile(profile, signal, 0.95),
  };
}

function meanOf(mean: number, deviation: number, n: number): Estimate {
  return finite(meanWithInterval(n * mean, n * (deviation ** 2 + mean ** 2), n));
}

function failedShare(profile: Profile): Estimate {
  const { rows, errors } = profileTotals(effectiveProfile(profile));
  return share({ events: errors, n: rows });
}
