import { Stack, Text } from '@grafana/ui';
import type { AuditRecord } from '@plumbline/collector/api';
import { Disclosure } from '../../components/Disclosure';
import { PlainTable } from '../../components/PlainTable';
import { TimeText } from '../../components/TimeText';
import { formatActor, formatWords } from '../../format/name';
import { t } from '../../i18n';

/** Records of the log, each with what it changed and its place in the chain. */
export function AuditTable({ records }: { readonly records: readonly AuditRecord[] }) {
  return (
    <PlainTable
      label={t('audit.title', 'Audit trail')}
      columns={[
        t('audit.column.number', 'No.'),
        t('audit.column.time', 'Time'),
        t('audit.column.who', 'Who'),
        t('audit.column.action', 'Did'),
        t('audit.column.target', 'To'),
        t('audit.column.reason', 'Why'),
      ]}
      rows={records.map((record) => ({
        key: String(record.sequence),
        cells: [
          <Text key="number" tabular>
            {String(record.sequence)}
          </Text>,
          <TimeText key="time" at={record.at} />,
          formatActor(record.actor),
          formatWords(record.action),
          record.target,
          record.reason,
        ],
        below: <Details record={record} />,
      }))}
    />
  );
}

function Details({ record: { before, after, requestId, previousHash, hash } }: { readonly record: AuditRecord }) {
  return (
    <Disclosure title={t('audit.details', 'Before, after and hash')}>
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
    </Disclosure>
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
