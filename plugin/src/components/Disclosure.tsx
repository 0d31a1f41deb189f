import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

/** More to read for those who want it. */
export function Disclosure({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <details className={styles.details}>
      <summary className={styles.summary}>{title}</summary>
      <div className={styles.body}>{children}</div>
    </details>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  details: css({ width: '100%' }),
  summary: css({
    cursor: 'pointer',
    whiteSpace: 'nowrap',
    color: theme.colors.text.secondary,
    '&:hover': { color: theme.colors.text.primary },
  }),
  body: css({ paddingTop: theme.spacing(1) }),
});
