import { Badge, type Column, InteractiveTable, Stack, Text, TextLink } from '@grafana/ui';
import type { Health, ModelSummary } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { HealthBadge } from '../../components/badges';
import { Sparkline } from '../../components/Sparkline';
import { formatWords } from '../../format/name';
import { formatBasisPoints, formatShortCount, nothing } from '../../format/number';
import { t } from '../../i18n';
import { type ModelTab, modelPath } from '../../routing';

type Aspect = Exclude<keyof ModelSummary['health'], 'overall'>;

/** Worst first: what a person should look at stands at the top of an ascending sort. */
const severity: Readonly<Record<Health, number>> = { alarm: 0, error: 1, watch: 2, no_data: 3, ok: 4 };
const worstFirst = [{ id: 'overall', desc: false }];

export function ModelsTable({ models }: { readonly models: ModelSummary[] }) {
  const columns = useMemo(
    (): Column<ModelSummary>[] => [
      {
        id: 'model',
        header: t('models.column.model', 'Model'),
        sortType: (left, right) => left.original.model.localeCompare(right.original.model),
        cell: ({ row: { original } }) => <NameCell model={original} />,
      },
      {
        id: 'overall',
        header: t('models.column.overall', 'Health'),
        sortType: (left, right) => rank(left.original) - rank(right.original),
        cell: ({ row: { original } }) => <HealthBadge health={original.health.overall} />,
      },
      aspectColumn('drift', t('models.column.drift', 'Drift'), 'drift'),
      aspectColumn('performance', t('models.column.performance', 'Performance'), 'performance'),
      aspectColumn('fairness', t('models.column.fairness', 'Fairness'), 'fairness'),
      {
        id: 'champion',
        header: t('models.column.serving', 'Serving'),
        sortType: (left, right) => (left.original.champion ?? '').localeCompare(right.original.champion ?? ''),
        cell: ({ row: { original } }) => <ServingCell model={original} />,
      },
      {
        id: 'openAlerts',
        header: t('models.column.alerts', 'Alerts'),
        sortType: (left, right) => left.original.openAlerts - right.original.openAlerts,
        sortDescFirst: true,
        cell: ({ row: { original } }) =>
          original.openAlerts === 0 ? (
            <Text color="secondary">0</Text>
          ) : (
            <TextLink href={modelPath(original.model, 'alerts')} inline={false}>
              {String(original.openAlerts)}
            </TextLink>
          ),
      },
      {
        id: 'rowsLastHour',
        header: t('models.column.traffic', 'Rows per hour'),
        sortType: (left, right) => left.original.rowsLastHour - right.original.rowsLastHour,
        sortDescFirst: true,
        cell: ({ row: { original } }) => <TrafficCell model={original} />,
      },
      {
        id: 'owner',
        header: t('models.column.owner', 'Owner'),
        sortType: (left, right) => left.original.owner.localeCompare(right.original.owner),
        cell: ({ row: { original } }) =>
          original.owner === '' ? <Text color="secondary">{nothing}</Text> : <Text>{original.owner}</Text>,
      },
    ],
    [],
  );
  return (
    <InteractiveTable
      columns={columns}
      data={models}
      getRowId={({ environment, model }) => `${environment}/${model}`}
      initialSortBy={worstFirst}
      pageSize={50}
    />
  );
}

function aspectColumn(aspect: Aspect, header: string, tab: ModelTab): Column<ModelSummary> {
  return {
    id: aspect,
    header,
    sortType: (left, right) => severity[left.original.health[aspect]] - severity[right.original.health[aspect]],
    cell: ({ row: { original } }) => (
      <a
        href={modelPath(original.model, tab)}
        aria-label={t('models.open', '{{aspect}} of {{model}}', { aspect: header, model: original.model })}
      >
        <HealthBadge health={original.health[aspect]} />
      </a>
    ),
  };
}

/** Overall health, and among equals the number of open alerts. */
function rank({ health, openAlerts }: ModelSummary): number {
  return severity[health.overall] - Math.min(openAlerts, 99) / 100;
}

function NameCell({ model: { model, environment, task } }: { readonly model: ModelSummary }) {
  return (
    <Stack direction="column" gap={0}>
      <TextLink href={modelPath(model)} inline={false} weight="medium">
        {model}
      </TextLink>
      <Text color="secondary" variant="bodySmall">
        {`${environment} · ${formatWords(task)}`}
      </Text>
    </Stack>
  );
}

function ServingCell({ model: { champion, rollout } }: { readonly model: ModelSummary }) {
  return (
    <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
      <Text tabular>{champion ?? nothing}</Text>
      {rollout && (
        <Badge
          color="blue"
          icon="code-branch"
          text={
            rollout.stage === 'canary'
              ? t('models.canary', '{{version}} at {{weight}}', {
                  version: rollout.version,
                  weight: formatBasisPoints(rollout.weightBasisPoints),
                })
              : t('models.rollout', '{{version}} in {{stage}}', { version: rollout.version, stage: rollout.stage })
          }
          tooltip={t('models.rollout-why', 'A rollout of version {{version}} is under way: {{stage}}', {
            version: rollout.version,
            stage: rollout.stage,
          })}
        />
      )}
    </Stack>
  );
}

function TrafficCell({ model: { model, rowsLastHour, traffic } }: { readonly model: ModelSummary }) {
  return (
    <Stack direction="row" gap={1} alignItems="center">
      <span style={{ minWidth: '3.5em', textAlign: 'right' }}>
        <Text tabular>{formatShortCount(rowsLastHour)}</Text>
      </span>
      <Sparkline
        label={t('models.traffic', 'Traffic of {{model}} over the last {{count}} windows', {
          model,
          count: traffic.length,
        })}
        values={traffic.map(({ rows }) => rows)}
      />
    </Stack>
  );
}
