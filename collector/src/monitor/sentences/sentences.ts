import { scoredBucket } from '../../statistics/evidence/index.ts';
import type { Estimate, Evidence } from '../finding.ts';
import { intervalText, isNotable, sentence, shareMoveText } from './phrases.ts';
import { amountText, changeText, durationText, nameText, numberText, shareChangeText, shareText } from './text.ts';

/**
 * One sentence a person understands: what moved which way, from what to what in the signal's own units, how large that
 * is, and how sure we are. Pure text from numbers that were computed elsewhere.
 */

export interface Change {
  readonly before: number | null;
  readonly after: number | null;
}

interface Moved {
  readonly name: string;
  /** The values whose share leads the evidence, when a share does. */
  readonly leading: (Change & { readonly what: string }) | null;
  /** Share of the rows that would have to move to undo the change (total variation distance). */
  readonly totalVariation: number | null;
}

export interface NumericChange extends Moved {
  readonly median: Change;
  readonly standardDeviation: Change;
}

export interface CategoryChange extends Moved {
  /** Where rare values changed: the one that changed most surely. */
  readonly mover: (Change & { readonly value: string }) | null;
}

export function numericSentence(change: NumericChange, evidence: Evidence): string {
  const name = nameText(change.name);
  const { leading } = evidence;
  if (!isNotable(evidence) || leading === null) {
    return sentence([`${name} is as in the reference`, detail('median', change.median)], evidence);
  }
  const moved = movedText(change.totalVariation);
  switch (leading.score) {
    case 'location':
      return sentence([`${name} moved ${leading.direction}`, detail('median', change.median), moved], evidence);
    case 'spread': {
      const verb = leading.direction === 'up' ? 'spread out' : 'drew together';
      return sentence([`${name} ${verb}`, detail('standard deviation', change.standardDeviation), moved], evidence);
    }
    case 'below':
    case 'above': {
      const what = `${leading.score} anything in the reference`;
      return sentence([`${name} is ${what} ${oftenText(leading)}`, rowsText(change.leading), moved], evidence);
    }
    case 'missing':
    case 'invalid':
      return sentence([`${name} is ${leading.score} ${oftenText(leading)}`, rowsText(change.leading), moved], evidence);
    default: {
      const what = change.leading?.what ?? 'some values';
      return sentence([`${name} is ${what} ${oftenText(leading)}`, rowsText(change.leading), moved], evidence);
    }
  }
}

export function categorySentence(change: CategoryChange, evidence: Evidence): string {
  const name = nameText(change.name);
  const { leading } = evidence;
  const moved = movedText(change.totalVariation);
  if (!isNotable(evidence) || leading === null) return sentence([`${name} is as in the reference`, moved], evidence);
  const rows = rowsText(change.leading);
  switch (leading.score) {
    case 'unseen':
      return sentence([`${name} has values the reference never had`, rows, moved], evidence);
    case 'missing':
      return sentence([`${name} is missing ${oftenText(leading)}`, rows, moved], evidence);
    case 'other': {
      const most = change.mover === null ? null : `most surely "${nameText(change.mover.value)}"`;
      return sentence([`${name} is a rare value ${oftenText(leading)}`, rows, moved, most], evidence);
    }
    default: {
      if (scoredBucket(leading.score) !== null) return rareSentence(change, leading, evidence);
      const what = `"${nameText(change.leading?.what ?? leading.score)}"`;
      return sentence([`${name} is ${what} ${oftenText(leading)}`, rows, moved], evidence);
    }
  }
}

/** Rare values as many as before, but others: what moved between them does not move the distribution that is drawn. */
function rareSentence({ name, mover, leading: bucket }: CategoryChange, leading: Leading, evidence: Evidence): string {
  if (mover !== null) {
    const what = `${nameText(name)} is "${nameText(mover.value)}", a rare value, ${oftenText(leading)}`;
    return sentence([what, rowsText(mover)], evidence);
  }
  const moved = bucket === null ? null : shareDetail(bucket);
  const part = moved === null ? null : `a 64th of them ${moved}`;
  return sentence([`${nameText(name)} has other rare values than the reference`, part], evidence);
}

/** Of a time by its hour of the day, in UTC. */
export function hourSentence(change: CategoryChange, evidence: Evidence): string {
  const { leading } = evidence;
  const hour = leading?.score.startsWith('category:') === true ? change.leading?.what : undefined;
  if (!isNotable(evidence) || leading === null || (hour === undefined && leading.score !== 'other')) {
    return categorySentence(change, evidence);
  }
  const when = hour === undefined ? 'at hours that were rare' : `between ${hour} and ${Number(hour) + 1} o'clock UTC`;
  const what = `${nameText(change.name)} lies ${when} ${oftenText(leading)}`;
  return sentence([what, rowsText(change.leading), movedText(change.totalVariation)], evidence);
}

export interface QualityChange {
  readonly name: string;
  /** What the reference holds. */
  readonly type: 'number' | 'category';
  readonly rows: number;
  readonly missing: Change;
  readonly invalid: Change;
  readonly below: Change;
  readonly above: Change;
  readonly unseen: Change;
  /** Values of another type than in the reference. */
  readonly otherType: Change;
  /** The value that most of the new ones have. */
  readonly mostFrequentNew: string | null;
  /** The only value of the window, where the reference had several. */
  readonly constant: string | null;
}

export function qualitySentence(change: QualityChange, evidence: Evidence): string {
  const [what, share] = qualityText(change, evidence);
  const rows = `${shareDetail(share) ?? shareText(0)} of ${amountText(change.rows, 'row')}`;
  const fixed = change.constant === null ? null : `every value is ${nameText(change.constant)}`;
  return sentence([what, rows, newText(change, evidence), fixed], evidence);
}

function qualityText(change: QualityChange, evidence: Evidence): readonly [what: string, share: Change] {
  const name = nameText(change.name);
  if (!isNotable(evidence)) return [`${name} is missing as often as in the reference`, change.missing];
  if ((change.otherType.after ?? 0) - (change.otherType.before ?? 0) > otherTypeWorthSaying) {
    return [`${name} comes as ${change.type === 'number' ? 'text' : 'numbers'} now`, change.otherType];
  }
  const score = evidence.leading?.score;
  switch (score) {
    case 'invalid':
      return [`${name} is invalid more often`, change.invalid];
    case 'below':
    case 'above':
      return [`${name} is far ${score} anything in the reference more often`, change[score]];
    case 'unseen':
      return [`${name} has values the reference never had`, change.unseen];
    default:
      return [`${name} is missing more often`, change.missing];
  }
}

const otherTypeWorthSaying = 0.05;

function newText({ mostFrequentNew }: QualityChange, evidence: Evidence): string | null {
  if (!isNotable(evidence) || evidence.leading?.score !== 'unseen' || mostFrequentNew === null) return null;
  return `most often "${nameText(mostFrequentNew)}"`;
}

export function duplicatesSentence(
  change: { readonly duplicates: Change; readonly rows: number },
  evidence: Evidence,
): string {
  const what = isNotable(evidence) ? 'inferences come more than once' : 'inferences come once, as in the reference';
  const share = shareDetail(change.duplicates) ?? shareText(0);
  return sentence([what, `${share} of ${amountText(change.rows, 'sampled row')} are repeats`], evidence);
}

export interface SchemaChange {
  readonly appeared: readonly string[];
  readonly disappeared: readonly string[];
  readonly retyped: readonly string[];
  /** Categories with several times as many different values. */
  readonly widened: readonly string[];
}

export function schemaSentence({ appeared, disappeared, retyped, widened }: SchemaChange): string {
  const parts = [
    listText(appeared, 'came that the reference does not have'),
    listText(disappeared, 'did not come at all'),
    listText(retyped, 'came as another type'),
    listText(widened, 'came with several times as many different values'),
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'features are those of the reference' : parts.join('; ');
}

function listText(names: readonly string[], what: string): string | null {
  if (names.length === 0) return null;
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, 5).map(nameText).join(', ')}${more} ${what}`;
}

export function volumeSentence(rows: number, expected: number | null): string {
  const came = `${amountText(rows, 'row')} came`;
  return expected === null ? came : `${came}, about ${numberText(expected)} did at this hour in the reference`;
}

/** With evidence: where the pace of arrivals is watched. */
export function volumeEvidenceSentence(rows: number, expected: number | null, evidence: Evidence): string {
  const detailed = volumeSentence(rows, expected);
  if (!isNotable(evidence)) return sentence([detailed], evidence);
  const other = expected === null ? 'other numbers' : rows < expected ? 'smaller numbers' : 'larger numbers';
  return sentence([`rows come in ${other} than in the first windows of this version`, detailed], evidence);
}

export function freshnessSentence(seconds: number | null, evidence: Evidence | null): string {
  const last =
    seconds === null ? 'no row came' : `the last row came ${durationText(seconds * 1_000)} before the window ended`;
  const isLate = evidence !== null && isNotable(evidence);
  return sentence(
    [isLate ? 'rows stop coming earlier than in the first windows of this version' : last, isLate ? last : null],
    evidence,
  );
}

export function failuresSentence(
  change: { readonly failures: Change; readonly rows: number },
  evidence: Evidence,
): string {
  const what = isNotable(evidence) ? 'inferences fail more often' : 'inferences fail as often as in the reference';
  return sentence(
    [what, `${shareDetail(change.failures) ?? shareText(0)} of ${amountText(change.rows, 'row')}`],
    evidence,
  );
}

export interface ErrorRateChange {
  readonly before: number | null;
  readonly errorRate: Estimate;
}

export function errorRateSentence({ before, errorRate }: ErrorRateChange, evidence: Evidence | null): string {
  if (errorRate.value === null) {
    return sentence(['no labels have come for this window yet'], evidence);
  }
  const what =
    evidence === null ? 'error rate' : isNotable(evidence) ? 'error rate rose' : 'error rate is as in the reference';
  const change = shareMoveText(before, errorRate.value);
  return sentence(
    [what, `${change} of ${amountText(errorRate.n, 'labelled row')}${intervalText(errorRate)}`],
    evidence,
  );
}

export interface OutcomeChange {
  /** Median size of errors, or mean quality of rankings. */
  readonly change: Change;
  /** Outcomes that have come since the last window. */
  readonly rows: number;
}

export function errorSizeSentence({ change, rows }: OutcomeChange, evidence: Evidence): string {
  if (rows === 0) return sentence(['no labels have come for this window yet'], evidence);
  const what = isNotable(evidence) ? 'errors grew' : 'errors are as large as in the reference';
  return sentence(
    [what, `${detail('median size', change) ?? 'none before'} over ${amountText(rows, 'labelled row')}`],
    evidence,
  );
}

export function rankingSentence({ change, rows }: OutcomeChange, evidence: Evidence): string {
  if (rows === 0) return sentence(['no outcomes have come for this window yet'], evidence);
  const what = isNotable(evidence) ? 'rankings got worse' : 'rankings are as good as in the reference';
  const gain = detail('normalised discounted gain', change) ?? 'none before';
  return sentence([what, `${gain} over ${amountText(rows, 'ranking')}`], evidence);
}

export interface RatingChange extends OutcomeChange {
  readonly type: string;
}

export function ratingSentence({ type, change, rows }: RatingChange, evidence: Evidence | null): string {
  if (rows === 0 || change.after === null) return sentence([`no ${type} has come for this window`], evidence);
  const over = `over ${amountText(rows, 'rating')}`;
  if (evidence === null || change.before === null) {
    return sentence([type, `mean ${numberText(change.after)} ${over}`], evidence);
  }
  const what = isNotable(evidence) ? `${type} got worse` : `${type} is not surely worse than at first`;
  return sentence([what, `mean ${changeText(change.before, change.after)} ${over}`], evidence);
}

function detail(what: string, { before, after }: Change): string | null {
  return before === null || after === null ? null : `${what} ${changeText(before, after)}`;
}

function shareDetail({ before, after }: Change): string | null {
  return before === null || after === null ? null : shareChangeText(before, after);
}

function rowsText(change: Change | null): string | null {
  const text = change === null ? null : shareDetail(change);
  return text === null ? null : `${text} of rows`;
}

type Leading = NonNullable<Evidence['leading']>;

function oftenText({ direction }: Leading): string {
  return direction === 'up' ? 'more often' : 'less often';
}

function movedText(totalVariation: number | null): string | null {
  return totalVariation === null ? null : `${shareText(totalVariation)} of traffic would have to move`;
}
