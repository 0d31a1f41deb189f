import { type DataFrame, toDataFrame } from '@grafana/data';
import type { FairnessReport } from '@plumbline/collector/api';
import { statisticName } from '../../format/statistic';
import { t } from '../../i18n';
import { appLink, narrowingOf, numberField, statisticConfig, textField } from './field';

type Group = FairnessReport['attributes'][number]['groups'][number];

/** Rates and differences that a report has, for a list to choose from. */
export function fairnessStatistics({ attributes }: FairnessReport): string[] {
  const groups = attributes.flatMap((attribute) => attribute.groups);
  return [...new Set(groups.flatMap(({ rates, statistics }) => [...Object.keys(rates), ...Object.keys(statistics)]))];
}

/** `attribute` and `attribute=group` of a report, for a list to choose from. */
export function fairnessGroups({ attributes }: FairnessReport): string[] {
  return attributes.flatMap(({ attribute, groups }) => [
    attribute,
    ...groups.map(({ group }) => `${attribute}=${group}`),
  ]);
}

/**
 * One row a group: a rate or a difference with its 95 % interval. A hidden group keeps its row, with the reason and
 * without numbers. `chosen`: which; empty: the first there is. `wanted` holds attributes and `attribute=group`; empty: all.
 */
export function fairnessFrame(report: FairnessReport, chosen: string, wanted: readonly string[]): DataFrame {
  const { model } = report;
  const statistic = chosen || (fairnessStatistics(report)[0] ?? 'selectionRate');
  const rows = report.attributes.flatMap(({ attribute, referenceGroup, groups }) =>
    groups
      .filter(
        ({ group }) => wanted.length === 0 || wanted.includes(attribute) || wanted.includes(`${attribute}=${group}`),
      )
      .map((group) => ({
        attribute,
        isReference: group.group === referenceGroup,
        group,
        estimate: estimateOf(group, statistic),
      })),
  );
  const config = statisticConfig(statistic);
  const links = [appLink(model, 'fairness', { ...narrowingOf(report), rate: statistic })];
  const part = (of: 'value' | 'low' | 'high') => rows.map(({ estimate }) => estimate?.[of] ?? null);
  const name = statisticName(statistic);
  return toDataFrame({
    name: model,
    meta: { custom: { fairness: { statistic } } },
    fields: [
      textField(
        'attribute',
        rows.map(({ attribute }) => attribute),
        {
          displayName: t('source.field.attribute', 'Attribute'),
        },
      ),
      textField(
        'group',
        rows.map(({ group }) => group.group),
        { displayName: t('source.field.group', 'Group'), links },
      ),
      numberField('value', part('value'), { ...config, links }),
      numberField('low', part('low'), {
        ...config,
        displayName: t('source.field.interval-low', '{{name}}, low end', { name }),
      }),
      numberField('high', part('high'), {
        ...config,
        displayName: t('source.field.interval-high', '{{name}}, high end', { name }),
      }),
      numberField(
        'rows',
        rows.map(({ group, estimate }) => estimate?.n ?? group.rows),
        {
          displayName: t('source.field.window-rows', 'Rows'),
          unit: 'short',
        },
      ),
      textField(
        'reference',
        rows.map(({ isReference }) => (isReference ? 'yes' : 'no')),
        {
          displayName: t('source.field.is-reference', 'Reference group'),
        },
      ),
      textField(
        'verdict',
        rows.map(({ group }) => group.verdict),
        {
          displayName: t('source.field.verdict', 'Verdict'),
        },
      ),
      textField(
        'hidden',
        rows.map(({ group, estimate }) => group.suppressed ?? estimate?.suppressed ?? null),
        {
          displayName: t('source.field.hidden', 'Hidden because'),
        },
      ),
    ],
  });
}

function estimateOf({ rates, statistics }: Group, statistic: string) {
  return rates[statistic] ?? statistics[statistic];
}
