import type { Coverage } from '../../http/api.ts';
import { capturesOf, type Profile, rowCounts, spanRowsOf } from '../../profile/index.ts';

/** How the rows of a window came to be here, and what they are worth. */
export function coverageOf(profile: Profile): Coverage {
  const { seen, stoodFor, effective } = rowCounts(profile);
  return {
    rowsSeen: seen,
    thinnedShare: stoodFor === 0 ? 0 : 1 - seen / stoodFor,
    effectiveRows: effective,
    captures: capturesOf(profile),
    spanRows: spanRowsOf(profile),
  };
}
