import { Box, type Column, InteractiveTable, Stack, Text, Tooltip } from '@grafana/ui';
import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { VersionStateBadge } from '../../../components/badges';
import { Noted } from '../../../components/Noted';
import { Panel } from '../../../components/Panel';
import { TimeText } from '../../../components/TimeText';
import { formatActor, formatDigest } from '../../../format/name';
import { nothing } from '../../../format/number';
import { t } from '../../../i18n';
import { VersionActions } from './VersionActions';
import { VersionDetails } from './VersionDetails';

/** Every version of the model, with what may be done with it. */
export function VersionsPanel({ list }: { readonly list: VersionList }) {
  const columns = useMemo(() => columnsOf(list), [list]);
  return (
    <Panel title={t('versions.title', 'Versions')}>
      <InteractiveTable
        columns={columns}
        data={list.versions}
        getRowId={({ version }) => version}
        pageSize={20}
        renderExpandedRow={(version) => (
          <Box padding={2}>
            <VersionDetails version={version} />
          </Box>
        )}
      />
    </Panel>
  );
}

function columnsOf(list: VersionList): Column<VersionDetail>[] {
  return [
    {
      id: 'version',
      header: t('versions.column.version', 'Version'),
      cell: ({ row: { original } }) => (
        <Stack direction="column" gap={0}>
          <Text weight="medium">{original.version}</Text>
          <Digest digest={original.digest} />
        </Stack>
      ),
    },
    {
      id: 'state',
      header: t('versions.column.state', 'State'),
      cell: ({ row: { original } }) => <VersionStateBadge state={original.state} />,
    },
    {
      id: 'gates',
      header: t('versions.column.gates', 'Gates'),
      cell: ({ row: { original } }) => <Text>{gatesText(original)}</Text>,
    },
    {
      id: 'registeredAt',
      header: t('versions.column.registered', 'Registered'),
      cell: ({ row: { original } }) => (
        <Noted note={originText(original)}>
          <TimeText at={original.registeredAt} />
        </Noted>
      ),
    },
    {
      id: 'actions',
      header: t('versions.column.actions', 'Actions'),
      cell: ({ row: { original } }) => <VersionActions list={list} version={original} />,
    },
  ];
}

/** Who sent it: a trainer for a job, or somebody. */
function originText({ source, registeredBy }: VersionDetail): string {
  const [kind, job] = source.split(':');
  return kind === 'retrain' && job !== undefined
    ? t('versions.from-job', 'from retrain job {{job}}', { job })
    : t('versions.registered-by', 'by {{name}}, from {{source}}', { name: formatActor(registeredBy), source });
}

function Digest({ digest }: { readonly digest: string }) {
  if (digest === '') {
    return (
      <Text color="secondary" variant="bodySmall">
        {t('versions.no-artefact', 'only seen in events')}
      </Text>
    );
  }
  return (
    <Tooltip content={digest}>
      <span>
        <Text color="secondary" variant="code">
          {formatDigest(digest)}
        </Text>
      </span>
    </Tooltip>
  );
}

function gatesText({ gates }: VersionDetail): string {
  if (gates.length === 0) {
    return nothing;
  }
  const passed = gates.filter(({ verdict }) => verdict === 'pass').length;
  return t('versions.gates-passed', '{{passed}} of {{all}} pass', { passed, all: gates.length });
}
