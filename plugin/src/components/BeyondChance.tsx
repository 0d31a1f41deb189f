import type { EstimateBody } from '@plumbline/collector/api';
import { formatEffect } from '../format/number';
import { t } from '../i18n';
import { AnnotatedNumber } from './AnnotatedNumber';
import { EstimateText } from './EstimateText';

interface BeyondChanceProps {
  /** A distance whose `high` is what it stays below in 95 % of cases where nothing has changed. */
  readonly estimate: EstimateBody;
  readonly format?: (value: number | null) => string;
}

/** A distance beside what chance alone makes of it: its interval would be read as one of the truth. */
export function BeyondChance({ estimate, format = formatEffect }: BeyondChanceProps) {
  const { value, high } = estimate;
  return value === null || high === null ? (
    <EstimateText estimate={estimate} format={format} />
  ) : (
    <AnnotatedNumber
      number={format(value)}
      note={
        value > high
          ? t('chance.above', 'chance alone stays below {{high}}', { high: format(high) })
          : t('chance.below', 'as by chance, which stays below {{high}}', { high: format(high) })
      }
    />
  );
}
