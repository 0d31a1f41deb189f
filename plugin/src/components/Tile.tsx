import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface TileProps {
  readonly title: string;
  /** The one number the eye looks for. */
  readonly value: ReactNode;
  readonly children?: ReactNode;
}

/** One number with what is needed to trust it. */
export function Tile({ title, value, children }: TileProps) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.tile} aria-label={title}>
      <div className={styles.title}>{title}</div>
      <div className={styles.value}>{value}</div>
      <div className={styles.note}>{children}</div>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  tile: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    padding: theme.spacing(1.5, 2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  title: css({ color: theme.colors.text.secondary }),
  value: css({ fontSize: theme.typography.h2.fontSize, lineHeight: 1.2, fontVariantNumeric: 'tabular-nums' }),
  note: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
