import { useTheme2 } from '@grafana/ui';
import type { EstimateBody } from '@plumbline/collector/api';
import { formatInterval, formatShare } from '../../format/number';
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
  readonly rows: readonly IntervalRow[];
  /** A limit to read the rows against. */
  readonly line?: { readonly at: number; readonly text: string };
}

const rowHeight = 40;
const margin = { top: 28, right: 24, bottom: 24, left: 190 };

/** Shares of several groups with their 95 % intervals, on one axis. */
export function IntervalChart({ label, rows, line }: IntervalChartProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const height = margin.top + rows.length * rowHeight + margin.bottom;
  const ends = rows.flatMap(({ estimate }) => [estimate?.low, estimate?.value, estimate?.high, line?.at]);
  const known = ends.filter((end): end is number => typeof end === 'number');
  const ticks = niceTicks(Math.min(...known, 1) * 0.9, Math.max(...known, 0) * 1.05, 6).filter((tick) => tick >= 0);
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
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={styles.grid} x1={x(tick)} x2={x(tick)} y1={margin.top} y2={axisBottom} />
              <text className={styles.axis} x={x(tick)} y={height - 6} textAnchor="middle">
                {formatShare(tick)}
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
              <text className={styles.axis} x={x(line.at)} y={margin.top - 12} textAnchor="middle">
                {line.text}
              </text>
            </g>
          )}
          {rows.map(({ name, note, estimate, tone }, index) => {
            const middle = margin.top + (index + 0.5) * rowHeight;
            return (
              <g key={name}>
                <text
                  x={0}
                  y={note === undefined ? middle : middle - 8}
                  dominantBaseline="middle"
                  fill={theme.colors.text.primary}
                >
                  {name}
                </text>
                {note !== undefined && (
                  <text className={styles.axis} x={0} y={middle + 9} dominantBaseline="middle">
                    {note}
                  </text>
                )}
                {estimate !== null && estimate.value !== null && (
                  <g>
                    <title>{`${name}: ${formatShare(estimate.value)} (${formatInterval(estimate, formatShare)})`}</title>
                    {estimate.low !== null && estimate.high !== null && (
                      <line
                        x1={x(estimate.low)}
                        x2={x(estimate.high)}
                        y1={middle}
                        y2={middle}
                        stroke={colors[tone]}
                        strokeWidth={3}
                        strokeLinecap="round"
                      />
                    )}
                    <circle cx={x(estimate.value)} cy={middle} r={6} fill={colors[tone]} />
                    <text className={styles.axis} x={x(estimate.value)} y={middle - 12} textAnchor="middle">
                      {formatShare(estimate.value)}
                    </text>
                  </g>
                )}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
