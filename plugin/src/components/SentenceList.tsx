import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface SentenceListProps {
  readonly items: readonly {
    readonly key: string;
    /** A badge, or a time: what the eye looks for first. */
    readonly lead: ReactNode;
    readonly sentence: ReactNode;
    readonly note?: ReactNode;
  }[];
}

/** Sentences, each with what it is about in front of it. */
export function SentenceList({ items }: SentenceListProps) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.list}>
      {items.map(({ key, lead, sentence, note }) => (
        <li key={key} className={styles.item}>
          <div className={styles.lead}>{lead}</div>
          <div className={styles.sentence}>
            <div>{sentence}</div>
            {note !== undefined && <div className={styles.note}>{note}</div>}
          </div>
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', display: 'grid', gridTemplateColumns: `max-content minmax(0, 1fr)` }),
  item: css({
    display: 'grid',
    gridColumn: '1 / -1',
    gridTemplateColumns: 'subgrid',
    columnGap: theme.spacing(1.5),
    padding: theme.spacing(1, 0),
    '&:not(:last-child)': { borderBottom: `1px solid ${theme.colors.border.weak}` },
  }),
  lead: css({ minWidth: theme.spacing(10.5) }),
  sentence: css({ minWidth: 0, overflowWrap: 'anywhere' }),
  note: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
