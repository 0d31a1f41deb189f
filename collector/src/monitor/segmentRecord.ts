import type { ModelSettings } from '../config/settings.ts';
import type { Profile, Reference } from '../profile/index.ts';
import { eLond, noTests, type OnlineTests } from '../statistics/multiplicity/index.ts';
import { weakSegments } from './figures/weakSegments.ts';
import { weakSegmentSentence } from './sentences/segmentSentence.ts';

/**
 * What the regular searches for weak segments of a version have confirmed. Every period of event time is searched once, and what
 * is found there tested once, one after the other by e-LOND: of all that was ever confirmed the expected share that is no weak
 * segment is at most `falseDiscoveryRate`, however long this goes on and however often the same segment comes back.
 */
export interface SegmentRecord {
  /** Start of the period that is searched next; event time, milliseconds since 1970-01-01 UTC. */
  readonly next: number;
  /** Periods that had rows enough to search. */
  readonly periods: number;
  readonly tests: OnlineTests;
  /** The latest first, at most fifty. */
  readonly confirmed: readonly ConfirmedSegment[];
}

export interface ConfirmedSegment {
  /** The period; event time, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  readonly sentence: string;
  /** Natural logarithm of its e-value. */
  readonly evidence: number;
}

export const falseDiscoveryRate = 0.05;

const mostConfirmed = 50;

/** Before any search; the period under way at `eventTime` is the first. */
export function noSearches({ auditPeriod }: Pick<ModelSettings, 'auditPeriod'>, eventTime: number): SegmentRecord {
  const next = Math.floor(eventTime / auditPeriod) * auditPeriod;
  return { next, periods: 0, tests: noTests(falseDiscoveryRate), confirmed: [] };
}

/** The period that can be searched now, since every outcome in it is final; `null`: not yet. */
export function duePeriod(
  { next }: Pick<SegmentRecord, 'next'>,
  { auditPeriod, outcomeDelay }: Pick<ModelSettings, 'auditPeriod' | 'outcomeDelay'>,
  watermark: number,
): { readonly from: number; readonly to: number } | null {
  const to = next + auditPeriod;
  return to + outcomeDelay <= watermark ? { from: next, to } : null;
}

/** The record after the search of its next period, of which `profiles` are the windows. */
export function searchPeriod(
  record: SegmentRecord,
  settings: Pick<ModelSettings, 'auditPeriod' | 'tolerance'>,
  reference: Reference,
  profiles: readonly Profile[],
): SegmentRecord {
  const from = record.next;
  const to = from + settings.auditPeriod;
  const found = weakSegments(settings, reference, profiles);
  let { tests } = record;
  const confirmed = (found?.segments ?? []).flatMap((segment): ConfirmedSegment[] => {
    const decision = eLond(tests, segment.evidence);
    tests = decision.tests;
    if (!decision.rejected || found === null) return [];
    return [{ from, to, sentence: weakSegmentSentence(segment, found), evidence: segment.evidence }];
  });
  return {
    next: to,
    periods: record.periods + (found === null ? 0 : 1),
    tests,
    confirmed: [...confirmed, ...record.confirmed].slice(0, mostConfirmed),
  };
}
