import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import type { DriftReport } from '@plumbline/collector/api';
import type { ReportQuery } from '../../../api/client';
import { VerdictBadge } from '../../../components/badges';
import { BinContributions } from '../../../components/chart/BinContributions';
import { DistributionChart } from '../../../components/chart/DistributionChart';
import { TopMovers } from '../../../components/chart/TopMovers';
import { Disclosure } from '../../../components/Disclosure';
import { EvidenceGauge } from '../../../components/EvidenceGauge';
import { Facts } from '../../../components/Facts';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { statisticFacts } from '../../../components/statisticFacts';
import { useDistribution } from '../../../data/useDrift';
import { formatCoverage } from '../../../format/coverage';
import { formatDigest, formatSignal, formatWords } from '../../../format/name';
import { formatCount, formatEffect, formatStatistic } from '../../../format/number';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';

interface SignalPanelProps {
  readonly report: DriftReport;
  readonly signal: DriftReport['signals'][number];
  readonly query: ReportQuery;
}

/** One signal in its latest window: what was found, in a sentence and in numbers, and where its rows fell. */
export function SignalPanel({
  report: { model, reference, windows },
  signal: { signal, latest },
  query,
}: SignalPanelProps) {
  const styles = useStyles2(getStyles);
  const coverage = windows.find(({ from }) => from === latest.from)?.coverage;
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
                <Stack direction="column" gap={1.5}>
                  <DistributionChart distribution={data} />
                  <Text color="secondary" variant="bodySmall">
                    {t('bins.title', 'Where the difference comes from: share of the PSI, reference → current')}
                  </Text>
                  <BinContributions distribution={data} />
                  {data.movers !== undefined && data.movers.length > 0 && <TopMovers movers={data.movers} />}
                </Stack>
              )
            }
          </QueryState>
        </div>
        <Stack direction="column" gap={2}>
          <div>
            <VerdictBadge verdict={latest.verdict} />
          </div>
          <Text element="p">{latest.sentence}</Text>
          <EvidenceGauge evidence={latest.evidence} />
          {latest.explainedBy !== undefined && (
            <Text color="secondary">
              {t('finding.explained', 'Explained by {{signal}}: it does not alarm by itself.', {
                signal: formatSignal(latest.explainedBy),
              })}
            </Text>
          )}
          <Facts
            facts={[
              [t('drift.window', 'Window'), formatRange(latest.from, latest.to)],
              ...(coverage === undefined ? [] : [[t('drift.coverage', 'Rows'), formatCoverage(coverage)] as const]),
              [
                t('drift.reference', 'Reference'),
                reference === null ? t('drift.reference-none', 'None') : formatDigest(reference),
              ],
              ...statisticFacts(latest.statistics),
              ...leadingFact(latest),
              ...certificateFacts(latest),
            ]}
          />
          <MoreStatistics known={latest.statistics} all={distribution.data?.statistics ?? {}} />
        </Stack>
      </div>
    </Panel>
  );
}

type Statistics = DriftReport['signals'][number]['latest']['statistics'];

/** The statistics that a finding does not hold: for who knows which one they are looking for. */
function MoreStatistics({ known, all }: { readonly known: Statistics; readonly all: Statistics }) {
  const more = Object.fromEntries(Object.entries(all).filter(([name]) => !(name in known)));
  const count = Object.keys(more).length;
  return count === 0 ? null : (
    <Disclosure title={t('drift.more', 'More statistics ({{count}})', { count })}>
      <Stack direction="column" gap={1}>
        <Text color="secondary" variant="bodySmall">
          {t('drift.bands', 'With the band that 95 % of clean windows keep to, or an interval.')}
        </Text>
        <Facts facts={statisticFacts(more)} />
      </Stack>
    </Disclosure>
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

/** In the window of an alarm: the numbers it rests on. */
function certificateFacts({ evidence }: DriftReport['signals'][number]['latest']): [string, string][] {
  const certificate = evidence?.certificate;
  if (certificate === undefined) {
    return [];
  }
  const { observedMean, observedEvents, referenceMean, referenceEvents, nullBound, designEffect } = certificate;
  return [
    [
      t('drift.rests-on', 'Alarm rests on'),
      t(
        'drift.certificate',
        'mean score {{observed}} of {{events}} rows, {{reference}} of {{referenceEvents}} in the reference; at most {{bound}} is tolerated; design effect {{effect}}',
        {
          observed: formatEffect(observedMean),
          events: formatCount(observedEvents),
          reference: formatEffect(referenceMean),
          referenceEvents: formatCount(referenceEvents),
          bound: formatEffect(nullBound),
          effect: formatStatistic(designEffect),
        },
      ),
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
