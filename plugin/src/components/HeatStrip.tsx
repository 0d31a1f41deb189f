import { useTheme2 } from '@grafana/ui';
import { formatRange } from '../format/time';
import { t } from '../i18n';
import { evidenceColor } from './evidenceColor';

interface HeatStripProps {
  readonly label: string;
  readonly windows: readonly { readonly from: number; readonly to: number }[];
  /** Evidence in alarm levels, one entry a window; null where the window says nothing. */
  readonly levels: readonly (number | null)[];
}

const cell = { width: 8, gap: 1, height: 18 };

/** Evidence of one signal over the windows, oldest at the left. A window without a finding is an empty frame. */
export function HeatStrip({ label, windows, levels }: HeatStripProps) {
  const theme = useTheme2();
  const width = windows.length * (cell.width + cell.gap);
  const peak = Math.max(0, ...levels.map((level) => level ?? 0));
  return (
    <svg
      role="img"
      aria-label={t('heat.label', '{{label}}: evidence over {{count}} windows, at most {{peak}} % of the alarm level', {
        label,
        count: windows.length,
        peak: Math.round(peak * 100),
      })}
      viewBox={`0 0 ${width} ${cell.height}`}
      preserveAspectRatio="none"
      style={{ display: 'block', width: '100%', maxWidth: width * 1.5, height: cell.height }}
    >
      {windows.map(({ from, to }, index) => {
        const level = levels[index] ?? null;
        return (
          <rect
            key={from}
            x={index * (cell.width + cell.gap)}
            width={cell.width}
            height={cell.height}
            rx={1}
            fill={level === null ? 'none' : evidenceColor(level, theme)}
            stroke={level === null ? theme.colors.border.weak : 'none'}
          >
            <title>
              {`${formatRange(from, to)}: ${level === null ? t('heat.nothing', 'no finding') : `${Math.round(level * 100)} %`}`}
            </title>
          </rect>
        );
      })}
    </svg>
  );
}
