import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface FactsProps {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
  /** Room for long names, so that the values of several lists stand below each other. */
  readonly isWide?: boolean;
}

/** Names and values, one a line. */
export function Facts({ facts, isWide = false }: FactsProps) {
  const styles = useStyles2(getStyles);
  return (
    <dl className={isWide ? styles.wideFacts : styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt className={styles.name}>{name}</dt>
          <dd className={styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  facts: css({ ...list(theme), gridTemplateColumns: 'max-content minmax(0, 1fr)' }),
  wideFacts: css({
    ...list(theme),
    gridTemplateColumns: `minmax(${theme.spacing(28)}, max-content) minmax(0, 1fr)`,
  }),
  fact: css({ display: 'grid', gridColumn: '1 / -1', gridTemplateColumns: 'subgrid' }),
  name: css({ margin: 0, color: theme.colors.text.secondary, fontWeight: 'inherit' }),
  value: css({ margin: 0, minWidth: 0, overflowWrap: 'anywhere' }),
});

function list(theme: GrafanaTheme2) {
  return { margin: 0, display: 'grid', alignContent: 'start', gap: theme.spacing(0.75, 2) };
}
