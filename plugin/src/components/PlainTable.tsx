import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface PlainTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  /** A column in which every row has `null` is left out. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[]; readonly below?: ReactNode }[];
}

/** Rows and columns, and what belongs to a row below it. Scrolls sideways where it does not fit. */
export function PlainTable({ label, columns, rows }: PlainTableProps) {
  const styles = useStyles2(getStyles);
  const filled = columns
    .map((title, index) => ({ title, index }))
    .filter(({ index }) => rows.some(({ cells }) => cells[index] !== null));
  return (
    // Somebody who cannot use a mouse must be able to scroll it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is operable
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {filled.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {rows.map(({ key, cells, below }) => (
          <tbody key={key}>
            <tr>
              {filled.map(({ title, index }) => (
                <td key={title}>{cells[index]}</td>
              ))}
            </tr>
            {below !== undefined && below !== null && (
              <tr>
                <td colSpan={filled.length} className={styles.below}>
                  {below}
                </td>
              </tr>
            )}
          </tbody>
        ))}
      </table>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ overflowX: 'auto' }),
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    '& th': {
      padding: theme.spacing(0.5, 1),
      textAlign: 'left',
      verticalAlign: 'bottom',
      fontWeight: theme.typography.fontWeightMedium,
    },
    '& td': { padding: theme.spacing(0.75, 1), verticalAlign: 'top', overflowWrap: 'break-word' },
    // A name that is a link stays in one piece: `credit-risk` has a hyphen to break at.
    '& td > a': { whiteSpace: 'nowrap' },
    '& tbody': { borderTop: `1px solid ${theme.colors.border.weak}` },
  }),
  below: css({ '&&': { padding: theme.spacing(0, 1, 1.5, 3) } }),
});
