import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** What every chart of the plugin looks like: Grafana's axes, grid, legend and tooltip. */
export function useChartStyles() {
  return useStyles2(getStyles);
}

const getStyles = (theme: GrafanaTheme2) => {
  const small = { fontSize: theme.typography.bodySmall.fontSize, fontFamily: theme.typography.fontFamily };
  return {
    chart: css({ position: 'relative', width: '100%' }),
    axis: css({ ...small, fill: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    name: css({ ...small, fill: theme.colors.text.primary }),
    rowName: css({ fill: theme.colors.text.primary }),
    grid: css({ stroke: theme.colors.border.weak, strokeWidth: 1, shapeRendering: 'crispEdges' }),
    hover: css({ fill: theme.colors.action.hover, pointerEvents: 'none' }),
    legend: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(0.5, 2),
      paddingTop: theme.spacing(0.5),
      ...small,
    }),
    legendItem: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.75) }),
    swatch: css({ width: 14, height: 4, borderRadius: theme.shape.radius.pill, background: 'currentcolor' }),
    dashed: css({ height: 0, borderRadius: 0, borderTop: '2px dashed currentcolor' }),
    tooltip: css({
      position: 'absolute',
      zIndex: 1,
      pointerEvents: 'none',
      whiteSpace: 'nowrap',
      padding: theme.spacing(0.75, 1),
      background: theme.colors.background.primary,
      border: `1px solid ${theme.colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z2,
      ...small,
    }),
  };
};
