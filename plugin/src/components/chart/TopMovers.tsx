import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import type { Distribution } from '@plumbline/collector/api';
import { formatShare, formatStatistic } from '../../format/number';
import { t } from '../../i18n';

/** The values of a category that changed most surely: rare ones too, which share a bin of the chart. */
export function TopMovers({ movers }: { readonly movers: NonNullable<Distribution['movers']> }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <Text color="secondary" variant="bodySmall">
        {t('movers.title', 'Values that changed beyond chance: share of rows, reference → current')}
      </Text>
      <ol className={styles.list}>
        {movers.map(({ value, referenceShare, currentShare, z }) => (
          <li key={value} className={styles.item}>
            <span className={styles.value} title={value}>
              {value}
            </span>
            <span>
              {t('movers.change', '{{before}} → {{after}}, z {{z}}', {
                before: formatShare(referenceShare),
                after: formatShare(currentShare),
                z: formatStatistic(z),
              })}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) max-content',
    gap: theme.spacing(0.5, 1.5),
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
  item: css({ display: 'grid', gridColumn: '1 / -1', gridTemplateColumns: 'subgrid' }),
  value: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
});
