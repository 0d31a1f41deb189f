import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

/** What a table of five columns takes without breaking its lines, in pixels. */
const partWidth = 720;

/** Parts side by side where each has room for a table, else below each other: a menu may have taken a part of the window. */
export function SideBySide({ children }: { readonly children: ReactNode }) {
  return <div className={useStyles2(getStyles).grid}>{children}</div>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${partWidth}px), 1fr))`,
    alignItems: 'start',
  }),
});
