import { type Column, InteractiveTable, Stack, Text } from '@grafana/ui';
import type { RetrainJob } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { RetrainStateBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { TimeText } from '../../../components/TimeText';
import { useRetrainJobs } from '../../../data/useRetrainJobs';
import { formatActor, formatWords } from '../../../format/name';
import { formatShare, nothing } from '../../../format/number';
import { t } from '../../../i18n';

/** Requests to the trainer and what became of them. */
export function RetrainPanel({ model }: { readonly model: string }) {
  const query = useRetrainJobs(model);
  return (
    <Panel title={t('retrain.title', 'Retrain jobs')}>
      <QueryState query={query} subject={t('retrain.subject', 'the retrain jobs')}>
        {({ items }) =>
          items.length === 0 ? (
            <Text color="secondary">{t('retrain.none', 'No retrain has been asked for.')}</Text>
          ) : (
            <JobsTable jobs={items} />
          )
        }
      </QueryState>
    </Panel>
  );
}

function JobsTable({ jobs }: { readonly jobs: RetrainJob[] }) {
  const columns = useMemo(
    (): Column<RetrainJob>[] => [
      {
        id: 'id',
        header: t('retrain.column.job', 'Job'),
        cell: ({ row: { original } }) => (
          <Stack direction="column" gap={0}>
            <Text>{original.id}</Text>
            <TimeText at={original.requestedAt} />
          </Stack>
        ),
      },
      {
        id: 'state',
        header: t('retrain.column.state', 'State'),
        cell: ({ row: { original } }) => (
          <Stack direction="row" gap={1} alignItems="center">
            <RetrainStateBadge job={original} />
            {original.state === 'running' && original.progress !== null && (
              <Text tabular>{formatShare(original.progress)}</Text>
            )}
          </Stack>
        ),
      },
      {
        id: 'trigger',
        header: t('retrain.column.why', 'Why'),
        cell: ({ row: { original } }) => (
          <Stack direction="column" gap={0}>
            <Text>{original.trigger.reason}</Text>
            <Text color="secondary" variant="bodySmall">
              {t('retrain.asked-by', '{{kind}}, asked for by {{name}}', {
                kind: formatWords(original.trigger.kind),
                name: formatActor(original.requestedBy),
              })}
            </Text>
          </Stack>
        ),
      },
      {
        id: 'result',
        header: t('retrain.column.result', 'Result'),
        cell: ({ row: { original } }) => <Text>{resultText(original)}</Text>,
      },
    ],
    [],
  );
  return <InteractiveTable columns={columns} data={jobs} getRowId={({ id }) => id} pageSize={10} />;
}

function resultText({ result, error }: RetrainJob): string {
  if (result !== null) {
    return t('retrain.version', 'Version {{version}}', { version: result.version });
  }
  return error ?? nothing;
}
