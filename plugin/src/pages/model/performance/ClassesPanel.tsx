import type { PerformanceReport } from '@plumbline/collector/api';
import { EstimateText } from '../../../components/EstimateText';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { formatCount, formatShare } from '../../../format/number';
import { t } from '../../../i18n';

/** How good the model is for every class. */
export function ClassesPanel({ classes }: { readonly classes: NonNullable<PerformanceReport['classes']> }) {
  return (
    <Panel title={t('classes.title', 'By class')}>
      <PlainTable
        label={t('classes.title', 'By class')}
        columns={[
          t('classes.column.class', 'Class'),
          t('classes.column.labels', 'Happened'),
          t('classes.column.predictions', 'Predicted'),
          t('classes.column.precision', 'Precision'),
          t('classes.column.recall', 'Recall'),
          t('classes.column.f1', 'F1'),
        ]}
        rows={classes.map((row) => ({
          key: row.class,
          cells: [
            row.class,
            formatCount(row.labels),
            formatCount(row.predictions),
            <EstimateText key="precision" estimate={row.precision} format={formatShare} />,
            <EstimateText key="recall" estimate={row.recall} format={formatShare} />,
            <EstimateText key="f1" estimate={row.f1} format={formatShare} />,
          ],
        }))}
      />
    </Panel>
  );
}
