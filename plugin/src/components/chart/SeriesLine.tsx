import { colorManipulator } from '@grafana/data';
import type { EstimateBody } from '@plumbline/collector/api';

interface SeriesLineProps {
  /** One a window; those without a value leave a gap. */
  readonly estimates: readonly (EstimateBody | undefined)[];
  /** Middle of a window, in pixels. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly color: string;
  readonly isDashed?: boolean;
}

interface Drawn {
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How far a line goes on beside its first and last window: that of a single one is to be seen too. */
const stub = 5;

/** A statistic over the windows as a line, its 95 % interval as a band. */
export function SeriesLine({ estimates, x, y, color, isDashed = false }: SeriesLineProps) {
  return runsOf(estimates, x).map((run) => (
    <g key={run[0]?.x}>
      <polygon
        fill={colorManipulator.alpha(color, 0.15)}
        points={[
          ...run.map(({ x, high }) => `${x},${y(high)}`),
          ...run.toReversed().map(({ x, low }) => `${x},${y(low)}`),
        ].join(' ')}
      />
      <polyline
        fill="none"
        stroke={color}
        strokeWidth={2}
        strokeDasharray={isDashed ? '6 4' : undefined}
        points={run.map(({ x, value }) => `${x},${y(value)}`).join(' ')}
      />
    </g>
  ));
}

/** Stretches of neighbouring windows that have a value. */
function runsOf(estimates: SeriesLineProps['estimates'], x: SeriesLineProps['x']): Drawn[][] {
  const runs: Drawn[][] = [];
  let isOpen = false;
  estimates.forEach((estimate, index) => {
    if (estimate === undefined || estimate.value === null) {
      isOpen = false;
      return;
    }
    const { value, low, high } = estimate;
    const drawn = { x: x(index), value, low: low ?? value, high: high ?? value };
    if (isOpen) runs.at(-1)?.push(drawn);
    else runs.push([drawn]);
    isOpen = true;
  });
  return runs.map((run) => [{ ...run[0]!, x: run[0]!.x - stub }, ...run, { ...run.at(-1)!, x: run.at(-1)!.x + stub }]);
}
