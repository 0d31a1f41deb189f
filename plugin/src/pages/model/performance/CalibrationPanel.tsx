import { Stack, Text } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { CalibrationChart } from '../../../components/chart/CalibrationChart';
import { EstimateText } from '../../../components/EstimateText';
import { Facts } from '../../../components/Facts';
import { Panel } from '../../../components/Panel';
import { t } from '../../../i18n';

/** Whether what is predicted with 70 % happens in 70 of 100 cases. */
export function CalibrationPanel({
  calibration: { intercept, slope, bins },
}: {
  readonly calibration: NonNullable<PerformanceReport['calibration']>;
}) {
  return (
    <Panel
      title={t('calibration.title', 'Calibration')}
      description={t(
        'calibration.why',
        'Each point is about the same number of labelled rows: what was predicted for them against what happened. On the diagonal a probability means what it says.',
      )}
    >
      {bins.length === 0 ? (
        <Text color="secondary">{t('calibration.none', 'Too few labelled rows to tell.')}</Text>
      ) : (
        <Stack direction="column" gap={1.5}>
          <CalibrationChart bins={bins} />
          <Facts
            facts={[
              [
                t('calibration.slope', 'Slope'),
                <Stack key="slope" direction="column" gap={0}>
                  <EstimateText estimate={slope} />
                  <Text color="secondary" variant="bodySmall">
                    {t('calibration.slope-why', '1 is perfect; below it probabilities are too extreme')}
                  </Text>
                </Stack>,
              ],
              [
                t('calibration.intercept', 'Intercept'),
                <Stack key="intercept" direction="column" gap={0}>
                  <EstimateText estimate={intercept} />
                  <Text color="secondary" variant="bodySmall">
                    {t('calibration.intercept-why', '0 is perfect; below it probabilities are too high')}
                  </Text>
                </Stack>,
              ],
            ]}
          />
        </Stack>
      )}
    </Panel>
  );
}
