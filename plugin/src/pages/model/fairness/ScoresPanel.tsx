import { Grid, Stack, Text } from '@grafana/ui';
import type { FairnessReport } from '@plumbline/collector/api';
import { CalibrationChart } from '../../../components/chart/CalibrationChart';
import { EstimateText } from '../../../components/EstimateText';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { statisticFormat, statisticName } from '../../../format/statistic';
import { t } from '../../../i18n';

type Attribute = FairnessReport['attributes'][number];

/** Whether a score says the same of everybody: how well it ranks inside each group, and whether it comes true there. */
export function ScoresPanel({ attribute: { groups } }: { readonly attribute: Attribute }) {
  const scored = groups.filter(({ scoreStatistics = {} }) => Object.keys(scoreStatistics).length > 0);
  const calibrated = groups.flatMap(({ group, calibration = [] }) =>
    calibration.length === 0 ? [] : [{ group, bins: calibration }],
  );
  if (scored.length + calibrated.length === 0) {
    return null;
  }
  const names = [...new Set(scored.flatMap(({ scoreStatistics = {} }) => Object.keys(scoreStatistics)))];
  return (
    <Panel
      title={t('fairness.scores', 'Does a score mean the same for every group?')}
      description={t(
        'fairness.scores-why',
        'Inside each group: how well the score tells apart who gets which outcome, and whether what it predicts comes true as often as it says.',
      )}
    >
      <Stack direction="column" gap={2}>
        {scored.length > 0 && (
          <PlainTable
            label={t('fairness.scores-table', 'Scores of each group')}
            columns={[t('fairness.column.group', 'Group'), ...names.map(statisticName)]}
            rows={scored.map(({ group, scoreStatistics = {} }) => ({
              key: group,
              cells: [
                <Text key="group" weight="medium">
                  {group}
                </Text>,
                ...names.map((name) => (
                  <EstimateText key={name} estimate={scoreStatistics[name]} format={statisticFormat(name)} />
                )),
              ],
            }))}
          />
        )}
        <Grid minColumnWidth={44} gap={3}>
          {calibrated.map(({ group, bins }) => (
            <Stack key={group} direction="column" gap={1}>
              <Text weight="medium">{t('fairness.calibration', 'Calibration, {{group}}', { group })}</Text>
              <CalibrationChart bins={bins} />
            </Stack>
          ))}
        </Grid>
      </Stack>
    </Panel>
  );
}
