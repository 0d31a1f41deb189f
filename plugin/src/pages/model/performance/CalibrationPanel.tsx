import { Stack, Text } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { CalibrationChart } from '../../../components/chart/CalibrationChart';
import { EstimateText } from '../../../components/EstimateText';
import { Facts } from '../../../components/Facts';
import { Noted } from '../../../components/Noted';
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
                <Noted
                  key="slope"
                  note={t('calibration.slope-why', '1 is perfect; below it probabilities are too extreme')}
                >
                  <EstimateText estimate={slope} />
                </Noted>,
              ],
              [
                t('calibration.intercept', 'Intercept'),
                <Noted
                  key="intercept"
                  note={t('calibration.intercept-why', '0 is perfect; below it probabilities are too high')}
                >
                  <EstimateText estimate={intercept} />
                </Noted>,
              ],
            ]}
          />
        </Stack>
      )}
    </Panel>
  );
}
