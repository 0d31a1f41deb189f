import type { Coverage } from '@plumbline/collector/api';
import { t } from '../i18n';
import { formatCount, formatShare } from './number';

/**
 * How the rows of a window came to be here: `4,560 came, 75 % were thinned; they count as 4,102; 310 were read off spans;
 * values as declared`.
 */
export function formatCoverage({ rowsSeen, thinnedShare, effectiveRows, captures, spanRows }: Coverage): string {
  const came =
    thinnedShare === 0
      ? t('coverage.all', 'all {{seen}} came', { seen: formatCount(rowsSeen) })
      : t('coverage.thinned', '{{seen}} came, {{share}} were thinned; they count as {{effective}}', {
          seen: formatCount(rowsSeen),
          share: formatShare(thinnedShare),
          effective: formatCount(effectiveRows),
        });
  const told =
    spanRows === 0
      ? came
      : t('coverage.spans', '{{came}}; {{spans}} were read off spans', { came, spans: formatCount(spanRows) });
  return captures.length === 0
    ? told
    : t('coverage.captured', '{{came}}; values {{rules}}', { came: told, rules: captures.map(captureText).join(', ') });
}

function captureText(capture: Coverage['captures'][number]): string {
  switch (capture) {
    case 'inferred':
      return t('coverage.inferred', 'as inferred');
    case 'declared':
      return t('coverage.declared', 'as declared');
    case 'redacted':
      return t('coverage.redacted', 'redacted');
    case 'metadata':
      return t('coverage.metadata', 'left out, metadata alone');
  }
}
