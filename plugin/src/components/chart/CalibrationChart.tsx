import { useTheme2 } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { useState } from 'react';
import { formatCount, formatInterval, formatShare } from '../../format/number';
import { t } from '../../i18n';
import { ChartLegend } from './ChartLegend';
import { ChartTooltip } from './ChartTooltip';
import { linearScale } from './scale';
import { useChartStyles } from './useChartStyles';
import { useWidth } from './useWidth';

type Bins = NonNullable<PerformanceReport['calibration']>['bins'];

const height = 260;
const margin = { top: 10, right: 28, bottom: 40, left: 56 };
const ticks = [0, 0.25, 0.5, 0.75, 1];

/** Predicted probability against observed share, with 95 % intervals, beside the diagonal of a perfect model. */
export function CalibrationChart({ bins }: { readonly bins: Bins }) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [hovered, setHovered] = useState<number | null>(null);
  const x = linearScale([0, 1], [margin.left, Math.max(margin.left + 1, width - margin.right)]);
  const y = linearScale([0, 1], [height - margin.bottom, margin.top]);
  const color = theme.visualization.getColorByName('blue');
  const bin = hovered === null ? undefined : bins[hovered];
  return (
    <div ref={ref} className={styles.chart}>
      {width > 0 && (
        <svg
          role="img"
          aria-label={t('calibration.label', 'Observed share by predicted probability in {{count}} bins', {
            count: bins.length,
          })}
          width={width}
          height={height}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={styles.grid} x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
              <text className={styles.axis} x={margin.left - 8} y={y(tick)} textAnchor="end" dominantBaseline="middle">
                {formatShare(tick)}
              </text>
              <text className={styles.axis} x={x(tick)} y={height - 24} textAnchor="middle">
                {formatShare(tick)}
              </text>
            </g>
          ))}
          <text className={styles.axis} x={(x(0) + x(1)) / 2} y={height - 6} textAnchor="middle">
            {t('calibration.predicted', 'Predicted probability')}
          </text>
          <line
            x1={x(0)}
            y1={y(0)}
            x2={x(1)}
            y2={y(1)}
            stroke={theme.colors.text.disabled}
            strokeDasharray="6 4"
            strokeWidth={1.5}
          />
          {bins.map(({ predicted, observed }, index) =>
            observed.value === null ? null : (
              // biome-ignore lint/a11y/noStaticElementInteractions: the numbers are in the title as well
              <g key={predicted} onMouseEnter={() => setHovered(index)} onMouseLeave={() => setHovered(null)}>
                <title>{`${formatShare(predicted)}: ${formatShare(observed.value)}`}</title>
                {observed.low !== null && observed.high !== null && (
                  <line
                    x1={x(predicted)}
                    x2={x(predicted)}
                    y1={y(observed.low)}
                    y2={y(observed.high)}
                    stroke={color}
                    strokeWidth={2}
                  />
                )}
                <circle cx={x(predicted)} cy={y(observed.value)} r={4.5} fill={color} />
              </g>
            ),
          )}
        </svg>
      )}
      {bin && (
        <ChartTooltip x={x(bin.predicted)} width={width}>
          <strong>{t('calibration.bin', 'Predicted {{predicted}}', { predicted: formatShare(bin.predicted) })}</strong>
          <div>
            {t('calibration.observed', 'Happened {{observed}} ({{interval}}), n {{n}}', {
              observed: formatShare(bin.observed.value),
              interval: formatInterval(bin.observed, formatShare),
              n: formatCount(bin.observed.n),
            })}
          </div>
        </ChartTooltip>
      )}
      <ChartLegend
        items={[
          { color, text: t('calibration.points', 'What happened, with 95 % interval') },
          { color: theme.colors.text.disabled, text: t('calibration.diagonal', 'Perfect'), isDashed: true },
        ]}
      />
    </div>
  );
}
