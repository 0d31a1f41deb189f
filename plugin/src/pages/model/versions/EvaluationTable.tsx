import { type Column, InteractiveTable, Stack, Text } from '@grafana/ui';
import type { Evaluation, MetricPair } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { EstimateText } from '../../../components/EstimateText';
import { Noted } from '../../../components/Noted';
import { formatDigest } from '../../../format/name';
import { formatCount } from '../../../format/number';
import { statisticFormat, statisticName } from '../../../format/statistic';
import { t } from '../../../i18n';

interface EvaluationRow {
  readonly id: string;
  readonly subject: string;
  readonly metric: string;
  readonly pair: MetricPair;
}

/** Candidate and champion on the same held-out rows: over all of them, and for each group. */
export function EvaluationTable({ evaluation }: { readonly evaluation: Evaluation }) {
  const { rows, dataset, champion, version } = evaluation;
  const data = useMemo(() => rowsOf(evaluation), [evaluation]);
  const columns = useMemo(() => columnsOf(version, champion), [version, champion]);
  return (
    <Stack direction="column" gap={1}>
      <InteractiveTable columns={columns} data={data} getRowId={({ id }) => id} />
      <Text color="secondary" variant="bodySmall">
        {t('evaluation.dataset', 'Both on the same {{rows}} held-out rows ({{digest}}).', {
          rows: formatCount(rows),
          digest: formatDigest(dataset),
        })}
      </Text>
    </Stack>
  );
}

function rowsOf({ metrics, groups }: Evaluation): EvaluationRow[] {
  const everybody = t('evaluation.everybody', 'All rows');
  return [
    ...Object.entries(metrics).map(([metric, pair]) => ({ id: `all ${metric}`, subject: everybody, metric, pair })),
    ...groups.flatMap(({ attribute, group, metrics: own }) =>
      Object.entries(own).map(([metric, pair]) => ({
        id: `${attribute} ${group} ${metric}`,
        subject: `${attribute} = ${group}`,
        metric,
        pair,
      })),
    ),
  ];
}

function columnsOf(version: string, champion: string | null): Column<EvaluationRow>[] {
  return [
    {
      id: 'metric',
      header: t('evaluation.column.metric', 'Metric'),
      cell: ({ row: { original } }) => (
        <Noted note={original.subject}>
          <Text>{statisticName(original.metric)}</Text>
        </Noted>
      ),
    },
    {
      id: 'candidate',
      header: version,
      cell: ({ row: { original } }) => <Value row={original} value={original.pair.candidate.value} />,
    },
    {
      id: 'champion',
      header: champion ?? t('evaluation.no-champion', 'No champion'),
      cell: ({ row: { original } }) => <Value row={original} value={original.pair.champion?.value ?? null} />,
    },
    {
      id: 'difference',
      header: t('evaluation.column.difference', 'Difference'),
      cell: ({ row: { original } }) =>
        original.pair.difference === null ? null : (
          <EstimateText
            estimate={original.pair.difference}
            format={signed(statisticFormat(`${original.metric}Difference`))}
          />
        ),
    },
  ];
}

function Value({ row, value }: { readonly row: EvaluationRow; readonly value: number | null }) {
  return <Text tabular>{statisticFormat(row.metric)(value)}</Text>;
}

function signed(format: (value: number | null) => string): (value: number | null) => string {
  return (value) => (value !== null && value > 0 ? `+${format(value)}` : format(value));
}
