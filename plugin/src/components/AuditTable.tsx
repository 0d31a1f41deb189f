import { type Column, InteractiveTable, Stack, Text } from '@grafana/ui';
import type { AuditRecord } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { formatActor, formatWords } from '../format/name';
import { t } from '../i18n';
import { TimeText } from './TimeText';

/** Records of the log; each opens to what it changed and its place in the chain. */
export function AuditTable({ records }: { readonly records: AuditRecord[] }) {
  const columns = useMemo(
    (): Column<AuditRecord>[] => [
      {
        id: 'number',
        header: t('audit.column.number', 'No.'),
        disableGrow: true,
        cell: ({ row: { original } }) => <Text tabular>{String(original.sequence)}</Text>,
      },
      {
        id: 'at',
        header: t('audit.column.time', 'Time'),
        disableGrow: true,
        cell: ({ row: { original } }) => <TimeText at={original.at} />,
      },
      column('actor', t('audit.column.who', 'Who'), ({ actor }) => formatActor(actor)),
      column('action', t('audit.column.action', 'Did'), ({ action }) => formatWords(action)),
      column('target', t('audit.column.target', 'To'), ({ target }) => target),
      column('reason', t('audit.column.reason', 'Why'), ({ reason }) => reason),
    ],
    [],
  );
  return (
    <InteractiveTable
      columns={columns}
      data={records}
      getRowId={({ sequence }) => String(sequence)}
      renderExpandedRow={(record) => <Details record={record} />}
    />
  );
}

function column(id: string, header: string, textOf: (record: AuditRecord) => string): Column<AuditRecord> {
  return { id, header, cell: ({ row: { original } }) => <Text>{textOf(original)}</Text> };
}

function Details({ record: { before, after, requestId, previousHash, hash } }: { readonly record: AuditRecord }) {
  return (
    <Stack direction="column" gap={1}>
      {before != null && <Json label={t('audit.before', 'Before')} value={before} />}
      {after != null && <Json label={t('audit.after', 'After')} value={after} />}
      <Text variant="code">
        {t('audit.hash', 'Hash {{hash}}, after {{previous}}, request {{request}}', {
          hash,
          previous: previousHash,
          request: requestId ?? t('audit.no-request', 'none'),
        })}
      </Text>
    </Stack>
  );
}

function Json({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <div>
      <Text color="secondary" variant="bodySmall">
        {label}
      </Text>
      <pre style={{ margin: 0, maxHeight: 240, overflow: 'auto' }}>{JSON.stringify(value, null, 2)}</pre>
    </div>
  );
}
