import { Combobox, InlineField, Stack, Text } from '@grafana/ui';
import type { PerformanceReport, VersionList } from '@plumbline/collector/api';
import { EstimateText } from '../../../components/EstimateText';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { QueryState } from '../../../components/QueryState';
import { usePerformance } from '../../../data/usePerformance';
import { statisticFormat, statisticName } from '../../../format/statistic';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';
import { useParameter } from '../useReportQuery';

/** Two versions side by side, each on the traffic it served. */
export function ComparePanel({ list: { model, versions, routing } }: { readonly list: VersionList }) {
  const [version, setVersion] = useParameter('version');
  const [other, setOther] = useParameter('compare');
  const names = versions.map((candidate) => candidate.version);
  const [first, second] = defaults(names, routing?.champion ?? null, version, other);
  if (first === undefined || second === undefined) {
    return null;
  }
  const options = names.map((name) => ({ value: name, label: name }));
  return (
    <Panel
      title={t('compare.title', 'Side by side in production')}
      description={t(
        'compare.why',
        'Each on the rows it served, with 95 % intervals: traffic may differ between them. Where intervals do not overlap they surely differ. On the same held-out rows versions are compared under Evaluation.',
      )}
    >
      <Stack direction="column" gap={1}>
        <Stack direction="row" gap={2} wrap="wrap">
          <InlineField label={t('compare.one', 'Version')} htmlFor="compare-one">
            <Combobox
              id="compare-one"
              width={24}
              options={options}
              value={first}
              onChange={({ value }) => setVersion(value)}
            />
          </InlineField>
          <InlineField label={t('compare.other', 'beside')} htmlFor="compare-other">
            <Combobox
              id="compare-other"
              width={24}
              options={options}
              value={second}
              onChange={({ value }) => setOther(value)}
            />
          </InlineField>
        </Stack>
        <Comparison model={model} first={first} second={second} />
      </Stack>
    </Panel>
  );
}

interface ComparisonProps {
  readonly model: string;
  readonly first: string;
  readonly second: string;
}

function Comparison({ model, first, second }: ComparisonProps) {
  const one = usePerformance(model, { version: first });
  const other = usePerformance(model, { version: second });
  const none = (message: string) => <Text color="secondary">{message}</Text>;
  return (
    <QueryState query={one} subject={t('performance.subject', 'the performance report')} notFound={none}>
      {(left) => (
        <QueryState query={other} subject={t('performance.subject', 'the performance report')} notFound={none}>
          {(right) => <ComparisonTable left={left} right={right} first={first} second={second} />}
        </QueryState>
      )}
    </QueryState>
  );
}

interface ComparisonTableProps extends Pick<ComparisonProps, 'first' | 'second'> {
  readonly left: PerformanceReport;
  readonly right: PerformanceReport;
}

function ComparisonTable({ left, right, first, second }: ComparisonTableProps) {
  const names = [...new Set([...Object.keys(left.statistics), ...Object.keys(right.statistics)])];
  if (names.length === 0) {
    return <Text color="secondary">{t('compare.none', 'Neither has labelled rows yet.')}</Text>;
  }
  return (
    <PlainTable
      label={t('compare.title', 'Side by side in production')}
      columns={[
        t('compare.column.statistic', 'Statistic'),
        t('compare.column.version', 'Version {{version}}', { version: first }),
        t('compare.column.version', 'Version {{version}}', { version: second }),
        t('compare.column.verdict', 'Difference'),
      ]}
      rows={[
        {
          key: 'time',
          cells: [t('compare.time', 'Event time'), eventTime(left), eventTime(right), ''],
        },
        ...names.map((name) => ({
          key: name,
          cells: [
            statisticName(name),
            <EstimateText key="one" estimate={left.statistics[name]} format={statisticFormat(name)} />,
            <EstimateText key="other" estimate={right.statistics[name]} format={statisticFormat(name)} />,
            differenceText(left.statistics[name], right.statistics[name]),
          ],
        })),
      ]}
    />
  );
}

/** Of a version that has decided nothing in production the report begins and ends at 0. */
function eventTime({ from, to }: PerformanceReport): string {
  return from === to ? t('compare.no-rows', 'no rows yet') : formatRange(from, to);
}

type Estimate = PerformanceReport['statistics'][string] | undefined;

function differenceText(left: Estimate, right: Estimate): string {
  if (left?.low == null || left.high === null || right?.low == null || right.high === null) {
    return t('compare.unknown', 'Cannot be told');
  }
  return left.low > right.high || right.low > left.high
    ? t('compare.differ', 'They differ')
    : t('compare.overlap', 'Intervals overlap');
}

/** The version of the address beside the one to compare; else the newest beside the champion. */
function defaults(
  names: readonly string[],
  champion: string | null,
  version: string | null,
  other: string | null,
): readonly (string | undefined)[] {
  const known = (name: string | null) => names.find((candidate) => candidate === name);
  const second = known(other) ?? known(champion) ?? names[1];
  const first = known(version) ?? names.find((name) => name !== second);
  return [first, second];
}
