import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Health } from '@plumbline/collector/api';
import { healthLook } from './badges';

/**
 * A health in a word and a colour. For long tables: a badge with its icon and tooltip costs fifty times as much to draw,
 * and a fleet has hundreds of them on the screen.
 */
export function HealthMark({ health }: { readonly health: Health }) {
  const styles = useStyles2(getStyles);
  return <span className={styles[health]}>{healthLook(health).text}</span>;
}

const getStyles = (theme: GrafanaTheme2) => {
  const mark = (color: string, shape: string) =>
    css({
      display: 'inline-flex',
      verticalAlign: 'middle',
      alignItems: 'center',
      gap: theme.spacing(0.75),
      whiteSpace: 'nowrap',
      // Told apart by shape as well: not everybody sees the colours.
      '&::before': { content: '""', width: 10, height: 10, flex: 'none', background: color, ...shapes[shape] },
    });
  return {
    ok: mark(theme.visualization.getColorByName('green'), 'circle'),
    watch: mark(theme.visualization.getColorByName('orange'), 'triangle'),
    alarm: mark(theme.visualization.getColorByName('red'), 'square'),
    error: mark(theme.visualization.getColorByName('purple'), 'square'),
    no_data: mark(theme.colors.text.disabled, 'bar'),
  };
};

const shapes: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  circle: { borderRadius: '50%' },
  square: { borderRadius: 2 },
  triangle: { clipPath: 'polygon(50% 0, 100% 100%, 0 100%)' },
  bar: { height: 3 },
};
