import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, useStyles2 } from '@grafana/ui';
import type { ModelSummary } from '@plumbline/collector/api';
import { memo } from 'react';
import { healthLook } from '../../components/badges';
import { HealthMark } from '../../components/HealthMark';
import { SortHeader } from '../../components/SortHeader';
import { Sparkline } from '../../components/Sparkline';
import { formatWords } from '../../format/name';
import { formatBasisPoints, formatShortCount, nothing } from '../../format/number';
import { hrefTo } from '../../hrefTo';
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

/**
 * Drawn again only when its own numbers change: what has not changed keeps its identity from reading to reading. Plain
 * elements in the styles of the table: each of Grafana's components would cost as much as the rest of the row.
 */
const ModelRow = memo(({ model, rowIndex }: { readonly model: ModelSummary; readonly rowIndex: number }) => (
  <tr aria-rowindex={rowIndex}>
    <td>
      <a className="name" href={addressOf(model.model)}>
        {model.model}
      </a>
      <div className="note" title={formatWords(model.task)}>
        {model.environment}
      </div>
    </td>
    <td>
      <HealthMark health={model.health.overall} />
    </td>
    {aspects.map(([aspect, tab]) => (
      <td key={aspect}>
        <a
          href={addressOf(model.model, tab)}
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
        <span className="secondary">0</span>
      ) : (
        <a className="link" href={addressOf(model.model, 'alerts')}>
          {model.openAlerts}
        </a>
      )}
    </td>
    <td>
      <Traffic model={model} />
    </td>
    <td className="owner">{model.owner === '' ? <span className="secondary">{nothing}</span> : model.owner}</td>
  </tr>
));
ModelRow.displayName = 'ModelRow';

function addressOf(model: string, tab?: ModelTab): string {
  return hrefTo(modelPath(model, tab));
}

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

function Serving({ model: { champion, version, rollout } }: { readonly model: ModelSummary }) {
  return (
    <div className="inline">
      <div>
        <span className="number">{version ?? nothing}</span>
        {champion === null && version !== null && (
          <div className="note">{t('models.not-promoted', 'not promoted')}</div>
        )}
      </div>
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
    </div>
  );
}

function Traffic({ model: { model, rowsLastHour, traffic } }: { readonly model: ModelSummary }) {
  return (
    <div className="inline">
      <span className="number rows">{formatShortCount(rowsLastHour)}</span>
      <Sparkline
        label={t('models.traffic', 'Traffic of {{model}} over the last {{windows}} windows', {
          model,
          windows: traffic.length,
        })}
        values={traffic.map(({ rows }) => rows)}
      />
    </div>
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
    '& td.owner': { whiteSpace: 'normal' },
    '& .name': { fontWeight: theme.typography.fontWeightMedium },
    '& .name, & .link': { color: theme.colors.text.link },
    '& .name:hover, & .link:hover': { textDecoration: 'underline' },
    '& .note, & .secondary': { color: theme.colors.text.secondary },
    '& .note': { fontSize: theme.typography.bodySmall.fontSize, lineHeight: theme.typography.bodySmall.lineHeight },
    '& .inline': { display: 'flex', alignItems: 'center', gap: theme.spacing(1) },
    '& .number': { fontVariantNumeric: 'tabular-nums' },
    '& .rows': { minWidth: '3.5em', textAlign: 'right' },
    '& tbody tr:hover': { background: theme.colors.action.hover },
  }),
});
