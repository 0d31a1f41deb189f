import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import type { EstimateBody } from '@plumbline/collector/api';
import { useState } from 'react';
import { formatCount, formatInterval, formatShare } from '../../format/number';
import { formatClock, formatRange, formatTime } from '../../format/time';
import { t } from '../../i18n';
import { ChartLegend } from './ChartLegend';
import { ChartTooltip } from './ChartTooltip';
import { labelledIndices, linearScale, niceTicks } from './scale';
import { useChartStyles } from './useChartStyles';
import { useWidth } from './useWidth';

export interface SeriesPoint {
  readonly from: number;
  readonly to: number;
  readonly estimate: EstimateBody | undefined;
  /** False while the number may still change. Drawn hollow. Absent where numbers never do. */
  readonly final?: boolean;
}

interface SeriesChartProps {
  readonly name: string;
  readonly points: readonly SeriesPoint[];
  readonly format?: (value: number | null) => string;
}

const height = 240;
const labelCharacterWidth = 7.5;
const dayMs = 86_400_000;

/** A statistic over time with its 95 % interval as a band. Windows without a value leave a gap. */
export function SeriesChart({ name, points, format = formatShare }: SeriesChartProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [hovered, setHovered] = useState<number | null>(null);
  const color = theme.visualization.getColorByName('blue');
  const ends = points.flatMap(({ estimate }) => [estimate?.low, estimate?.value, estimate?.high]);
  const known = ends.filter((end): end is number => typeof end === 'number');
  const ticks = known.length === 0 ? [0, 1] : niceTicks(Math.min(...known), Math.max(...known), 5);
  const widestLabel = Math.max(...ticks.map((tick) => format(tick).length));
  const margin = { top: 12, right: 12, bottom: 24, left: Math.max(56, widestLabel * labelCharacterWidth + 12) };
  const bottom = height - margin.bottom;
  const y = linearScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [bottom, margin.top]);
  const slot = (width - margin.left - margin.right) / Math.max(1, points.length);
  const x = (index: number) => margin.left + (index + 0.5) * slot;
  const spanMs = (points.at(-1)?.to ?? 0) - (points[0]?.from ?? 0);
  const hoveredPoint = hovered === null ? undefined : points[hovered];

  return (
    <div ref={ref} className={styles.chart}>
      {width > 0 && (
        <svg
          role="img"
          aria-label={t('series.label', '{{name}} over {{count}} windows', { name, count: points.length })}
          width={width}
          height={height}
          onMouseMove={(event) => {
            const offset = event.clientX - event.currentTarget.getBoundingClientRect().left - margin.left;
            const index = Math.floor(offset / slot);
            setHovered(index >= 0 && index < points.length ? index : null);
          }}
          onMouseLeave={() => setHovered(null)}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={styles.grid} x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
              <text className={styles.axis} x={margin.left - 8} y={y(tick)} textAnchor="end" dominantBaseline="middle">
                {format(tick)}
              </text>
            </g>
          ))}
          {labelledIndices(points.length, width / 110).map((index) => (
            <text key={index} className={styles.axis} x={x(index)} y={height - 6} textAnchor="middle">
              {spanMs > 2 * dayMs
                ? formatTime(points[index]?.from ?? 0).slice(5, 16)
                : formatClock(points[index]?.from ?? 0)}
            </text>
          ))}
          {hovered !== null && (
            <rect
              className={styles.hover}
              x={x(hovered) - slot / 2}
              y={margin.top}
              width={slot}
              height={bottom - margin.top}
            />
          )}
          {runsOf(points).map((run) => (
            <g key={run[0]}>
              <polygon
                fill={colorManipulator.alpha(color, 0.15)}
                points={[
                  ...run.map((index) => `${x(index)},${y(boundOf(points[index], 'high'))}`),
                  ...run.toReversed().map((index) => `${x(index)},${y(boundOf(points[index], 'low'))}`),
                ].join(' ')}
              />
              <polyline
                fill="none"
                stroke={color}
                strokeWidth={2}
                points={run.map((index) => `${x(index)},${y(points[index]?.estimate?.value ?? 0)}`).join(' ')}
              />
              {run.map((index) => (
                <circle
                  key={index}
                  cx={x(index)}
                  cy={y(points[index]?.estimate?.value ?? 0)}
                  r={3}
                  stroke={color}
                  strokeWidth={1.5}
                  fill={points[index]?.final === false ? theme.colors.background.primary : color}
                />
              ))}
            </g>
          ))}
        </svg>
      )}
      {hovered !== null && hoveredPoint && (
        <ChartTooltip x={x(hovered)} width={width}>
          <strong>{formatRange(hoveredPoint.from, hoveredPoint.to)}</strong>
          <div>{tooltipText(name, hoveredPoint, format)}</div>
        </ChartTooltip>
      )}
      <ChartLegend
        items={[
          {
            color,
            text: points.every(({ final }) => final !== false)
              ? name
              : t('series.legend', '{{name}}; hollow points may still change as outcomes arrive', { name }),
          },
          ...(points.some(({ estimate }) => typeof estimate?.low === 'number')
            ? [{ color: colorManipulator.alpha(color, 0.3), text: t('series.band', '95 % interval') }]
            : []),
        ]}
      />
    </div>
  );
}

function tooltipText(name: string, { estimate, final }: SeriesPoint, format: (value: number | null) => string): string {
  if (estimate === undefined || estimate.value === null) {
    return t('series.none', 'No value: {{why}}', { why: estimate?.suppressed ?? t('series.nothing', 'nothing came') });
  }
  const value = t('series.value', '{{name}} {{value}}', { name, value: format(estimate.value) });
  const interval = estimate.low === null ? '' : ` (${formatInterval(estimate, format)})`;
  const state = final ? t('series.final', 'final') : t('series.provisional', 'provisional');
  return [value + interval, t('estimate.n', 'n {{n}}', { n: formatCount(estimate.n) })]
    .concat(final === undefined ? [] : [state])
    .join(', ');
}

/** Stretches of neighbouring points that have a value. */
function runsOf(points: readonly SeriesPoint[]): number[][] {
  const runs: number[][] = [];
  points.forEach(({ estimate }, index) => {
    if (estimate === undefined || estimate.value === null) {
      return;
    }
    const current = runs.at(-1);
    if (current !== undefined && current.at(-1) === index - 1) {
      current.push(index);
    } else {
      runs.push([index]);
    }
  });
  return runs;
}

function boundOf(point: SeriesPoint | undefined, bound: 'low' | 'high'): number {
  return point?.estimate?.[bound] ?? point?.estimate?.value ?? 0;
}
