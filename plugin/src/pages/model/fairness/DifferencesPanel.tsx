import { Alert, Grid, Stack, Text } from '@grafana/ui';
import type { FairnessReport } from '@plumbline/collector/api';
import { VerdictBadge } from '../../../components/badges';
import { Facts } from '../../../components/Facts';
import { Panel } from '../../../components/Panel';
import { statisticFacts } from '../../../components/statisticFacts';
import { formatCount, formatShare, nothing } from '../../../format/number';
import { groupFairness } from '../../../format/statisticGroup';
import { t } from '../../../i18n';

type Attribute = FairnessReport['attributes'][number];
type Group = Attribute['groups'][number];

/** Every group against the reference group, with the verdict of the evidence; and what is hidden, and why. */
export function DifferencesPanel({ attribute: { groups, referenceGroup } }: { readonly attribute: Attribute }) {
  const compared = groups.filter(({ group, suppressed }) => group !== referenceGroup && suppressed === null);
  const hidden = groups.filter(({ suppressed }) => suppressed !== null);
  const notes = groups.flatMap(({ group, auditNote, labelNote }) =>
    [auditNote, labelNote].flatMap((note) => (note == null ? [] : [`${group}: ${note}`])),
  );
  return (
    <Panel
      title={
        referenceGroup === null
          ? t('fairness.differences-none', 'No reference group')
          : t('fairness.differences', 'Against {{group}}', { group: referenceGroup })
      }
      description={t(
        'fairness.differences-why',
        'Differences are group minus reference group, in percentage points (pp): 0 is parity. Ratios are group divided by reference group: 1 is parity. A disparate impact ratio below 0.8 breaks the four-fifths rule.',
      )}
    >
      <Stack direction="column" gap={2}>
        {compared.length === 0 && (
          <Text color="secondary">
            {t('fairness.nothing-to-compare', 'No other group is large enough to compare.')}
          </Text>
        )}
        {compared.map((group) => (
          <GroupDifferences key={group.group} group={group} />
        ))}
        {notes.length > 0 && (
          <Alert severity="info" bottomSpacing={0} title={t('fairness.notes', 'Before you compare')}>
            {notes.map((note) => (
              <div key={note}>{note}</div>
            ))}
          </Alert>
        )}
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

function GroupDifferences({ group: { group, rows, labelledShare, statistics, verdict } }: { readonly group: Group }) {
  return (
    <Stack direction="column" gap={1}>
      <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
        <Text weight="medium">{group}</Text>
        <VerdictBadge verdict={verdict} />
        <Text color="secondary" variant="bodySmall">
          {t('fairness.rows', '{{rows}} rows, {{labelled}} labelled', {
            rows: rows === null ? nothing : formatCount(rows),
            labelled: formatShare(labelledShare),
          })}
        </Text>
      </Stack>
      <Grid minColumnWidth={55} gap={2} alignItems="start">
        {groupFairness(statistics).map(({ title, entries }) => (
          <Stack key={title} direction="column" gap={0.5}>
            <Text color="secondary" variant="bodySmall" weight="medium">
              {title}
            </Text>
            <Facts isWide facts={statisticFacts(Object.fromEntries(entries))} />
          </Stack>
        ))}
      </Grid>
    </Stack>
  );
}
