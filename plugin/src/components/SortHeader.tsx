import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { t } from '../i18n';

interface SortHeaderProps {
  readonly title: string;
  readonly isSorted: boolean;
  readonly descending: boolean;
  readonly onSort: () => void;
}

/** Head of a column that can be sorted by: a button, and to a screen reader the order as well. */
export function SortHeader({ title, isSorted, descending, onSort }: SortHeaderProps) {
  const styles = useStyles2(getStyles);
  return (
    <th scope="col" aria-sort={isSorted ? (descending ? 'descending' : 'ascending') : undefined}>
      <button
        type="button"
        className={styles.button}
        aria-label={t('sort.by', 'Sort column {{title}}', { title })}
        onClick={onSort}
      >
        {title}
        <span className={isSorted ? undefined : styles.hidden}>
          <Icon name={isSorted && descending ? 'arrow-down' : 'arrow-up'} size="sm" />
        </span>
      </button>
    </th>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  button: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    padding: 0,
    border: 'none',
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    fontWeight: theme.typography.fontWeightMedium,
    whiteSpace: 'nowrap',
    '&:hover': { color: theme.colors.text.link },
  }),
  // Keeps its room: a column must not grow when it is sorted by.
  hidden: css({ visibility: 'hidden' }),
});
