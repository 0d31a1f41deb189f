import { useChartStyles } from './useChartStyles';

interface ValueAxisProps {
  readonly ticks: readonly number[];
  /** Of each tick. */
  readonly labels: readonly string[];
  readonly y: (value: number) => number;
  /** Where the grid begins and ends, in pixels. */
  readonly left: number;
  readonly right: number;
}

/** Lines of the grid across a chart, and what they stand for on its left. */
export function ValueAxis({ ticks, labels, y, left, right }: ValueAxisProps) {
  const styles = useChartStyles();
  return ticks.map((tick, index) => (
    <g key={tick}>
      <line className={styles.grid} x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
      <text className={styles.axis} x={left - 8} y={y(tick)} textAnchor="end" dominantBaseline="middle">
        {labels[index]}
      </text>
    </g>
  ));
}
