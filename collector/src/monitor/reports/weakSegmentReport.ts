import type { ModelSettings } from '../../config/settings.ts';
import type { WeakSegmentReport } from '../../http/api.ts';
import { eBenjaminiHochberg } from '../../statistics/multiplicity/index.ts';
import { share } from '../figures/estimates.ts';
import { weakSegments } from '../figures/weakSegments.ts';
import { falseDiscoveryRate, type SegmentRecord } from '../segmentRecord.ts';
import { conditionText, weakSegmentSentence } from '../sentences/segmentSentence.ts';
import { aboutOf, type ReportInput } from './reportInput.ts';

/**
 * In which segments predictions are worse than elsewhere, over windows whose outcomes are final. Of the segments that are said to
 * be confirmed at most `falseDiscoveryRate` are expected to be none.
 */
export function weakSegmentReport(input: ReportInput & { readonly record: SegmentRecord | null }): WeakSegmentReport {
  const { settings, reference, profiles, from, to, record } = input;
  const about = { ...aboutOf(input), from, to, falseDiscoveryRate, record: record && recordOf(record, settings) };
  const nothing = (missing: NonNullable<WeakSegmentReport['missing']>): WeakSegmentReport => {
    return { ...about, missing, trouble: null, threshold: null, rate: share({ events: 0, n: 0 }), segments: [] };
  };
  if (reference?.shape.sampledRows === undefined) return nothing('sampled_rows');
  const found = weakSegments(
    settings,
    reference,
    profiles.map(({ profile }) => profile),
  );
  if (found === null) return nothing('outcomes');
  const confirmed = new Set(
    eBenjaminiHochberg(
      found.segments.map(({ evidence }) => evidence),
      falseDiscoveryRate,
    ),
  );
  const { trouble, threshold, rows, events, testedRows } = found;
  return {
    ...about,
    missing: null,
    trouble,
    threshold: trouble === 'wrong' ? null : threshold,
    rate: share({ events, n: rows }),
    segments: found.segments.map((segment, index) => ({
      sentence: weakSegmentSentence(segment, found),
      conditions: segment.conditions.map(({ signal, name, range }) => ({ signal, text: conditionText(name, range) })),
      share: segment.tested.rows / testedRows,
      found: share({ events: segment.found.events, n: segment.found.rows }),
      tested: share({ events: segment.tested.events, n: segment.tested.rows }),
      evidence: Math.min(Math.exp(segment.evidence), largestEvidence),
      confirmed: confirmed.has(index),
    })),
  };
}

/** More is no more convincing, and no number in an answer. */
const largestEvidence = 1e12;

function recordOf({ periods, tests, confirmed }: SegmentRecord, { auditPeriod }: ModelSettings) {
  return {
    periodMs: auditPeriod,
    periods,
    tested: tests.tested,
    confirmed: confirmed.map(({ from, to, sentence }) => ({ from, to, sentence })),
  };
}
