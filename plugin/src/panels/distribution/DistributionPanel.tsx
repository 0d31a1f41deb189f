import type { PanelProps } from '@grafana/data';
import { Text } from '@grafana/ui';
import { DistributionChart } from '../../components/chart/DistributionChart';
import { formatSignal } from '../../format/name';
import { t } from '../../i18n';
import { PanelBody } from '../PanelBody';
import { PanelMessage } from '../PanelMessage';
import { distributionsOf } from './distributionsOf';

/** Pixels that a line of a chart's legend and its name take, and the least that its bars need to be read. */
const legendHeight = 30;
const nameHeight = 22;
const leastHeight = 120;
/** Narrower than this, the legend takes two lines. */
const legendWidth = 540;

/** One chart a signal; they share the room of the panel and scroll when there are many. */
export function DistributionPanel({ data, width, height }: PanelProps) {
  const distributions = distributionsOf(data.series);
  if (distributions.length === 0) {
    return (
      <PanelMessage
        text={t(
          'panel.distribution.nothing',
          'No distribution to draw. Query the Plumbline data source for the report "Distribution of a signal".',
        )}
      />
    );
  }
  const isAlone = distributions.length === 1;
  const chartHeight =
    height / distributions.length - legendHeight * (width < legendWidth ? 2 : 1) - (isAlone ? 0 : nameHeight);
  return (
    <PanelBody width={width} height={height}>
      {distributions.map((distribution) => (
        <div key={`${distribution.model} ${distribution.version} ${distribution.signal}`}>
          {!isAlone && <Text weight="medium">{`${distribution.model} ${formatSignal(distribution.signal)}`}</Text>}
          {distribution.currentRows === 0 ? (
            <PanelMessage text={t('panel.distribution.empty', 'No rows of this signal lie in the time range.')} />
          ) : (
            <DistributionChart distribution={distribution} height={Math.max(leastHeight, Math.floor(chartHeight))} />
          )}
        </div>
      ))}
    </PanelBody>
  );
}
