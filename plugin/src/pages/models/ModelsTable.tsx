import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { ModelSummary } from '@plumbline/collector/api';
import { memo } from 'react';
import { healthLook } from '../../components/badges';
import { HealthMark } from '../../components/HealthMark';
import { SortHeader } from '../../components/SortHeader';
import { Sparkline } from '../../components/Sparkline';
import { formatWords } from '../../format/name';
import { formatBasisPoints, formatShortCount, nothing } from '../../format/number';
import { t } from '../../i18n';
import { type ModelTab, modelPath } from '../../routing';
import { type SortColumn, sortColumns, startsDescending } from './sortModels';

interface ModelsTableProps {
  readonly models: readonly ModelSummary[];
  /** Where these rows begin among all that match, from 0; and how many match. */
  readonly firstRow: number;
  readonly allRows: number;
  readonly sort: SortColumn;
  readonly descending: boolean;
  readonly onSort: (column: SortColumn, descending: boolean) => void;
}

/** One page of the fleet. A plain table: rows of a general one cost ten times as much to draw. */
export function ModelsTable({ models, firstRow, allRows, sort, descending, onSort }: ModelsTableProps) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-rowcount={allRows + 1} aria-label={t('models.title', 'Models')}>
        <thead>
          <tr aria-rowindex={1}>
            {sortColumns.map((column) => (
              <SortHeader
                key={column}
                title={columnTitle(column)}
                isSorted={sort === column}
                descending={descending}
                onSort={() => onSort(column, sort === column ? !descending : startsDescending(column))}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map((model, index) => (
            <ModelRow key={`${model.environment}/${model.model}`} model={model} rowIndex={firstRow + index + 2} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const aspects = [
  ['drift', 'drift'],
  ['performance', 'performance'],
  ['fairness', 'fairness'],
  ['dataQuality', 'data-quality'],
] as const satisfies readonly (readonly [SortColumn, ModelTab])[];

/** Drawn again only when its own numbers change: what has not changed keeps its identity from reading to reading. */
const ModelRow = memo(({ model, rowIndex }: { readonly model: ModelSummary; readonly rowIndex: number }) => (
  <tr aria-rowindex={rowIndex}>
    <td>
      <TextLink href={modelPath(model.model)} inline={false} weight="medium">
        {model.model}
      </TextLink>
      <Text color="secondary" variant="bodySmall" element="p">
        <span title={formatWords(model.task)}>{model.environment}</span>
      </Text>
    </td>
    <td>
      <HealthMark health={model.health.overall} />
    </td>
    {aspects.map(([aspect, tab]) => (
      <td key={aspect}>
        <a
          href={modelPath(model.model, tab)}
          aria-label={t('models.open', '{{aspect}} of {{model}}: {{health}}', {
            aspect: columnTitle(aspect),
            model: model.model,
            health: healthLook(model.health[aspect]).text,
          })}
        >
          <HealthMark health={model.health[aspect]} />
        </a>
      </td>
    ))}
    <td>
      <Serving model={model} />
    </td>
    <td>
      {model.openAlerts === 0 ? (
        <Text color="secondary">0</Text>
      ) : (
        <TextLink href={modelPath(model.model, 'alerts')} inline={false}>
          {String(model.openAlerts)}
        </TextLink>
      )}
    </td>
    <td>
      <Traffic model={model} />
    </td>
    <td>{model.owner === '' ? <Text color="secondary">{nothing}</Text> : <Text>{model.owner}</Text>}</td>
  </tr>
));
ModelRow.displayName = 'ModelRow';

function columnTitle(column: SortColumn): string {
  switch (column) {
    case 'model':
      return t('models.column.model', 'Model');
    case 'overall':
      return t('models.column.overall', 'Health');
    case 'drift':
      return t('models.column.drift', 'Drift');
    case 'performance':
      return t('models.column.performance', 'Performance');
    case 'fairness':
      return t('models.column.fairness', 'Fairness');
    case 'dataQuality':
      return t('models.column.data-quality', 'Data quality');
    case 'champion':
      return t('models.column.serving', 'Serving');
    case 'openAlerts':
      return t('models.column.alerts', 'Alerts');
    case 'rowsLastHour':
      return t('models.column.traffic', 'Rows per hour');
    case 'owner':
      return t('models.column.owner', 'Owner');
  }
}

function Serving({ model: { champion, rollout } }: { readonly model: ModelSummary }) {
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

function Traffic({ model: { model, rowsLastHour, traffic } }: { readonly model: ModelSummary }) {
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

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ overflowX: 'auto' }),
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    '& th': { padding: theme.spacing(1), textAlign: 'left', borderBottom: `1px solid ${theme.colors.border.medium}` },
    '& td': {
      height: theme.spacing(6),
      padding: theme.spacing(0.5, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    },
    '& td, & td *': { whiteSpace: 'nowrap' },
    '& tbody tr:hover': { background: theme.colors.action.hover },
  }),
});
