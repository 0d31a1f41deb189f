import { useTheme2 } from '@grafana/ui';
import type { Distribution } from '@plumbline/collector/api';
import { useState } from 'react';
import { formatCount, formatShare, formatShortCount, formatStatistic } from '../../format/number';
import { formatRange } from '../../format/time';
import { axisLabels } from '../../format/unit';
import { t } from '../../i18n';
import { ChartLegend } from './ChartLegend';
import { ChartTooltip } from './ChartTooltip';
import { labelledIndices, linearScale, niceTicks } from './scale';
import { useChartStyles } from './useChartStyles';
import { useWidth } from './useWidth';
import { ValueAxis } from './ValueAxis';

const usualHeight = 260;
const widestBar = 40;
/** What the name of a bin takes on the axis, and the number of its edge. */
const nameWidth = 90;
const edgeWidth = 64;
const margin = { top: 8, right: 8, bottom: 24, left: 48 };

interface DistributionChartProps {
  readonly distribution: Distribution;
  /** Of the bars with their axis, in pixels; the legend comes below. */
  readonly height?: number;
}

/** Where the rows of a signal fell: reference beside current, on the reference's own bins. */
export function DistributionChart({ distribution, height = usualHeight }: DistributionChartProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [hovered, setHovered] = useState<number | null>(null);
  const { bins, referenceRows, currentRows } = distribution;
  const referenceColor = theme.colors.text.disabled;
  const currentColor = theme.visualization.getColorByName('blue');

  const ticks = niceTicks(0, Math.max(0.01, ...bins.flatMap((bin) => [bin.referenceShare, bin.currentShare])), 4);
  const bottom = height - margin.bottom;
  const y = linearScale([0, ticks.at(-1) ?? 1], [bottom, margin.top]);
  const slot = Math.max(1, (width - margin.left - margin.right) / bins.length);
  const bar = Math.min(widestBar, Math.max(1, slot * 0.4));
  const left = (index: number) => margin.left + index * slot;
  const isNamed = distribution.type === 'category' || slot >= nameWidth;
  const labelWidth = isNamed ? nameWidth : edgeWidth;
  const labels = labelledIndices(bins.length, (width - margin.left) / labelWidth);
  const hoveredBin = hovered === null ? undefined : bins[hovered];

  return (
    <div ref={ref} className={styles.chart}>
      {width > 0 && (
        <svg
          role="img"
          aria-label={t(
            'distribution.label',
            'Share of rows by bin: reference of {{reference}} rows, current {{current}} rows',
            {
              reference: formatCount(referenceRows),
              current: formatCount(currentRows),
            },
          )}
          width={width}
          height={height}
          onMouseMove={(event) => {
            const offset = event.clientX - event.currentTarget.getBoundingClientRect().left - margin.left;
            const index = Math.floor(offset / slot);
            setHovered(index >= 0 && index < bins.length ? index : null);
          }}
          onMouseLeave={() => setHovered(null)}
        >
          <ValueAxis
            ticks={ticks}
            labels={axisLabels(ticks, 'share')}
            y={y}
            left={margin.left}
            right={width - margin.right}
          />
          {bins.map((bin, index) => (
            <g key={bin.label}>
              <rect
                className={hovered === index ? styles.hover : undefined}
                fill="transparent"
                x={left(index)}
                y={margin.top}
                width={slot}
                height={bottom - margin.top}
              />
              <rect
                fill={referenceColor}
                x={left(index) + slot / 2 - bar}
                y={y(bin.referenceShare)}
                width={bar}
                height={bottom - y(bin.referenceShare)}
              />
              <rect
                fill={currentColor}
                x={left(index) + slot / 2}
                y={y(bin.currentShare)}
                width={bar}
                height={bottom - y(bin.currentShare)}
              />
            </g>
          ))}
          {labels.map((index) => (
            <text
              key={index}
              className={styles.axis}
              // An edge stands where its bin begins, a name below the whole of it.
              x={isNamed || bins[index]?.low == null ? left(index) + slot / 2 : left(index)}
              y={height - 6}
              textAnchor="middle"
            >
              {isNamed ? cut(bins[index]?.label ?? '') : edgeLabel(bins[index])}
            </text>
          ))}
        </svg>
      )}
      {hovered !== null && hoveredBin && (
        <ChartTooltip x={left(hovered) + slot / 2} width={width}>
          <strong>{hoveredBin.label}</strong>
          <div>
            {t('distribution.reference-share', 'Reference {{share}}', {
              share: formatShare(hoveredBin.referenceShare),
            })}
          </div>
          <div>
            {t('distribution.current-share', 'Current {{share}}', { share: formatShare(hoveredBin.currentShare) })}
          </div>
        </ChartTooltip>
      )}
      <ChartLegend
        items={[
          {
            color: referenceColor,
            text: t('distribution.reference', 'Reference, n {{n}}', { n: formatCount(referenceRows) }),
          },
          {
            color: currentColor,
            text: t('distribution.current', 'Current, n {{n}}, {{range}}', {
              n: formatCount(currentRows),
              range: formatRange(distribution.from, distribution.to),
            }),
          },
        ]}
      />
    </div>
  );
}

function cut(name: string): string {
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}

/** Where the bin begins, the first one by where it ends. */
function edgeLabel(bin: Distribution['bins'][number] | undefined): string {
  if (bin === undefined) {
    return '';
  }
  const short = (value: number) => (Math.abs(value) >= 1_000 ? formatShortCount(value) : formatStatistic(value));
  if (bin.low !== null) {
    // A reference with a mass at zero has a bin that begins right above it.
    return bin.low > 0 && bin.low < 1e-300 ? '> 0' : short(bin.low);
  }
  if (bin.high !== null) {
    return `< ${short(bin.high)}`;
  }
  return cut(bin.label);
}
