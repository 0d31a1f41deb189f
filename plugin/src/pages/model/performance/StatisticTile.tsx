import type { EstimateBody } from '@plumbline/collector/api';
import { Tile } from '../../../components/Tile';
import { formatCount, formatInterval } from '../../../format/number';
import { statisticFormat, statisticName, statisticScale } from '../../../format/statistic';
import { t } from '../../../i18n';

interface StatisticTileProps {
  readonly name: string;
  readonly estimate: EstimateBody;
  readonly final: boolean;
  /** Where it will lie whatever the missing outcomes say; nothing when none is missing. */
  readonly bounds?: { readonly low: number; readonly high: number } | undefined;
}

export function StatisticTile({ name, estimate, final, bounds }: StatisticTileProps) {
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
          {bounds !== undefined && (
            <div>
              {t('performance.bounds', 'Whatever is still missing: {{low}} to {{high}}', {
                low: format(bounds.low),
                high: format(bounds.high),
              })}
            </div>
          )}
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
