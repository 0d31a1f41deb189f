import { css } from '@emotion/css';
import { type Column, InteractiveTable, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { AuditRecord } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { formatActor, formatWords } from '../format/name';
import { t } from '../i18n';
import { TimeText } from './TimeText';
import { targetPath } from './targetPath';

/** Records of the log; each opens to what it changed and its place in the chain. */
export function AuditTable({ records }: { readonly records: AuditRecord[] }) {
  const styles = useStyles2(getStyles);
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
      {
        id: 'actor',
        header: t('audit.column.who', 'Who'),
        cell: ({ row: { original } }) => <div className={styles.name}>{formatActor(original.actor)}</div>,
      },
      {
        id: 'action',
        header: t('audit.column.action', 'Did'),
        cell: ({ row: { original } }) => <Text>{formatWords(original.action)}</Text>,
      },
      {
        id: 'target',
        header: t('audit.column.target', 'To'),
        cell: ({ row: { original } }) => (
          <div className={styles.name}>
            <Target target={original.target} />
          </div>
        ),
      },
      {
        id: 'reason',
        header: t('audit.column.reason', 'Why'),
        cell: ({ row: { original } }) => <div className={styles.reason}>{original.reason}</div>,
      },
    ],
    [styles],
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

/** What was acted on, with the way to it where it has a page. */
function Target({ target }: { readonly target: string }) {
  const path = targetPath(target);
  return path === null ? (
    <Text>{target}</Text>
  ) : (
    <TextLink href={path} inline={false}>
      {target}
    </TextLink>
  );
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

const getStyles = () => ({
  // Ids break anywhere: what people wrote gets the room.
  name: css({ minWidth: '18ch', overflowWrap: 'anywhere' }),
  reason: css({ minWidth: '40ch' }),
});
