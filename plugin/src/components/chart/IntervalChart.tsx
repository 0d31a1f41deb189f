import { useTheme2 } from '@grafana/ui';
import type { EstimateBody } from '@plumbline/collector/api';
import { formatInterval } from '../../format/number';
import { axisLabels, type Unit, unitFormat } from '../../format/unit';
import { CutText } from './CutText';
import { linearScale, niceTicks } from './scale';
import { useChartStyles } from './useChartStyles';
import { useWidth } from './useWidth';

export interface IntervalRow {
  readonly name: string;
  readonly note?: string;
  /** Null: there is nothing to draw, and `note` says why. */
  readonly estimate: EstimateBody | null;
  readonly tone: 'neutral' | 'ok' | 'watch' | 'alarm';
}

interface IntervalChartProps {
  readonly label: string;
  readonly unit: Unit;
  readonly rows: readonly IntervalRow[];
  /** A limit to read the rows against. */
  readonly line?: { readonly at: number; readonly text: string };
}

const rowHeight = 40;
/** Widths of a character of names and notes, rounded up. */
const characterWidth = { name: 8, note: 6.5 };

/** One statistic of several groups with their 95 % intervals, on one axis. */
export function IntervalChart({ label, unit, rows, line }: IntervalChartProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const margin = { top: 28, right: 32, bottom: 24, left: namesWidth(rows, width) };
  const height = margin.top + rows.length * rowHeight + margin.bottom;
  const ticks = ticksOf(rows, line?.at);
  const labels = axisLabels(ticks, unit);
  const format = unitFormat(unit);
  const x = linearScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [margin.left, width - margin.right]);
  const colors = {
    neutral: theme.colors.text.secondary,
    ok: theme.visualization.getColorByName('green'),
    watch: theme.visualization.getColorByName('orange'),
    alarm: theme.visualization.getColorByName('red'),
  };
  const axisBottom = height - margin.bottom;

  return (
    <div ref={ref} className={styles.chart}>
      {width > 0 && (
        <svg role="img" aria-label={label} width={width} height={height}>
          {ticks.map((tick, index) => (
            <g key={tick}>
              <line className={styles.grid} x1={x(tick)} x2={x(tick)} y1={margin.top} y2={axisBottom} />
              <text className={styles.axis} x={x(tick)} y={height - 6} textAnchor="middle">
                {labels[index]}
              </text>
            </g>
          ))}
          {line && (
            <g>
              <line
                x1={x(line.at)}
                x2={x(line.at)}
                y1={margin.top - 6}
                y2={axisBottom}
                stroke={theme.colors.warning.main}
                strokeWidth={2}
                strokeDasharray="6 4"
              />
              <text
                className={styles.axis}
                {...placeLabel(line.text, x(line.at), margin.left, width)}
                y={margin.top - 12}
              >
                {line.text}
              </text>
            </g>
          )}
          {rows.map((row, index) => (
            <Row
              key={row.name}
              row={row}
              middle={margin.top + (index + 0.5) * rowHeight}
              namesWidth={margin.left - 16}
              color={colors[row.tone]}
              x={x}
              format={format}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

interface RowProps {
  readonly row: IntervalRow;
  /** Its height on the chart, in pixels. */
  readonly middle: number;
  readonly namesWidth: number;
  readonly color: string;
  readonly x: (value: number) => number;
  readonly format: (value: number | null) => string;
}

/** Name and note of a group, its interval as a bar and its value as a dot. */
function Row({ row: { name, note, estimate }, middle, namesWidth, color, x, format }: RowProps) {
  const styles = useChartStyles();
  return (
    <g>
      <text className={styles.rowName} x={0} y={note === undefined ? middle : middle - 8} dominantBaseline="middle">
        <CutText text={name} width={namesWidth} perCharacter={characterWidth.name} />
      </text>
      {note !== undefined && (
        <text className={styles.axis} x={0} y={middle + 9} dominantBaseline="middle">
          <CutText text={note} width={namesWidth} perCharacter={characterWidth.note} />
        </text>
      )}
      {estimate !== null && estimate.value !== null && (
        <g>
          <title>{`${name}: ${format(estimate.value)} (${formatInterval(estimate, format)})`}</title>
          {estimate.low !== null && estimate.high !== null && (
            <line
              x1={x(estimate.low)}
              x2={x(estimate.high)}
              y1={middle}
              y2={middle}
              stroke={color}
              strokeWidth={3}
              strokeLinecap="round"
            />
          )}
          <circle cx={x(estimate.value)} cy={middle} r={6} fill={color} />
          <text className={styles.axis} x={x(estimate.value)} y={middle - 12} textAnchor="middle">
            {format(estimate.value)}
          </text>
        </g>
      )}
    </g>
  );
}

/** Room around the values, but not past zero, where shares and errors end. */
function ticksOf(rows: readonly IntervalRow[], limit: number | undefined): number[] {
  const ends = rows
    .flatMap(({ estimate }) => [estimate?.low, estimate?.value, estimate?.high, limit])
    .filter((end) => typeof end === 'number');
  if (ends.length === 0) {
    return niceTicks(0, 1, 6);
  }
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return niceTicks(low < 0 ? low - room : Math.max(0, low - room), high + room, 6);
}

/** A label in the middle of its line, or as near to that as keeps it between the names and the end of the chart. */
function placeLabel(text: string, at: number, left: number, width: number) {
  const half = (text.length * characterWidth.note) / 2;
  return { x: Math.max(left + half, Math.min(at, width - half)), textAnchor: 'middle' as const };
}

/** As wide as the longest name or note, within reason. */
function namesWidth(rows: readonly IntervalRow[], width: number): number {
  const widest = rows.map(({ name, note = '' }) =>
    Math.max(name.length * characterWidth.name, note.length * characterWidth.note),
  );
  return Math.min(Math.max(140, ...widest) + 16, Math.max(140, width * 0.35));
}
