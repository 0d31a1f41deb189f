import { useTheme2 } from '@grafana/ui';
import { useState } from 'react';
import { formatLevel } from '../../format/number';
import { formatClock, formatRange, formatTime } from '../../format/time';
import { t } from '../../i18n';
import { evidenceColor } from '../evidenceColor';
import { ChartTooltip } from './ChartTooltip';
import { CutText } from './CutText';
import { labelledIndices } from './scale';
import { useChartStyles } from './useChartStyles';
import { useWidth } from './useWidth';

export interface HeatMapRow {
  readonly id: string;
  readonly name: string;
  /** Evidence in alarm levels, one entry a window; null where the window says nothing. */
  readonly levels: readonly (number | null)[];
}

interface HeatMapProps {
  readonly label: string;
  readonly windows: readonly { readonly from: number; readonly to: number; readonly rows: number }[];
  readonly rows: readonly HeatMapRow[];
  readonly chosen?: string;
  readonly onChoose?: (id: string) => void;
}

const rowHeight = 22;
const axisHeight = 24;
const nameWidth = 7.6;
/** What a date takes on the axis, with room to the next. */
const labelWidth = 100;
const dayMs = 86_400_000;

/** Signals over time: which moved, since when, and whether together. Oldest window at the left. */
export function HeatMap({ label, windows, rows, chosen, onChoose }: HeatMapProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const [ref, width] = useWidth<HTMLDivElement>();
  const [hovered, setHovered] = useState<{ readonly row: number; readonly window: number } | null>(null);
  const longest = Math.max(0, ...rows.map(({ name }) => name.length * nameWidth));
  const left = Math.min(longest + 12, Math.max(90, width * 0.3));
  const slot = Math.max(2, (width - left) / Math.max(1, windows.length));
  const height = rows.length * rowHeight + axisHeight;
  const spanMs = (windows.at(-1)?.to ?? 0) - (windows[0]?.from ?? 0);
  const row = hovered === null ? undefined : rows[hovered.row];
  const window = hovered === null ? undefined : windows[hovered.window];

  return (
    <div ref={ref} className={styles.chart}>
      {width > 0 && (
        // Choosing by keyboard is what the list of signals is for.
        // biome-ignore lint/a11y/useKeyWithClickEvents: the same choice is a button elsewhere on the page
        <svg
          role="img"
          aria-label={label}
          width={width}
          height={height}
          style={{ display: 'block', cursor: onChoose === undefined ? undefined : 'pointer' }}
          onMouseMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            const place = {
              row: Math.floor((event.clientY - box.top) / rowHeight),
              window: Math.floor((event.clientX - box.left - left) / slot),
            };
            const isInside =
              place.row >= 0 && place.row < rows.length && place.window >= 0 && place.window < windows.length;
            setHovered(isInside ? place : null);
          }}
          onMouseLeave={() => setHovered(null)}
          onClick={(event) => {
            const { top } = event.currentTarget.getBoundingClientRect();
            const clicked = rows[Math.floor((event.clientY - top) / rowHeight)];
            if (clicked !== undefined) {
              onChoose?.(clicked.id);
            }
          }}
        >
          {rows.map((one, index) => (
            <g key={one.id} transform={`translate(0 ${index * rowHeight})`}>
              {one.id === chosen && <rect width={width} height={rowHeight} fill={theme.colors.action.selected} />}
              <Row row={one} windows={windows} left={left} slot={slot} />
            </g>
          ))}
          {hovered !== null && (
            <rect
              className={styles.hover}
              x={left + hovered.window * slot}
              width={slot}
              height={rows.length * rowHeight}
            />
          )}
          {labelledIndices(windows.length, (width - left) / labelWidth).map((index) => {
            const from = windows[index]?.from ?? 0;
            // A label begins at its window: the last one might not end before the chart does.
            return left + index * slot + labelWidth > width && index > 0 ? null : (
              <text key={index} className={styles.axis} x={left + index * slot} y={height - 7}>
                {spanMs > 2 * dayMs ? formatTime(from).slice(5, 16) : formatClock(from)}
              </text>
            );
          })}
        </svg>
      )}
      {hovered !== null && row && window && (
        <ChartTooltip x={left + (hovered.window + 0.5) * slot} y={(hovered.row + 1) * rowHeight} width={width}>
          <strong>{row.name}</strong>
          <div>{formatRange(window.from, window.to)}</div>
          <div>{levelText(row.levels[hovered.window] ?? null)}</div>
        </ChartTooltip>
      )}
    </div>
  );
}

interface RowProps extends Pick<HeatMapProps, 'windows'> {
  readonly row: HeatMapRow;
  /** Where the first window begins, in pixels. */
  readonly left: number;
  readonly slot: number;
}

/** The name of a signal and its evidence by window; a frame where a window says nothing. */
function Row({ row: { name, levels }, windows, left, slot }: RowProps) {
  const styles = useChartStyles();
  const theme = useTheme2();
  const gap = slot > 6 ? 1 : 0;
  return (
    <>
      <text x={4} y={rowHeight / 2} dominantBaseline="central" className={styles.name}>
        <CutText text={name} width={left - 12} perCharacter={nameWidth} />
      </text>
      {windows.map(({ from }, index) => {
        const level = levels[index] ?? null;
        return (
          <rect
            key={from}
            x={left + index * slot}
            y={1}
            width={slot - gap}
            height={rowHeight - 2}
            fill={level === null ? 'none' : evidenceColor(level, theme)}
            stroke={level === null ? theme.colors.border.weak : 'none'}
          />
        );
      })}
    </>
  );
}

function levelText(level: number | null): string {
  return level === null
    ? t('heat.nothing', 'no finding')
    : t('heat.level', 'Evidence at {{share}} of the alarm level', { share: formatLevel(level) });
}
