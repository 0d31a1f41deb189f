import { useTheme2 } from '@grafana/ui';
import { t } from '../../i18n';
import { evidenceColor } from '../evidenceColor';
import { ChartLegend } from './ChartLegend';

/** What the colours of evidence mean. */
export function HeatLegend() {
  const theme = useTheme2();
  return (
    <ChartLegend
      items={[
        { color: evidenceColor(0.1, theme), text: t('heat.quiet', 'below half of the alarm level') },
        { color: evidenceColor(0.7, theme), text: t('heat.watch', 'watch: half or more') },
        { color: evidenceColor(1, theme), text: t('heat.alarm', 'alarm') },
        { color: theme.colors.border.weak, text: t('heat.no-finding', 'frame: the window says nothing') },
      ]}
    />
  );
}
