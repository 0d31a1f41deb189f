import type { WeakSegmentReport } from '../../http/api.ts';
import type { Reference } from '../../profile/index.ts';
import { eBenjaminiHochberg } from '../../statistics/multiplicity/index.ts';
import { share } from '../figures/estimates.ts';
import { type WeakSegment, type WeakSegments, weakSegments } from '../figures/weakSegments.ts';
import { conditionText, weakSegmentSentence } from '../sentences/segmentSentence.ts';
import { numberText } from '../sentences/text.ts';
import { aboutOf, type ReportInput } from './reportInput.ts';

/**
 * In which segments predictions are worse than elsewhere, over the windows of the range whose outcomes are final. Of the segments
 * that are said to be confirmed at most `falseDiscoveryRate` are expected to be none.
 */
export function weakSegmentReport(input: ReportInput & { readonly watermark: number }): WeakSegmentReport {
  const { settings, reference, from, to, watermark } = input;
  const about = { ...aboutOf(input), from, to, falseDiscoveryRate };
  const nothing = (missing: NonNullable<WeakSegmentReport['missing']>): WeakSegmentReport => {
    return { ...about, missing, trouble: null, threshold: null, rate: share({ events: 0, n: 0 }), segments: [] };
  };
  if (reference?.shape.sampledRows === undefined) return nothing('sampled_rows');
  const final = input.profiles.filter((window) => window.to + settings.outcomeDelay <= watermark);
  const found = weakSegments(
    settings,
    reference,
    final.map(({ profile }) => profile),
  );
  if (found === null) return nothing('outcomes');
  const confirmed = new Set(
    eBenjaminiHochberg(
      found.segments.map(({ evidence }) => evidence),
      falseDiscoveryRate,
    ),
  );
  return {
    ...about,
    missing: null,
    trouble: found.trouble,
    threshold: thresholdOf(found, reference),
    rate: share({ events: found.events, n: found.rows }),
    segments: found.segments.map((segment, index) => ({
      ...describeSegment(segment, found, reference),
      confirmed: confirmed.has(index),
    })),
  };
}

const falseDiscoveryRate = 0.05;

function describeSegment(
  { conditions, found, tested, evidence }: WeakSegment,
  all: WeakSegments,
  reference: Reference,
) {
  const texts = conditions.map(({ name, range }) => conditionText(name, range));
  // Either half has as many rows, but for chance.
  const shareOfRows = Math.min(1, tested.rows / (all.rows / 2));
  const rate = share({ events: tested.events, n: tested.rows });
  return {
    sentence: weakSegmentSentence({
      conditions: texts,
      trouble: all.trouble,
      error: numberText(thresholdOf(all, reference) ?? 0),
      rate: rate.value,
      overall: all.events / all.rows,
      share: shareOfRows,
    }),
    conditions: conditions.map(({ signal }, index) => ({ signal, text: texts[index]! })),
    share: shareOfRows,
    found: share({ events: found.events, n: found.rows }),
    tested: rate,
    evidence: Math.min(Math.exp(evidence), largestEvidence),
  };
}

/** Of numbers in their own unit; of rankings 1 - NDCG. */
function thresholdOf({ trouble, threshold }: WeakSegments, { shape }: Reference): number | null {
  return trouble === 'wrong' ? null : trouble === 'large_error' ? threshold * shape.residualScale : threshold;
}

/** More is no more convincing, and no number in an answer. */
const largestEvidence = 1e12;
