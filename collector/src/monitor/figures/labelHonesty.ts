import type { GroupConfusion } from '../../profile/index.ts';
import { confusionBounds, type LabelBounds } from '../../statistics/labelBounds.ts';
import { newcombeDifference } from '../../statistics/newcombeDifference.ts';
import { decidedRows, labelledRows } from '../detectors/streams.ts';

/**
 * Which decisions alone get labels? `positive` when no negative decision has one though there are some (a rejected loan is
 * never repaid), `negative` the other way round, `null` when both have or nothing has.
 */
export function selectiveLabels(confusion: GroupConfusion): 'positive' | 'negative' | null {
  const positive = confusion.truePositive + confusion.falsePositive;
  const negative = confusion.trueNegative + confusion.falseNegative;
  if (positive > 0 && negative === 0 && confusion.unlabelledNegative > 0) return 'positive';
  if (negative > 0 && positive === 0 && confusion.unlabelledPositive > 0) return 'negative';
  return null;
}

/** What a reader must know about the labels of a group before its rates are compared; `null`: nothing. */
export function labelNote(group: GroupConfusion, base: GroupConfusion | undefined): string | null {
  if (decidedRows(group) > 0 && labelledRows(group) === 0) return 'no labels yet';
  const selective = selectiveLabels(group);
  if (selective !== null) {
    const told = selective === 'positive' ? 'precision' : 'false omissions';
    return `only ${selective} decisions get labels: of the rates that need them only ${told} can be known`;
  }
  if (base === undefined || base === group) return null;
  const { value, low, high } = newcombeDifference(labelled(group), labelled(base));
  if (value === null || low === null || high === null || Math.abs(value) < shareWorthSaying) return null;
  if (low <= 0 && high >= 0) return null;
  const how = value < 0 ? 'fewer' : 'more';
  return `${how} labels than the reference group: differences of error rates may be a matter of who gets a label first`;
}

/** Where the rates of a group will lie whatever its missing labels say; empty when none is missing. */
export function rateBounds(confusion: GroupConfusion): Readonly<Record<string, LabelBounds>> {
  if (confusion.unlabelledPositive + confusion.unlabelledNegative === 0) return {};
  const { recall, precision, accuracy, ...rates } = confusionBounds(confusion);
  const named = {
    truePositiveRate: recall,
    falseNegativeRate: rates.falseNegativeRate,
    falsePositiveRate: rates.falsePositiveRate,
    positivePredictiveValue: precision,
    falseDiscoveryRate: rates.falseDiscoveryRate,
    falseOmissionRate: rates.falseOmissionRate,
    accuracy,
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, bounds]) => (bounds === null ? [] : [[name, bounds] as const])),
  );
}

/** Labelled shares that differ by less are no reason to doubt a gap. */
const shareWorthSaying = 0.05;

function labelled(confusion: GroupConfusion): { readonly events: number; readonly n: number } {
  return { events: labelledRows(confusion), n: decidedRows(confusion) };
}
