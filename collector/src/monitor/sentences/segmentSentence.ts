import type { CodedRange, RangeEnd } from '../../profile/index.ts';
import type { WeakSegment, WeakSegments } from '../figures/weakSegments.ts';
import { nameText, numberText, shareText } from './text.ts';

/** `income below 21k`, `region north or south`, `age missing`. */
export function conditionText(name: string, range: CodedRange): string {
  const feature = nameText(name);
  switch (range.kind) {
    case 'numbers':
      return `${feature} ${numbersText(range.low, range.high)}`;
    case 'categories':
      return `${feature} ${oneOf(range.categories.map(nameText))}`;
    case 'missing':
      return `${feature} missing`;
    case 'invalid':
      return `${feature} not a number`;
    case 'other_known':
      return `${feature} one of its rare values`;
    case 'unseen':
      return `${feature} a value the reference does not have`;
  }
}

/** `income below 21k and region north: 31 % wrong instead of 12 %, in 9 % of the rows`. */
export function weakSegmentSentence({ conditions, tested }: WeakSegment, all: WeakSegments): string {
  const where = conditions.map(({ name, range }) => conditionText(name, range)).join(' and ');
  if (tested.rows === 0) return `${where}: none among the rows to test on`;
  const what = {
    wrong: 'wrong',
    large_error: `off by more than ${numberText(all.threshold)}`,
    poor_ranking: 'poorly ranked',
  }[all.trouble];
  const rates = `${shareText(tested.events / tested.rows)} ${what} instead of ${shareText(all.events / all.rows)}`;
  return `${where}: ${rates}, in ${shareText(tested.rows / all.testedRows)} of the rows`;
}

function numbersText(low: RangeEnd | null, high: RangeEnd | null): string {
  if (low === null) return high === null ? 'known' : `${high.isIncluded ? 'up to' : 'below'} ${numberText(high.value)}`;
  const from = `${low.isIncluded ? 'from' : 'above'} ${numberText(low.value)}`;
  if (high === null) return from;
  if (low.value === high.value) return numberText(low.value);
  return `${from} to ${high.isIncluded ? '' : 'below '}${numberText(high.value)}`;
}

function oneOf(values: readonly string[]): string {
  return values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
