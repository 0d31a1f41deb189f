import { useTheme2 } from '@grafana/ui';
import type { SeriesPoint } from './SeriesChart';

interface SeriesMarksProps {
  readonly points: readonly SeriesPoint[];
  /** Middle of a window, in pixels. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  /** On which side of the axis a value lies; `null`: on it. */
  readonly beyond: (value: number) => 'above' | 'below' | null;
  readonly color: string;
}

/** Drawn around the value. */
const shapes = {
  dot: 'M -3 0 A 3 3 0 1 1 3 0 A 3 3 0 1 1 -3 0',
  above: 'M -4 5 L 0 -2 L 4 5 Z',
  below: 'M -4 -5 L 0 2 L 4 -5 Z',
};

/** The value of every window: a dot, hollow while it may still change; an arrow where it lies beyond the axis. */
export function SeriesMarks({ points, x, y, beyond, color }: SeriesMarksProps) {
  const theme = useTheme2();
  return points.map(({ from, estimate, final }, index) =>
    typeof estimate?.value !== 'number' ? null : (
      <path
        key={from}
        transform={`translate(${x(index)} ${y(estimate.value)})`}
        d={shapes[beyond(estimate.value) ?? 'dot']}
        stroke={color}
        strokeWidth={1.5}
        fill={final === false ? theme.colors.background.primary : color}
      />
    ),
  );
}
