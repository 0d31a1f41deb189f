import type { EstimateBody } from '@plumbline/collector/api';
import { Tile } from '../../../components/Tile';
import { formatCount, formatInterval } from '../../../format/number';
import { statisticFormat, statisticName, statisticScale } from '../../../format/statistic';
import { t } from '../../../i18n';

interface StatisticTileProps {
  readonly name: string;
  readonly estimate: EstimateBody;
  readonly final: boolean;
}

export function StatisticTile({ name, estimate, final }: StatisticTileProps) {
  const format = statisticFormat(name);
  const scale = statisticScale(name);
  return (
    <Tile title={statisticName(name)} value={format(estimate.value)}>
      {estimate.value === null ? (
        noValue(estimate)
      ) : (
        <>
          {estimate.low !== null && <div>{formatInterval(estimate, format)}</div>}
          <div>
            {t('performance.note', 'n {{n}}, {{state}}', {
              n: formatCount(estimate.n),
              state: final ? t('series.final', 'final') : t('series.provisional', 'provisional'),
            })}
          </div>
          {scale !== null && <div>{scale}</div>}
        </>
      )}
    </Tile>
  );
}

function noValue({ suppressed }: EstimateBody): string {
  return suppressed === undefined
    ? t('estimate.none', 'No value')
    : t('performance.hidden', 'Hidden: {{why}}', { why: suppressed });
}
