import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { DriftReport } from '@plumbline/collector/api';
import { VerdictBadge } from '../../../components/badges';
import { EstimateText } from '../../../components/EstimateText';
import { EvidenceGauge } from '../../../components/EvidenceGauge';
import { Panel } from '../../../components/Panel';
import { formatSignal, formatWords } from '../../../format/name';
import { formatShare } from '../../../format/number';
import { statisticFormat } from '../../../format/statistic';
import { t } from '../../../i18n';

interface SignalsPanelProps {
  readonly signals: DriftReport['signals'];
  readonly chosen: string;
  readonly onChoose: (signal: string) => void;
}

/** Every watched signal, the one with the strongest evidence first. */
export function SignalsPanel({ signals, chosen, onChoose }: SignalsPanelProps) {
  const styles = useStyles2(getStyles);
  return (
    <Panel
      title={t('drift.signals', 'Signals by impact')}
      description={t(
        'drift.signals-why',
        'What alarms first, then what is watched, then the rest; within these by how much moved. Evidence says how sure it is that a signal has left its reference; alarms come from it alone. Rows that moved is the share beyond chance; PSI is for reading.',
      )}
    >
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th>{t('drift.column.signal', 'Signal')}</th>
              <th>{t('drift.column.verdict', 'Verdict')}</th>
              <th className={styles.wide}>{t('drift.column.evidence', 'Evidence, of the alarm level')}</th>
              <th>{t('drift.column.moved', 'Rows that moved')}</th>
              <th>{t('drift.column.psi', 'PSI')}</th>
            </tr>
          </thead>
          <tbody>
            {signals.map(({ signal, kind, latest, materiality }) => (
              <tr
                key={signal}
                className={cx(styles.row, signal === chosen && styles.chosen)}
                onClick={() => onChoose(signal)}
              >
                <td>
                  <button type="button" className={styles.name} aria-pressed={signal === chosen}>
                    {formatSignal(signal)}
                  </button>
                  <div className={styles.kind}>
                    {latest.explainedBy === undefined
                      ? formatWords(kind)
                      : t('drift.explained', 'explained by {{signal}}', { signal: formatSignal(latest.explainedBy) })}
                  </div>
                </td>
                <td>
                  <VerdictBadge verdict={latest.verdict} />
                </td>
                <td>
                  <EvidenceGauge evidence={latest.evidence} />
                </td>
                <td>
                  <EstimateText estimate={materiality?.movedShare} format={formatShare} />
                </td>
                <td>
                  <EstimateText
                    estimate={latest.statistics.populationStabilityIndex}
                    format={statisticFormat('populationStabilityIndex')}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // A model may have a hundred signals; the chosen one's distribution stays in sight below.
  scroll: css({ overflow: 'auto', maxHeight: 440, borderBottom: `1px solid ${theme.colors.border.weak}` }),
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    '& th': {
      position: 'sticky',
      top: 0,
      zIndex: 1,
      background: theme.colors.background.primary,
      textAlign: 'left',
      whiteSpace: 'nowrap',
      fontWeight: theme.typography.fontWeightMedium,
      padding: theme.spacing(0.5, 1),
    },
    '& td': { padding: theme.spacing(0.75, 1), borderTop: `1px solid ${theme.colors.border.weak}` },
  }),
  wide: css({ width: '30%' }),
  row: css({ cursor: 'pointer', '&:hover': { background: theme.colors.action.hover } }),
  // Quieter than a selected row of Grafana's: small grey text must stay readable on it.
  chosen: css({
    background: theme.colors.background.secondary,
    boxShadow: `inset 3px 0 ${theme.colors.primary.border}`,
  }),
  name: css({
    padding: 0,
    border: 'none',
    background: 'none',
    color: theme.colors.text.primary,
    fontWeight: theme.typography.fontWeightMedium,
    textAlign: 'left',
  }),
  kind: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
