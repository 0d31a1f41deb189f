import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Distribution } from '@plumbline/collector/api';
import { formatShare } from '../../format/number';
import { t } from '../../i18n';
import { binContributions } from './binContributions';

interface BinContributionsProps {
  readonly distribution: Pick<Distribution, 'bins' | 'referenceRows' | 'currentRows'>;
  readonly most?: number;
}

/** The bins that make most of the difference, and how their shares changed. */
export function BinContributions({ distribution, most = 6 }: BinContributionsProps) {
  const styles = useStyles2(getStyles);
  const shown = binContributions(distribution)
    .filter(({ contribution }) => contribution > 0)
    .slice(0, most);
  return (
    <ol className={styles.list} aria-label={t('bins.label', 'Bins by their part of the difference')}>
      {shown.map(({ label, referenceShare, currentShare, part }) => (
        <li key={label} className={styles.item}>
          <span className={styles.name} title={label}>
            {label}
          </span>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ width: `${part * 100}%` }} />
          </span>
          <span className={styles.number}>{formatShare(part)}</span>
          <span className={styles.change}>
            {t('bins.change', '{{before}} → {{after}}', {
              before: formatShare(referenceShare),
              after: formatShare(currentShare),
            })}
          </span>
        </li>
      ))}
    </ol>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 2fr) minmax(60px, 3fr) max-content max-content',
    gap: theme.spacing(0.5, 1.5),
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
  item: css({ display: 'grid', gridColumn: '1 / -1', gridTemplateColumns: 'subgrid', alignItems: 'center' }),
  name: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  track: css({ height: theme.spacing(1.25), background: theme.colors.background.secondary }),
  bar: css({ display: 'block', height: '100%', background: theme.visualization.getColorByName('blue') }),
  number: css({ textAlign: 'right' }),
  change: css({ color: theme.colors.text.secondary, textAlign: 'right' }),
});
