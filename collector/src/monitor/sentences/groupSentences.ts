import type { Estimate, Evidence } from '../finding.ts';
import { isNotable, sentence, shareMoveText } from './phrases.ts';
import { amountText, countText, durationText, nameText, numberText, shareText } from './text.ts';

/** What findings say about groups of people. */

export interface GroupChange {
  readonly attribute: string;
  readonly group: string;
  readonly referenceGroup: string | null;
  readonly selectionRate: Estimate | null;
  /** The group's own rates in the reference. */
  readonly selectionRateBefore: number | null;
  readonly referenceGroupSelectionRate: number | null;
  /** Of the labels that have come since the last window. */
  readonly errorRate: Estimate | null;
  readonly errorRateBefore: number | null;
  readonly disparateImpactRatio: Estimate | null;
}

export function groupSentence(change: GroupChange, evidence: Evidence | null): string {
  const who = `${nameText(change.attribute)}=${nameText(change.group)}`;
  const { selectionRate, errorRate } = change;
  const leading = evidence !== null && isNotable(evidence) ? evidence.leading?.score : undefined;
  if (leading === 'error_rate' && typeof errorRate?.value === 'number') {
    const rates = shareMoveText(change.errorRateBefore, errorRate.value);
    return sentence(
      [`${who} is judged wrongly more often`, `${rates} of ${amountText(errorRate.n, 'labelled row')}`],
      evidence,
    );
  }
  if (selectionRate === null || selectionRate.value === null) {
    return sentence([`${who} has too few rows to say anything`], evidence);
  }
  const decision = `${who} gets the favourable decision`;
  const rows = `of ${amountText(selectionRate.n, 'row')}`;
  const other = otherText(change);
  if (leading === 'selection_rate') {
    const rates = `${shareMoveText(change.selectionRateBefore, selectionRate.value)} ${rows}`;
    return sentence([`${decision} less often than before`, rates, other], evidence);
  }
  const own = shareText(selectionRate.value);
  if (other === null) return sentence([`${decision} in ${own} ${rows}`], evidence);
  const how = comparisonText(selectionRate.value, change.referenceGroupSelectionRate ?? selectionRate.value);
  return sentence([`${decision} ${how}`, `${own} ${other}`], evidence);
}

/** A rate of a group and of the one it is compared with. */
interface GroupAndBase {
  readonly own: Estimate;
  readonly base: Estimate;
}

export interface GapChange {
  readonly attribute: string;
  readonly group: string;
  readonly referenceGroup: string;
  readonly selectionRate: GroupAndBase | null;
  /** Of labels that have come since the last window. */
  readonly wronglyDenied: GroupAndBase | null;
  readonly wronglyGranted: GroupAndBase | null;
  readonly errorRate: GroupAndBase | null;
  /** Difference of the selection rates in the reference. */
  readonly gapBefore: number | null;
}

export function gapSentence(change: GapChange, evidence: Evidence): string {
  const who = `${nameText(change.attribute)}=${nameText(change.group)}`;
  const than = `than ${nameText(change.referenceGroup)}`;
  const leading = isNotable(evidence) ? evidence.leading?.score : undefined;
  if (leading === 'wrongly_denied_gap') {
    const what = `${who} is wrongly denied more often ${than}`;
    return sentence([what, againstText(change.wronglyDenied, ' of those due the favourable decision')], evidence);
  }
  if (leading === 'wrongly_granted_gap') {
    const what = `${who} gets the favourable decision in error less often ${than}`;
    return sentence([what, againstText(change.wronglyGranted, ' of those not due it')], evidence);
  }
  if (leading === 'error_gap') {
    const what = `${who} is judged wrongly more often ${than}`;
    return sentence([what, againstText(change.errorRate, ' of labelled rows')], evidence);
  }
  const rates = againstText(change.selectionRate);
  if (rates === null)
    return sentence(
      [`${who} cannot be compared with ${nameText(change.referenceGroup)}: too few rows of one of them`],
      evidence,
    );
  const before = change.gapBefore === null ? null : `a difference of ${pointsText(change)}`;
  if (leading !== undefined) {
    return sentence(
      [`${who} falls behind ${nameText(change.referenceGroup)} in favourable decisions`, rates, before],
      evidence,
    );
  }
  return sentence(
    [`${who} fares with ${nameText(change.referenceGroup)} as in the reference`, rates, before],
    evidence,
  );
}

interface OutcomeGap {
  readonly attribute: string;
  readonly group: string;
  readonly referenceGroup: string;
  /** Of the window; with their means among `rates`. */
  readonly own: { readonly rates: Readonly<Record<string, Estimate>> } | undefined;
  readonly base: { readonly rates: Readonly<Record<string, Estimate>> } | undefined;
}

/** Of models that predict numbers or rank. */
export function outcomeGapSentence({ own, base, ...change }: OutcomeGap, evidence: Evidence): string {
  const who = `${nameText(change.attribute)}=${nameText(change.group)}`;
  const other = nameText(change.referenceGroup);
  const isRanking = own?.rates.normalisedDiscountedGain !== undefined;
  const name = isRanking ? 'normalisedDiscountedGain' : 'meanAbsoluteError';
  const [a, b] = [own?.rates[name], base?.rates[name]];
  const means =
    typeof a?.value === 'number' && typeof b?.value === 'number'
      ? `${isRanking ? 'normalised discounted gain' : 'mean absolute error'} ${numberText(a.value)} against ${numberText(b.value)} over ${amountText(a.n, 'labelled row')}`
      : null;
  if (!isNotable(evidence)) return sentence([`${who} fares with ${other} as in the reference`, means], evidence);
  const what = isRanking ? `rankings for ${who} are poor` : `errors for ${who} are large`;
  return sentence([`${what} more often than for ${other}`, means], evidence);
}

export function uncomparedGroupSentence({
  attribute,
  group,
  referenceGroup,
}: {
  readonly attribute: string;
  readonly group: string;
  readonly referenceGroup: string | null;
}): string {
  const other = referenceGroup === null ? 'another group' : nameText(referenceGroup);
  return `the reference has too few outcomes to compare ${nameText(attribute)}=${nameText(group)} with ${other}`;
}

/** `31 % against 45 % of labelled rows` */
function againstText(rates: GroupAndBase | null, of = ''): string | null {
  if (rates === null || rates.own.value === null || rates.base.value === null) return null;
  return `${shareText(rates.own.value)} against ${shareText(rates.base.value)}${of}`;
}

/** `-14 points (-5 points in the reference)` */
function pointsText({ selectionRate, gapBefore }: GapChange): string {
  const points = (difference: number): string => shareText(difference).replace(/ %$/, '');
  const now = (selectionRate?.own.value ?? 0) - (selectionRate?.base.value ?? 0);
  return `${points(now)} points (${points(gapBefore ?? 0)} points in the reference)`;
}

export interface Unaudited {
  readonly attribute: string;
  readonly group: string;
  readonly short: 'rows' | 'labels';
  readonly fewest: number;
  readonly periodMs: number;
}

export function cannotAuditSentence({ attribute, group, short, fewest, periodMs }: Unaudited): string {
  const what = short === 'rows' ? 'decisions about it' : 'outcomes of it';
  const unknown = short === 'rows' ? 'how it is treated' : 'whether decisions about it are right';
  const who = `${nameText(attribute)}=${nameText(group)}`;
  return `cannot audit ${who}: fewer than ${countText(fewest)} ${what} in ${durationText(periodMs)}, so nobody knows ${unknown}`;
}

/** `against 45 % of male (ratio 0.69, four-fifths rule broken)`; `null` for the reference group itself. */
function otherText(change: GroupChange): string | null {
  const { referenceGroup, referenceGroupSelectionRate: other } = change;
  if (other === null || referenceGroup === null || referenceGroup === change.group) return null;
  return `against ${shareText(other)} of ${nameText(referenceGroup)}${ratioText(change.disparateImpactRatio)}`;
}

function comparisonText(own: number, other: number): string {
  return own < other ? 'less often' : own > other ? 'more often' : 'as often';
}

/** Four fifths is a screening rule (29 CFR 1607.4D): broken only when chance does not explain it. */
function ratioText(ratio: Estimate | null): string {
  if (ratio === null || ratio.value === null) return '';
  const text = ratio.value.toFixed(2);
  if (ratio.value >= 0.8) return ` (ratio ${text})`;
  const broken = ratio.high !== null && ratio.high < 0.8;
  return ` (ratio ${text}, ${broken ? 'four-fifths rule broken' : 'below four fifths, but chance could explain it'})`;
}
