import type { PanelProps } from '@grafana/data';
import { Text } from '@grafana/ui';
import { IntervalChart, type IntervalRow } from '../../components/chart/IntervalChart';
import { formatCount, formatShare, nothing } from '../../format/number';
import { statisticName, unitOf } from '../../format/statistic';
import { t } from '../../i18n';
import { PanelBody } from '../PanelBody';
import { PanelMessage } from '../PanelMessage';
import { type AttributeRows, type GroupRow, groupsOf } from './groupsOf';

/** Below this part of the reference group's selection rate, US agencies presume adverse impact (EEOC, 1978). */
const fourFifths = 0.8;

/** One chart an attribute: its groups with their intervals, and the four-fifths line where it applies. */
export function FairnessPanel({ data, width, height }: PanelProps) {
  const attributes = groupsOf(data.series);
  if (attributes.length === 0) {
    return (
      <PanelMessage
        text={t(
          'panel.fairness.nothing',
          'No groups to draw. Query the Plumbline data source for the report "Fairness by group"; the model needs groups in plumbline.yaml.',
        )}
      />
    );
  }
  const models = new Set(attributes.map(({ model }) => model));
  return (
    <PanelBody width={width} height={height}>
      {attributes.map((rows) => {
        const { model, attribute, statistic } = rows;
        const title = t('fairness.rates', '{{rate}} by {{attribute}}', { rate: statisticName(statistic), attribute });
        return (
          <div key={`${model} ${attribute}`}>
            <Text weight="medium">{models.size > 1 ? `${model}: ${title}` : title}</Text>
            <IntervalChart
              label={t('fairness.chart', '{{rate}} of each group of {{attribute}}, with 95 % intervals', {
                rate: statisticName(statistic),
                attribute,
              })}
              unit={unitOf(statistic)}
              rows={rows.groups.map(rowOf)}
              line={lineOf(rows)}
            />
          </div>
        );
      })}
    </PanelBody>
  );
}

/** Of selection rates: four fifths of the reference group's. Of their ratio: four fifths. */
function lineOf({ statistic, groups }: AttributeRows): { readonly at: number; readonly text: string } | undefined {
  if (statistic === 'disparateImpactRatio') {
    return { at: fourFifths, text: t('panel.fairness.ratio-line', 'Four fifths') };
  }
  const reference = groups.find(({ isReference }) => isReference);
  if (statistic !== 'selectionRate' || reference === undefined || reference.value === null) {
    return undefined;
  }
  const at = fourFifths * reference.value;
  return {
    at,
    text: t('fairness.four-fifths', 'Four fifths of {{group}}: {{share}}', {
      group: reference.group,
      share: formatShare(at),
    }),
  };
}

function rowOf({ group, isReference, value, low, high, rows, verdict, hidden }: GroupRow): IntervalRow {
  const n = rows === null ? nothing : formatCount(rows);
  if (value === null) {
    const why =
      hidden === null
        ? t('fairness.no-value', 'n {{n}}: no value', { n })
        : t('fairness.suppressed', 'hidden: {{why}}', { why: hidden });
    const note = isReference ? t('panel.fairness.reference-without', 'reference group, {{why}}', { why }) : why;
    return { name: group, note, estimate: null, tone: 'neutral' };
  }
  return {
    name: group,
    note: isReference
      ? t('fairness.reference-group', 'reference group, n {{n}}', { n })
      : t('fairness.group-n', 'n {{n}}', { n }),
    estimate: { value, low, high, n: rows ?? 0 },
    tone: isReference ? 'neutral' : toneOf(verdict),
  };
}

function toneOf(verdict: string): IntervalRow['tone'] {
  if (verdict === 'alarm' || verdict === 'watch') {
    return verdict;
  }
  return verdict === 'clear' ? 'ok' : 'neutral';
}
