import { Badge, Stack, Text } from '@grafana/ui';
import type { FindingBody, PerformanceReport } from '@plumbline/collector/api';
import { EvidenceGauge } from '../../../components/EvidenceGauge';
import { Facts } from '../../../components/Facts';
import { Panel } from '../../../components/Panel';
import { formatCoverage } from '../../../format/coverage';
import { formatSignal } from '../../../format/name';
import { formatCount, formatShare } from '../../../format/number';
import { statisticName } from '../../../format/statistic';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';

/** How much of the truth has arrived: numbers from few outcomes may still change. */
export function LabelsPanel({ report }: { readonly report: PerformanceReport }) {
  const { rows, labelledRows, final, from, to, findings = [], windows } = report;
  const coverage = windows.at(-1)?.coverage;
  return (
    <Panel title={t('performance.labels', 'Outcomes')}>
      <Facts
        facts={[
          [t('performance.range', 'Time'), formatRange(from, to)],
          [
            t('performance.labelled', 'Labelled'),
            t('performance.labelled-share', '{{labelled}} of {{rows}} rows ({{share}})', {
              labelled: formatCount(labelledRows),
              rows: formatCount(rows),
              share: rows === 0 ? formatShare(null) : formatShare(labelledRows / rows),
            }),
          ],
          ...(coverage === undefined
            ? []
            : [[t('performance.coverage', 'Latest window'), formatCoverage(coverage)] as const]),
          [
            t('performance.state', 'State'),
            <Stack key="state">
              {final ? (
                <Badge color="green" icon="check" text={t('performance.final', 'Final')} />
              ) : (
                <Badge
                  color="orange"
                  icon="hourglass"
                  text={t('performance.provisional', 'Provisional')}
                  tooltip={t(
                    'performance.provisional-why',
                    'Outcomes younger than the outcome delay are still missing: these numbers may change.',
                  )}
                />
              )}
            </Stack>,
          ],
          ...findings.map((finding) => evidenceFact(finding)),
        ]}
      />
    </Panel>
  );
}

/** How far one signal of the outcomes is from an alarm, and in words once it is half way there. */
function evidenceFact({ signal, evidence, verdict, sentence }: FindingBody) {
  const name = t('performance.evidence-of', 'Evidence: {{name}}', { name: statisticName(formatSignal(signal)) });
  return [
    name,
    <Stack key={signal} direction="column" gap={0.5}>
      <EvidenceGauge evidence={evidence} />
      {(verdict === 'watch' || verdict === 'alarm') && (
        <Text color="secondary" variant="bodySmall">
          {sentence}
        </Text>
      )}
    </Stack>,
  ] as const;
}
