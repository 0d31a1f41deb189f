import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import type { EstimateBody } from '@plumbline/collector/api';
import { useState } from 'react';
import { formatCount, formatInterval } from '../../format/number';
import { formatClock, formatRange, formatTime } from '../../format/time';
import { axisLabels, type Unit, unitFormat } from '../../format/unit';
import { t } from '../../i18n';
import { ChartLegend } from './ChartLegend';
import { ChartTooltip } from './ChartTooltip';
import { plottedRange } from './plottedRange';
import { labelledIndices, linearScale, niceTicks } from './scale';
import { useChartStyles } from './useChartStyles';
import { useWidth } from './useWidth';
import { ValueAxis } from './ValueAxis';

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
  readonly unit: Unit;
}

const height = 240;
const labelCharacterWidth = 7.5;
const dayMs = 86_400_000;

/**
 * A statistic over time with its 95 % interval as a band. Windows without a value leave a gap; what windows of few rows
 * have beyond the axis ends at its edge.
 */
export function SeriesChart({ name, points, unit }: SeriesChartProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [hovered, setHovered] = useState<number | null>(null);
  const color = theme.visualization.getColorByName('blue');
  const format = unitFormat(unit);
  const ticks = niceTicks(...(plottedRange(points.map(({ estimate }) => estimate)) ?? [0, 1]), 5);
  const labels = axisLabels(ticks, unit);
  const widestLabel = Math.max(...labels.map(({ length }) => length));
  const margin = { top: 12, right: 12, bottom: 24, left: Math.max(56, widestLabel * labelCharacterWidth + 12) };
  const bottom = height - margin.bottom;
  const [lowest, highest] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const scale = linearScale([lowest, highest], [bottom, margin.top]);
  const y = (value: number) => scale(Math.min(highest, Math.max(lowest, value)));
  // By half a pixel at least: 0.1 + 0.2 is no further than 0.3.
  const isBeyond = (value: number) => Math.abs(scale(value) - y(value)) > 0.5;
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
          <ValueAxis ticks={ticks} labels={labels} y={y} left={margin.left} right={width - margin.right} />
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
              {run.map((index) => {
                const value = points[index]?.estimate?.value ?? 0;
                return (
                  <path
                    key={index}
                    transform={`translate(${x(index)} ${y(value)})`}
                    d={isBeyond(value) ? arrow(value > highest) : dot}
                    stroke={color}
                    strokeWidth={1.5}
                    fill={points[index]?.final === false ? theme.colors.background.primary : color}
                  />
                );
              })}
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
          ...(points.some(({ estimate }) => endsOf(estimate).some(isBeyond))
            ? [
                {
                  color: theme.colors.text.disabled,
                  text: t('series.beyond', 'Cut off at the edge: windows of few rows'),
                },
              ]
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

/** Value and interval, as far as they are known. */
function endsOf(estimate: EstimateBody | undefined): number[] {
  return [estimate?.low, estimate?.value, estimate?.high].filter((end) => typeof end === 'number');
}

/** Marks of a value, drawn around it: a dot, and an arrow where it lies beyond the axis. */
const dot = 'M -3 0 A 3 3 0 1 1 3 0 A 3 3 0 1 1 -3 0';
const arrow = (isUp: boolean) => (isUp ? 'M -4 5 L 0 -2 L 4 5 Z' : 'M -4 -5 L 0 2 L 4 -5 Z');

function boundOf(point: SeriesPoint | undefined, bound: 'low' | 'high'): number {
  return point?.estimate?.[bound] ?? point?.estimate?.value ?? 0;
}
