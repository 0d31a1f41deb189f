import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import type { DriftReport } from '@plumbline/collector/api';
import { HeatLegend } from '../../../components/chart/HeatLegend';
import { HeatMap } from '../../../components/chart/HeatMap';
import { Panel } from '../../../components/Panel';
import { formatSignal } from '../../../format/name';
import { t } from '../../../i18n';

interface HeatMapPanelProps {
  readonly windows: DriftReport['windows'];
  readonly signals: readonly { readonly signal: string; readonly evidenceLevel: readonly (number | null)[] }[];
  readonly chosen: string;
  readonly onChoose: (signal: string) => void;
}

/** All signals over all windows: since when, and whether they moved together. */
export function HeatMapPanel({ windows, signals, chosen, onChoose }: HeatMapPanelProps) {
  const styles = useStyles2(getStyles);
  return (
    <Panel
      title={t('drift.heat', 'Evidence over time')}
      description={t(
        'drift.heat-why',
        'Evidence accumulates: a row that turns from blue to red shows since when a signal has been away from its reference. Click a row to see it below.',
      )}
    >
      <div className={styles.scroll}>
        <HeatMap
          label={t('drift.heat-label', 'Evidence of {{signals}} signals over {{windows}} windows', {
            signals: signals.length,
            windows: windows.length,
          })}
          windows={windows}
          rows={signals.map(({ signal, evidenceLevel }) => ({
            id: signal,
            name: formatSignal(signal),
            levels: evidenceLevel,
          }))}
          chosen={chosen}
          onChoose={onChoose}
        />
      </div>
      <HeatLegend />
    </Panel>
  );
}

const getStyles = () => ({ scroll: css({ maxHeight: 440, overflowY: 'auto' }) });
