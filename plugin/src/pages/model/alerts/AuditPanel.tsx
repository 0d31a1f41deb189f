import { type Column, InteractiveTable, Text } from '@grafana/ui';
import type { AuditRecord } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { TimeText } from '../../../components/TimeText';
import { useAlerts } from '../../../data/useAlerts';
import { useAudit } from '../../../data/useAudit';
import { useRetrainJobs } from '../../../data/useRetrainJobs';
import { formatActor, formatWords } from '../../../format/name';
import { t } from '../../../i18n';
import { concerns } from './auditTarget';

const shown = 10;

/** The latest records of the tamper-evident log that concern this model. */
export function AuditPanel({ model }: { readonly model: string }) {
  const query = useAudit();
  const { data: alerts } = useAlerts(model);
  const { data: jobs } = useRetrainJobs(model);
  const owned = useMemo(
    () => [
      ...(alerts?.items ?? []).map(({ id }) => `alert/${id}`),
      ...(jobs?.items ?? []).map(({ id }) => `retrain/${id}`),
    ],
    [alerts, jobs],
  );
  return (
    <Panel
      title={t('audit.title', 'Audit trail')}
      description={t(
        'audit.why',
        'Who did what, when and why. Records are chained by their hashes: none can be changed or removed unnoticed.',
      )}
    >
      <QueryState query={query} subject={t('audit.subject', 'the audit trail')}>
        {({ items }) => (
          <AuditTable records={items.filter(({ target }) => concerns(target, model, owned)).slice(0, shown)} />
        )}
      </QueryState>
    </Panel>
  );
}

function AuditTable({ records }: { readonly records: AuditRecord[] }) {
  const columns = useMemo(
    (): Column<AuditRecord>[] => [
      {
        id: 'at',
        header: t('audit.column.time', 'Time'),
        disableGrow: true,
        cell: ({ row: { original } }) => <TimeText at={original.at} />,
      },
      {
        id: 'actor',
        header: t('audit.column.who', 'Who'),
        cell: ({ row: { original } }) => <Text>{formatActor(original.actor)}</Text>,
      },
      {
        id: 'action',
        header: t('audit.column.action', 'Did'),
        cell: ({ row: { original } }) => <Text>{formatWords(original.action)}</Text>,
      },
      {
        id: 'target',
        header: t('audit.column.target', 'To'),
        cell: ({ row: { original } }) => <Text>{original.target}</Text>,
      },
      {
        id: 'reason',
        header: t('audit.column.reason', 'Why'),
        cell: ({ row: { original } }) => <Text>{original.reason}</Text>,
      },
    ],
    [],
  );
  return records.length === 0 ? (
    <Text color="secondary">{t('audit.none', 'Nobody has done anything to this model lately.')}</Text>
  ) : (
    <InteractiveTable columns={columns} data={records} getRowId={({ sequence }) => String(sequence)} />
  );
}
