import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import type { DriftReport } from '@plumbline/collector/api';
import type { ReportQuery } from '../../../api/client';
import { VerdictBadge } from '../../../components/badges';
import { DistributionChart } from '../../../components/chart/DistributionChart';
import { EstimateText } from '../../../components/EstimateText';
import { Facts } from '../../../components/Facts';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { useDistribution } from '../../../data/useDrift';
import { formatDigest, formatSignal, formatWords } from '../../../format/name';
import { statisticFormat, statisticName } from '../../../format/statistic';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';

interface SignalPanelProps {
  readonly report: DriftReport;
  readonly signal: DriftReport['signals'][number];
  readonly query: ReportQuery;
}

/** One signal in its latest window: what was found, in a sentence and in numbers, and where its rows fell. */
export function SignalPanel({ report: { model, reference }, signal: { signal, latest }, query }: SignalPanelProps) {
  const styles = useStyles2(getStyles);
  const distribution = useDistribution(model, signal, { ...query, from: latest.from, to: latest.to });
  return (
    <Panel title={t('drift.signal', '{{signal}}: reference against current', { signal: formatSignal(signal) })}>
      <div className={styles.columns}>
        <div className={styles.chart}>
          <QueryState
            query={distribution}
            notFound={(message) => <Text color="secondary">{message}</Text>}
            subject={t('distribution.subject', 'the distribution of {{signal}}', { signal: formatSignal(signal) })}
          >
            {(data) =>
              data.bins.length === 0 ? (
                <Text color="secondary">{t('distribution.empty', 'No rows yet to draw.')}</Text>
              ) : (
                <DistributionChart distribution={data} />
              )
            }
          </QueryState>
        </div>
        <Stack direction="column" gap={2}>
          <div>
            <VerdictBadge verdict={latest.verdict} />
          </div>
          <Text element="p">{latest.sentence}</Text>
          <Facts
            facts={[
              [t('drift.window', 'Window'), formatRange(latest.from, latest.to)],
              [
                t('drift.reference', 'Reference'),
                reference === null ? t('drift.reference-none', 'None') : formatDigest(reference),
              ],
              ...Object.entries(latest.statistics).map(
                ([name, estimate]) =>
                  [
                    statisticName(name),
                    <EstimateText key={name} estimate={estimate} format={statisticFormat(name)} />,
                  ] as const,
              ),
              ...leadingFact(latest),
            ]}
          />
        </Stack>
      </div>
    </Panel>
  );
}

/** Which way the evidence points, once there is enough of it to point anywhere. */
function leadingFact({ verdict, evidence }: DriftReport['signals'][number]['latest']): [string, string][] {
  const leading = evidence?.leading ?? null;
  if (leading === null || verdict === 'clear' || verdict === 'insufficient_data') {
    return [];
  }
  const { score, direction } = leading;
  return [
    [
      t('drift.leading', 'Moved'),
      direction === 'up'
        ? t('drift.up', '{{score}} up', { score: formatWords(score) })
        : t('drift.down', '{{score}} down', { score: formatWords(score) }),
    ],
  ];
}

const getStyles = (theme: GrafanaTheme2) => ({
  columns: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)',
    gap: theme.spacing(3),
    [theme.breakpoints.down('lg')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  }),
  chart: css({ minWidth: 0 }),
});
