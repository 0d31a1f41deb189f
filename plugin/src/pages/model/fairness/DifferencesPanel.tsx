import { Alert, type Column, InteractiveTable, Stack, Text } from '@grafana/ui';
import type { FairnessReport } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { VerdictBadge } from '../../../components/badges';
import { EstimateText } from '../../../components/EstimateText';
import { Panel } from '../../../components/Panel';
import { formatCount, formatShare } from '../../../format/number';
import { statisticName } from '../../../format/statistic';
import { t } from '../../../i18n';

type Attribute = FairnessReport['attributes'][number];
type Group = Attribute['groups'][number];

/** Every group against the reference group, with the verdict of the evidence; and what is hidden, and why. */
export function DifferencesPanel({ attribute: { groups, referenceGroup } }: { readonly attribute: Attribute }) {
  const columns = useMemo(() => columnsOf(groups, referenceGroup), [groups, referenceGroup]);
  const hidden = groups.filter(({ suppressed }) => suppressed !== null);
  return (
    <Panel
      title={
        referenceGroup === null
          ? t('fairness.differences-none', 'Groups')
          : t('fairness.differences', 'Against {{group}}', { group: referenceGroup })
      }
    >
      <Stack direction="column" gap={2}>
        <InteractiveTable columns={columns} data={groups} getRowId={({ group }) => group} />
        {hidden.length > 0 && (
          <Alert
            severity="info"
            bottomSpacing={0}
            title={t('fairness.hidden', 'Hidden: {{groups}}', { groups: hidden.map(({ group }) => group).join(', ') })}
          >
            {t(
              'fairness.hidden-why',
              'Groups that are too small are not shown: their numbers would say more about single people than about the model. They count neither as fair nor as unfair.',
            )}
          </Alert>
        )}
      </Stack>
    </Panel>
  );
}

function columnsOf(groups: readonly Group[], referenceGroup: string | null): Column<Group>[] {
  const names = [...new Set(groups.flatMap(({ statistics }) => Object.keys(statistics)))];
  return [
    {
      id: 'group',
      header: t('fairness.column.group', 'Group'),
      cell: ({ row: { original } }) => (
        <Stack direction="column" gap={0}>
          <Text weight="medium">{original.group}</Text>
          <Text color="secondary" variant="bodySmall">
            {t('fairness.rows', '{{rows}} rows, {{labelled}} labelled', {
              rows: formatCount(original.rows),
              labelled: formatShare(original.labelledShare),
            })}
          </Text>
        </Stack>
      ),
    },
    ...names.map(
      (name): Column<Group> => ({
        id: name,
        header: statisticName(name),
        cell: ({ row: { original } }) => {
          if (original.group === referenceGroup) {
            return <Text color="secondary">{t('fairness.is-reference', 'Reference')}</Text>;
          }
          return original.suppressed === null ? (
            <EstimateText estimate={original.statistics[name]} />
          ) : (
            <Text color="secondary" variant="bodySmall">
              {t('estimate.suppressed', 'Hidden: {{why}}', { why: original.suppressed })}
            </Text>
          );
        },
      }),
    ),
    {
      id: 'verdict',
      header: t('fairness.column.verdict', 'Verdict'),
      cell: ({ row: { original } }) =>
        original.group === referenceGroup ? null : <VerdictBadge verdict={original.verdict} />,
    },
  ];
}
