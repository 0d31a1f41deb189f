import { Stack, Text } from '@grafana/ui';
import type { FairnessReport } from '@plumbline/collector/api';
import { EstimateText } from '../../../components/EstimateText';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { statisticFormat, statisticName } from '../../../format/statistic';
import { t } from '../../../i18n';

type Attribute = FairnessReport['attributes'][number];

/** Who is surely worst off, and by how much groups differ where none is the one to compare with. */
export function WorstPanel({ attribute }: { readonly attribute: Attribute }) {
  const { worst = [], ranges = [], statistics = {} } = attribute;
  // Ranges of rates have a table of their own, with the groups that make them.
  const overall = Object.entries(statistics).filter(
    ([name, { value }]) => value !== null && (ranges.length === 0 || !/(Range|Ratio)$/.test(name)),
  );
  if (worst.length + ranges.length + overall.length === 0) {
    return null;
  }
  return (
    <Panel
      title={t('fairness.worst', 'Who is worst off')}
      description={t(
        'fairness.worst-why',
        'By each rate that can harm a person, the group that is surely worst off. Rates of small groups are drawn towards the mean of all, so that chance is not taken for harm.',
      )}
    >
      <Stack direction="column" gap={2}>
        {worst.length > 0 && (
          <PlainTable
            label={t('fairness.worst', 'Who is worst off')}
            columns={[
              t('fairness.column.rate', 'Rate'),
              t('fairness.column.group', 'Group'),
              t('fairness.column.shrunken', 'Rate of the group, drawn to the mean'),
            ]}
            rows={worst.map(({ rate, group, shrunken }) => ({
              key: `${rate} ${group}`,
              cells: [
                statisticName(rate),
                <Text key="group" weight="medium">
                  {group}
                </Text>,
                <EstimateText key="shrunken" estimate={shrunken} format={statisticFormat(rate)} />,
              ],
            }))}
          />
        )}
        {ranges.length > 0 && (
          <PlainTable
            label={t('fairness.ranges', 'Largest against smallest')}
            columns={[
              t('fairness.ranges', 'Largest against smallest'),
              t('fairness.column.highest', 'Most'),
              t('fairness.column.lowest', 'Least'),
              t('fairness.column.difference', 'Difference'),
              t('fairness.column.ratio', 'Ratio'),
            ]}
            rows={ranges.map(({ rate, highest, lowest, difference, ratio }) => ({
              key: rate,
              cells: [
                statisticName(rate),
                highest,
                lowest,
                <EstimateText key="difference" estimate={difference} format={statisticFormat(`${rate}Difference`)} />,
                <EstimateText key="ratio" estimate={ratio} />,
              ],
            }))}
          />
        )}
        {overall.length > 0 && (
          <PlainTable
            label={t('fairness.overall', 'Over all groups')}
            columns={[t('fairness.column.statistic', 'Over all groups'), t('fairness.column.value', 'Value')]}
            rows={overall.map(([name, estimate]) => ({
              key: name,
              cells: [
                statisticName(name),
                <EstimateText key={name} estimate={estimate} format={statisticFormat(name)} />,
              ],
            }))}
          />
        )}
      </Stack>
    </Panel>
  );
}
