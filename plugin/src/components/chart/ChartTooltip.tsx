import type { ReactNode } from 'react';
import { useChartStyles } from './useChartStyles';

interface ChartTooltipProps {
  /** Where the thing that is explained stands, in pixels from the left of the chart. */
  readonly x: number;
  readonly width: number;
  /** Pixels from the top; default: near it. */
  readonly y?: number;
  readonly children: ReactNode;
}

/** Explains what is under the pointer; on the side of it where there is room. */
export function ChartTooltip({ x, y = 8, width, children }: ChartTooltipProps) {
  const styles = useChartStyles();
  const isLeftHalf = x < width / 2;
  return (
    <div className={styles.tooltip} style={isLeftHalf ? { left: x + 12, top: y } : { right: width - x + 12, top: y }}>
      {children}
    </div>
  );
}
