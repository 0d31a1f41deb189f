import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { DriftReport } from '@plumbline/collector/api';
import { VerdictBadge } from '../../../components/badges';
import { EstimateText } from '../../../components/EstimateText';
import { EvidenceGauge } from '../../../components/EvidenceGauge';
import { HeatStrip } from '../../../components/HeatStrip';
import { Panel } from '../../../components/Panel';
import { formatSignal, formatWords } from '../../../format/name';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';
import { HeatLegend } from './HeatLegend';

interface SignalsPanelProps {
  readonly report: DriftReport;
  readonly chosen: string;
  readonly onChoose: (signal: string) => void;
}

/** Every watched signal, the one with the strongest evidence first. */
export function SignalsPanel({ report: { signals, windows }, chosen, onChoose }: SignalsPanelProps) {
  const styles = useStyles2(getStyles);
  const from = windows[0]?.from;
  const to = windows.at(-1)?.to;
  return (
    <Panel
      title={t('drift.signals', 'Signals by evidence')}
      description={t(
        'drift.signals-why',
        'Evidence says how sure it is that a signal has left its reference; alarms come from it alone. Effect sizes such as PSI say how far, and are for reading.',
      )}
    >
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th>{t('drift.column.signal', 'Signal')}</th>
              <th>{t('drift.column.verdict', 'Verdict')}</th>
              <th className={styles.wide}>{t('drift.column.evidence', 'Evidence, of the alarm level')}</th>
              <th className={styles.wide}>
                {t('drift.column.windows', 'Windows')}
                {from !== undefined && to !== undefined && (
                  <span className={styles.range}>{formatRange(from, to)}</span>
                )}
              </th>
              <th>{t('drift.column.psi', 'PSI')}</th>
            </tr>
          </thead>
          <tbody>
            {signals.map(({ signal, kind, latest, evidenceLevel }) => (
              <tr
                key={signal}
                className={cx(styles.row, signal === chosen && styles.chosen)}
                onClick={() => onChoose(signal)}
              >
                <td>
                  <button type="button" className={styles.name} aria-pressed={signal === chosen}>
                    {formatSignal(signal)}
                  </button>
                  <div className={styles.kind}>{formatWords(kind)}</div>
                </td>
                <td>
                  <VerdictBadge verdict={latest.verdict} />
                </td>
                <td>
                  <EvidenceGauge evidence={latest.evidence} />
                </td>
                <td>
                  <HeatStrip label={formatSignal(signal)} windows={windows} levels={evidenceLevel} />
                </td>
                <td>
                  <EstimateText estimate={latest.statistics.populationStabilityIndex} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <HeatLegend />
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
  wide: css({ width: '26%' }),
  range: css({
    marginLeft: theme.spacing(1),
    color: theme.colors.text.secondary,
    fontWeight: theme.typography.fontWeightRegular,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  row: css({ cursor: 'pointer', '&:hover': { background: theme.colors.action.hover } }),
  chosen: css({ background: theme.colors.action.selected, boxShadow: `inset 3px 0 ${theme.colors.primary.border}` }),
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
