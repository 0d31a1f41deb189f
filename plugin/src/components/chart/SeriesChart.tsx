import { useTheme2 } from '@grafana/ui';
import type { EstimateBody } from '@plumbline/collector/api';
import { formatCount, formatInterval } from '../../format/number';
import { formatClock, formatRange, formatTime } from '../../format/time';
import { axisLabels, type Unit, unitFormat } from '../../format/unit';
import { t } from '../../i18n';
import { ChartTooltip } from './ChartTooltip';
import { plottedRange } from './plottedRange';
import { SeriesLegend } from './SeriesLegend';
import { SeriesLine } from './SeriesLine';
import { SeriesMarks } from './SeriesMarks';
import { labelledIndices, linearScale, niceTicks } from './scale';
import { useChartStyles } from './useChartStyles';
import { useHoveredSlot } from './useHoveredSlot';
import { useWidth } from './useWidth';
import { ValueAxis } from './ValueAxis';

export interface SeriesPoint {
  readonly from: number;
  readonly to: number;
  readonly estimate: EstimateBody | undefined;
  /** What scores let expect of it before labels come. */
  readonly expected?: EstimateBody | undefined;
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
 * A statistic over time with its 95 % interval as a band, and as a dashed line what was expected of it. Windows without
 * a value leave a gap; what windows of few rows have beyond the axis ends at its edge.
 */
export function SeriesChart({ name, points, unit }: SeriesChartProps) {
  const styles = useChartStyles();
  const { visualization } = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const colors = { observed: visualization.getColorByName('blue'), expected: visualization.getColorByName('purple') };
  const ticks = niceTicks(...axisRange(points), 5);
  const labels = axisLabels(ticks, unit);
  const widestLabel = Math.max(...labels.map(({ length }) => length));
  const margin = { top: 12, right: 12, bottom: 24, left: Math.max(56, widestLabel * labelCharacterWidth + 12) };
  const bottom = height - margin.bottom;
  const { y, beyond } = cutScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [bottom, margin.top]);
  const slot = (width - margin.left - margin.right) / Math.max(1, points.length);
  const x = (index: number) => margin.left + (index + 0.5) * slot;
  const { hovered, pointer } = useHoveredSlot({ left: margin.left, slot, count: points.length });
  const hoveredPoint = hovered === null ? undefined : points[hovered];

  return (
    <div ref={ref} className={styles.chart}>
      {width > 0 && (
        <svg
          role="img"
          aria-label={t('series.label', '{{name}} over {{count}} windows', { name, count: points.length })}
          width={width}
          height={height}
          {...pointer}
        >
          <ValueAxis ticks={ticks} labels={labels} y={y} left={margin.left} right={width - margin.right} />
          {labelledIndices(points.length, width / 110).map((index) => (
            <text key={index} className={styles.axis} x={x(index)} y={height - 6} textAnchor="middle">
              {timeLabel(points, index)}
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
          <SeriesLine estimates={points.map(({ expected }) => expected)} x={x} y={y} color={colors.expected} isDashed />
          <SeriesLine estimates={points.map(({ estimate }) => estimate)} x={x} y={y} color={colors.observed} />
          <SeriesMarks points={points} x={x} y={y} beyond={beyond} color={colors.observed} />
        </svg>
      )}
      {hovered !== null && hoveredPoint && (
        <ChartTooltip x={x(hovered)} width={width}>
          <strong>{formatRange(hoveredPoint.from, hoveredPoint.to)}</strong>
          {tooltipLines(name, hoveredPoint, unitFormat(unit)).map((line) => (
            <div key={line}>{line}</div>
          ))}
        </ChartTooltip>
      )}
      <SeriesLegend name={name} points={points} colors={colors} isBeyond={(value) => beyond(value) !== null} />
    </div>
  );
}

/** One axis for what was observed and what was expected. */
function axisRange(points: readonly SeriesPoint[]): readonly [number, number] {
  const ranges = [points.map(({ estimate }) => estimate), points.map(({ expected }) => expected)]
    .map(plottedRange)
    .filter((range) => range !== null);
  return ranges.length === 0
    ? [0, 1]
    : [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
}

/** Where a value is drawn, at the edge when it lies beyond the axis; and on which side it then does. */
function cutScale([lowest, highest]: readonly [number, number], pixels: readonly [number, number]) {
  const scale = linearScale([lowest, highest], pixels);
  const y = (value: number) => scale(Math.min(highest, Math.max(lowest, value)));
  return {
    y,
    beyond(value: number) {
      // By half a pixel at least: 0.1 + 0.2 is no further than 0.3.
      if (Math.abs(scale(value) - y(value)) <= 0.5) return null;
      return value > highest ? 'above' : 'below';
    },
  } as const;
}

/** When a window began: the time of day, with the date where the chart holds days. */
function timeLabel(points: readonly SeriesPoint[], index: number): string {
  const spanMs = (points.at(-1)?.to ?? 0) - (points[0]?.from ?? 0);
  const from = points[index]?.from ?? 0;
  return spanMs > 2 * dayMs ? formatTime(from).slice(5, 16) : formatClock(from);
}

type Format = (value: number | null) => string;

/** What was observed in a window; and what was expected of it, or why nothing was. */
function tooltipLines(name: string, { estimate, expected, final }: SeriesPoint, format: Format): string[] {
  return [
    estimate === undefined || estimate.value === null
      ? t('series.none', 'No value: {{why}}', { why: estimate?.suppressed ?? t('series.nothing', 'nothing came') })
      : [
          t('series.value', '{{name}} {{value}}', { name, value: valueText(estimate, format) }),
          ...(final === undefined ? [] : [finalText(final)]),
        ].join(', '),
    ...(expected === undefined
      ? []
      : [
          t('series.before', 'Before labels: {{value}}', {
            value:
              expected.value === null
                ? t('estimate.suppressed', 'Hidden: {{why}}', { why: expected.suppressed ?? '' })
                : valueText(expected, format),
          }),
        ]),
  ];
}

/** With interval and n. */
function valueText(estimate: EstimateBody, format: Format): string {
  const interval = estimate.low === null ? '' : ` (${formatInterval(estimate, format)})`;
  return [format(estimate.value) + interval, t('estimate.n', 'n {{n}}', { n: formatCount(estimate.n) })].join(', ');
}

function finalText(isFinal: boolean): string {
  return isFinal ? t('series.final', 'final') : t('series.provisional', 'provisional');
}
