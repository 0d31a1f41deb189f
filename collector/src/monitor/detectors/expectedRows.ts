import { type Reference, rowsByHour } from '../../profile/index.ts';
import { hourOfWeek } from '../../statistics/evidence/index.ts';

/**
 * How many rows would a window have if traffic were as in the reference at the same hours of the week? Hours that the
 * reference covers by less than half an hour count as its average hour. `null` for a reference without times.
 */
export function expectedRows(
  reference: Reference,
  { from, to }: { readonly from: number; readonly to: number },
): number | null {
  if (reference.from === null || reference.to === null || !(reference.to > reference.from) || !(to > from)) return null;
  const span = { from: reference.from, to: reference.to };
  const perHour = (reference.rows / (span.to - span.from)) * hourMs;
  // A window of many weeks has about the reference's average.
  if (to - from > 4 * weekMs) return (perHour * (to - from)) / hourMs;
  const hours = rowsByHour(reference.profile);
  let expected = 0;
  for (let start = Math.floor(from / hourMs) * hourMs; start < to; start += hourMs) {
    const part = (Math.min(to, start + hourMs) - Math.max(from, start)) / hourMs;
    const hour = hourOfWeek(start);
    const covered = hoursCovered(span, start);
    expected += part * (covered >= 0.5 ? (hours[hour] ?? 0) / covered : perHour);
  }
  return expected;
}

/** How many hours of the span are the same hour of the week as the one that begins at `like`. */
function hoursCovered(span: { readonly from: number; readonly to: number }, like: number): number {
  let covered = Math.max(0, Math.floor((span.to - span.from) / weekMs) - 1);
  // Whole weeks have one each; only what is left has to be looked at.
  const rest = span.from + covered * weekMs;
  const first = like + Math.floor((rest - like) / weekMs) * weekMs;
  for (let start = first; start < span.to; start += weekMs) {
    covered += Math.max(0, Math.min(span.to, start + hourMs) - Math.max(rest, start)) / hourMs;
  }
  return covered;
}

const hourMs = 3_600_000;
const weekMs = 168 * hourMs;
