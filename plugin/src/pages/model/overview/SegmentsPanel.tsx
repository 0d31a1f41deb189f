import type { ModelDetail } from '@plumbline/collector/api';
import { HealthMark } from '../../../components/HealthMark';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { formatSegment } from '../../../format/name';
import { formatCount } from '../../../format/number';
import { hrefTo } from '../../../hrefTo';
import { t } from '../../../i18n';
import { type ModelTab, modelPath } from '../../../routing';

const aspects = [
  ['drift', 'drift'],
  ['performance', 'performance'],
  ['fairness', 'fairness'],
  ['dataQuality', 'data-quality'],
] as const satisfies readonly (readonly [string, ModelTab])[];

/** Slices of the traffic that are watched by themselves: what is wrong with one may not show in the whole. */
export function SegmentsPanel({ detail: { model, segments = [] } }: { readonly detail: ModelDetail }) {
  if (segments.length === 0) {
    return null;
  }
  return (
    <Panel
      title={t('overview.segments', 'Segments')}
      description={t(
        'overview.segments-why',
        'Each has its own reference and its own evidence, all within the one budget of false alarms. Rows are those of the latest window.',
      )}
    >
      <PlainTable
        label={t('overview.segments', 'Segments')}
        columns={[
          t('overview.segment', 'Segment'),
          t('overview.segment-rows', 'Rows'),
          t('models.column.drift', 'Drift'),
          t('models.column.performance', 'Performance'),
          t('models.column.fairness', 'Fairness'),
          t('models.column.data-quality', 'Data quality'),
        ]}
        rows={segments.map(({ segment, rows, health }) => ({
          key: segment,
          cells: [
            <span key="segment" style={{ whiteSpace: 'nowrap' }}>
              {formatSegment(segment)}
            </span>,
            formatCount(rows),
            ...aspects.map(([aspect, tab]) => (
              <a key={aspect} href={hrefTo(modelPath(model, tab, { segment }))}>
                <HealthMark health={health[aspect]} />
              </a>
            )),
          ],
        }))}
      />
    </Panel>
  );
}
