import {
  distinctValues,
  duplicateIndicator,
  otherTypeRows,
  type Profile,
  profileTotals,
  type Reference,
  rareValueCounts,
  type SignalShape,
  signalCounts,
  signalMoments,
  unknownFeatures,
} from '../../profile/index.ts';
import { standardNormal95 } from '../../statistics/estimated.ts';
import { expectedRows } from '../detectors/expectedRows.ts';
import { signalNamed } from '../detectors/streams.ts';
import { bare, finite, share } from '../figures/estimates.ts';
import type { Estimate, Evidence, Verdict } from '../finding.ts';
import {
  type Change,
  duplicatesSentence,
  qualitySentence,
  type SchemaChange,
  schemaSentence,
  volumeSentence,
} from '../sentences/sentences.ts';
import { numberText } from '../sentences/text.ts';
import type { ContentInput, FindingContent } from './findingContent.ts';

/** What findings say about the data itself: does it come, can it be read, is it what it was? */

/** Of one feature. Its verdict comes from the evidence of the shares among its statistics. */
export function qualityContent({ reference, profile }: ContentInput, id: string, evidence: Evidence): FindingContent {
  const shape = signalNamed(reference.shape, id);
  const [now, past] = [brokenCounts(shape, profile), brokenCounts(shape, reference.profile)];
  const change = (of: Broken): Change => ({ before: ratio(past[of], past.rows), after: ratio(now[of], now.rows) });
  const shareOf = (of: Broken): Estimate => share({ events: now[of], n: now.rows });
  const statistics: Record<string, Estimate> = {
    missingRate: shareOf('missing'),
    ...(shape.type === 'number'
      ? { invalidRate: shareOf('invalid'), belowRate: shareOf('below'), aboveRate: shareOf('above') }
      : { unseenRate: shareOf('unseen'), distinctValues: distinctEstimate(profile, id, now.rows) }),
    otherTypeRate: shareOf('otherType'),
  };
  const sentence = qualitySentence(
    {
      name: shape.name,
      type: shape.type,
      rows: now.rows,
      missing: change('missing'),
      invalid: change('invalid'),
      below: change('below'),
      above: change('above'),
      unseen: change('unseen'),
      otherType: change('otherType'),
      mostFrequentNew: mostFrequentNew(shape, profile),
      constant: constantOf(shape, reference.profile) === null ? constantOf(shape, profile) : null,
    },
    evidence,
  );
  return { kind: 'data_quality', rows: now.rows, statistics, sentence };
}

/** Inferences that came more than once, told from a sample of their ids. */
export function duplicatesContent({ reference, profile }: ContentInput, evidence: Evidence): FindingContent {
  const [once = 0, again = 0] = duplicateIndicator.counts(profile);
  const [pastOnce = 0, pastAgain = 0] = duplicateIndicator.counts(reference.profile);
  const n = once + again;
  const duplicates = { before: ratio(pastAgain, pastOnce + pastAgain), after: ratio(again, n) };
  return {
    kind: 'data_quality',
    rows: profileTotals(profile).rows,
    statistics: { duplicateShare: share({ events: again, n }) },
    sentence: duplicatesSentence({ duplicates, rows: n }, evidence),
  };
}

interface Fact extends FindingContent {
  readonly verdict: Verdict;
}

/** Features that came, went or changed their type: facts, which no evidence needs to pile up for. */
export function schemaContent(reference: Reference, profile: Profile): Fact {
  const { rows } = profileTotals(profile);
  const change = schemaChange(reference, profile);
  const changes = change.appeared.length + change.disappeared.length + change.retyped.length + change.widened.length;
  return {
    kind: 'data_quality',
    rows,
    statistics: {
      appearedFeatures: bare(change.appeared.length, rows),
      disappearedFeatures: bare(change.disappeared.length, rows),
      retypedFeatures: bare(change.retyped.length, rows),
      widenedFeatures: bare(change.widened.length, rows),
    },
    sentence: schemaSentence(change),
    verdict: rows === 0 ? 'insufficient_data' : changes > 0 ? 'watch' : 'clear',
  };
}

/**
 * How many rows came, and how fresh the last one is. To know, not to alarm: a canary or a quiet night has few rows
 * rightly. That nothing comes at all is seen by whoever looks at the time of the last event.
 */
export function volumeContent(
  reference: Reference,
  profile: Profile,
  window: { readonly from: number; readonly to: number },
): Fact {
  const { rows, to } = profileTotals(profile);
  const expected = expectedRows(reference, window);
  return {
    kind: 'data_quality',
    rows,
    statistics: {
      rows: bare(rows, rows),
      expectedRows: bare(expected, reference.rows),
      secondsSinceLastRow: bare(to === null ? null : Math.max(0, window.to - to) / 1_000, rows),
    },
    sentence: volumeSentence(rows, expected),
    verdict: rows === 0 ? 'insufficient_data' : 'clear',
  };
}

type Broken = 'missing' | 'invalid' | 'below' | 'above' | 'unseen' | 'otherType';

/** Rows by what is wrong with their value; `rows` are all of them. */
export function brokenCounts(
  shape: SignalShape,
  profile: Profile,
  counts: Float64Array = signalCounts(profile, shape.signal),
): Readonly<Record<Broken | 'rows', number>> {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const otherType = otherTypeRows(profile, shape.signal);
  if (shape.type === 'category') {
    const [unseen = 0, missing = 0] = counts.slice(-2);
    return { rows, missing, unseen, otherType, invalid: 0, below: 0, above: 0 };
  }
  const [missing = 0, invalid = 0] = counts.slice(-2);
  // A reference without any number has no range to be outside of.
  const hasRange = shape.edges.length > 0;
  const [below, above] = hasRange ? [counts[0] ?? 0, counts.at(-3) ?? 0] : [0, 0];
  return { rows, missing, invalid, below, above, otherType, unseen: 0 };
}

function distinctEstimate(profile: Profile, id: string, rows: number): Estimate {
  const { count, error } = distinctValues(profile, id);
  const half = standardNormal95 * error;
  return finite({ value: count, low: Math.max(0, count - half), high: count + half, n: rows });
}

function mostFrequentNew(shape: SignalShape, profile: Profile): string | null {
  if (shape.type !== 'category') return null;
  const known = new Set(shape.otherKnown);
  return rareValueCounts(profile, shape.signal).values.find(([text]) => !known.has(text))?.[0] ?? null;
}

const fewestRowsToBeConstant = 20;

/** The only value there is, in words; `null` when there are several, or too few rows to wonder. */
function constantOf(shape: SignalShape, profile: Profile): string | null {
  if (shape.type === 'number') {
    const { n, minimum, maximum } = signalMoments(profile, shape.signal);
    return n >= fewestRowsToBeConstant && minimum !== null && minimum === maximum ? numberText(minimum) : null;
  }
  const counts = signalCounts(profile, shape.signal);
  const withValue = counts.slice(0, -1).reduce((sum, count) => sum + count, 0);
  const only = counts.slice(0, -3).indexOf(withValue);
  return withValue >= fewestRowsToBeConstant && only >= 0 ? `"${shape.categories[only]}"` : null;
}

/** What changed about the features themselves since the reference, beside how their values lie. */
export function schemaChange(reference: Reference, profile: Profile): SchemaChange {
  const features = reference.shape.signals.filter(({ kind }) => kind === 'feature');
  const named = (holds: (now: Counted, past: Counted) => boolean): string[] =>
    features
      .filter((shape) => holds(brokenCounts(shape, profile), brokenCounts(shape, reference.profile)))
      .map(({ name }) => name);
  return {
    appeared: unknownFeatures(profile).map(([name]) => name),
    // So many rows without a value do not happen by chance in traffic like the reference's.
    disappeared: named(
      (now, past) => now.rows > 0 && now.missing === now.rows && (past.missing / past.rows) ** now.rows < 1e-6,
    ),
    retyped: named((now, past) => isMostlyOtherType(now) && !isMostlyOtherType(past)),
    widened: features
      .filter((shape) => shape.type === 'category' && isWidened(reference.profile, profile, shape.signal))
      .map(({ name }) => name),
  };
}

/** Surely several times as many different values as in the whole reference. */
function isWidened(past: Profile, now: Profile, signal: string): boolean {
  const [before, after] = [distinctValues(past, signal), distinctValues(now, signal)];
  const least = after.count - 2 * standardNormal95 * after.error;
  const most = before.count + 2 * standardNormal95 * before.error;
  return least >= fewestToBeWide && least > widening * most;
}

const fewestToBeWide = 20;
const widening = 3;

type Counted = ReturnType<typeof brokenCounts>;

function isMostlyOtherType({ rows, missing, otherType }: Counted): boolean {
  return otherType > 0 && otherType * 2 > rows - missing;
}

function ratio(events: number, n: number): number | null {
  return n === 0 ? null : events / n;
}
