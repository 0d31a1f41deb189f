import { css } from '@emotion/css';
import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { Panel } from '../../../components/Panel';
import { formatCount, formatShare } from '../../../format/number';
import { t } from '../../../i18n';

type Confusion = NonNullable<PerformanceReport['confusion']>;

/** Predicted against actual class, in labelled rows. */
export function ConfusionPanel({ confusion }: { readonly confusion: Confusion }) {
  const styles = useStyles2(getStyles);
  const { truePositive, falsePositive, falseNegative, trueNegative } = confusion;
  const total = truePositive + falsePositive + falseNegative + trueNegative;
  return (
    <Panel title={t('performance.confusion', 'Confusion matrix')}>
      <table className={styles.table}>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('confusion.predicted-positive', 'Predicted positive')}</th>
            <th scope="col">{t('confusion.predicted-negative', 'Predicted negative')}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('confusion.actual-positive', 'Actually positive')}</th>
            <Cell rows={truePositive} total={total} isRight />
            <Cell rows={falseNegative} total={total} isRight={false} />
          </tr>
          <tr>
            <th scope="row">{t('confusion.actual-negative', 'Actually negative')}</th>
            <Cell rows={falsePositive} total={total} isRight={false} />
            <Cell rows={trueNegative} total={total} isRight />
          </tr>
        </tbody>
      </table>
    </Panel>
  );
}

function Cell({ rows, total, isRight }: { readonly rows: number; readonly total: number; readonly isRight: boolean }) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const share = total === 0 ? 0 : rows / total;
  const color = isRight ? theme.colors.success.main : theme.colors.error.main;
  return (
    <td className={styles.cell} style={{ background: colorManipulator.alpha(color, 0.08 + 0.5 * share) }}>
      <div>{formatCount(rows)}</div>
      <div className={styles.share}>{formatShare(total === 0 ? null : share)}</div>
    </td>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    borderCollapse: 'separate',
    borderSpacing: theme.spacing(0.5),
    '& th': { fontWeight: theme.typography.fontWeightMedium, padding: theme.spacing(0.5, 1), textAlign: 'left' },
  }),
  cell: css({
    padding: theme.spacing(1, 1.5),
    borderRadius: theme.shape.radius.default,
    fontVariantNumeric: 'tabular-nums',
  }),
  share: css({ fontSize: theme.typography.bodySmall.fontSize }),
});
