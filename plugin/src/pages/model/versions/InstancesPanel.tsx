import { Badge, type Column, InteractiveTable, Stack, Text } from '@grafana/ui';
import type { Instance, VersionList } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { Noted } from '../../../components/Noted';
import { Panel } from '../../../components/Panel';
import { formatCount } from '../../../format/number';
import { formatAgo } from '../../../format/time';
import { t } from '../../../i18n';

/** Apps that serve the model, and whether each follows the routing in force. */
export function InstancesPanel({ list: { instances, routing } }: { readonly list: VersionList }) {
  const revision = routing?.revision ?? 0;
  const following = instances.filter(({ routingRevision }) => routingRevision >= revision).length;
  const columns = useMemo(() => columnsOf(revision), [revision]);
  return (
    <Panel
      title={t('instances.title', 'Instances')}
      description={t('instances.why', 'What each app says it routes to. A change is done when every instance follows.')}
    >
      <Stack direction="column" gap={1}>
        <Text color={following === instances.length ? undefined : 'warning'}>
          {instances.length === 0
            ? t('instances.none', 'No app has reported itself: nobody follows the routing.')
            : t('instances.following', '{{following}} of {{all}} follow routing revision {{revision}}', {
                following,
                all: instances.length,
                revision,
              })}
        </Text>
        {instances.length > 0 && (
          <InteractiveTable columns={columns} data={instances} getRowId={({ instance }) => instance} pageSize={10} />
        )}
      </Stack>
    </Panel>
  );
}

function columnsOf(revision: number): Column<Instance>[] {
  return [
    {
      id: 'instance',
      header: t('instances.column.instance', 'Instance'),
      cell: ({ row: { original } }) => (
        <Noted
          note={t('instances.seen', '{{service}}, seen {{ago}}', {
            service: original.service,
            ago: formatAgo(original.lastSeenAt),
          })}
        >
          <Text>{original.instance}</Text>
        </Noted>
      ),
    },
    {
      id: 'routingRevision',
      header: t('instances.column.revision', 'Revision'),
      cell: ({ row: { original } }) =>
        original.routingRevision >= revision ? (
          <Badge color="green" icon="check" text={String(original.routingRevision)} />
        ) : (
          <Badge
            color="orange"
            icon="hourglass"
            text={String(original.routingRevision)}
            tooltip={t('instances.behind', 'Behind: revision {{revision}} is in force', { revision })}
          />
        ),
    },
    {
      id: 'serving',
      header: t('instances.column.serving', 'Routes to'),
      cell: ({ row: { original } }) => (
        <Text>{original.serving.map(({ version, role }) => `${version} (${role})`).join(', ')}</Text>
      ),
    },
    {
      id: 'dropped',
      header: t('instances.column.events', 'Events'),
      cell: ({ row: { original } }) => <Events instance={original} />,
    },
  ];
}

/** What became of the events: stored, or dropped and why. */
function Events({ instance: { acknowledged, dropped } }: { readonly instance: Instance }) {
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
  return (
    <Stack direction="column" gap={0}>
      <Text tabular>{t('instances.stored', '{{count}} stored', { count: formatCount(acknowledged) })}</Text>
      {reasons.map(([reason, count]) => (
        <Text key={reason} color="warning" variant="bodySmall">
          {t('instances.dropped', '{{count}} dropped: {{reason}}', {
            count: formatCount(count),
            reason: reason.replaceAll('_', ' '),
          })}
        </Text>
      ))}
    </Stack>
  );
}
