import { Text } from '@grafana/ui';
import type { EstimateBody } from '@plumbline/collector/api';
import { formatCount, formatInterval, formatStatistic } from '../format/number';
import { t } from '../i18n';
import { AnnotatedNumber } from './AnnotatedNumber';

interface EstimateTextProps {
  readonly estimate: EstimateBody | undefined;
  readonly format?: (value: number | null) => string;
}

/** A number with its interval and n; or why there is none. */
export function EstimateText({ estimate, format = formatStatistic }: EstimateTextProps) {
  if (estimate === undefined || estimate.value === null) {
    return (
      <Text color="secondary" variant="bodySmall">
        {estimate?.suppressed === undefined
          ? t('estimate.none', 'No value')
          : t('estimate.suppressed', 'Hidden: {{why}}', { why: estimate.suppressed })}
      </Text>
    );
  }
  return (
    <AnnotatedNumber
      number={format(estimate.value)}
      note={
        estimate.low === null
          ? t('estimate.n', 'n {{n}}', { n: formatCount(estimate.n) })
          : t('estimate.interval', '{{interval}}, n {{n}}', {
              interval: formatInterval(estimate, format),
              n: formatCount(estimate.n),
            })
      }
    />
  );
}
