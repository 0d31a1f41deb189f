import { EmptyState, Stack, Text } from '@grafana/ui';
import type { DataQualityReport, ModelDetail } from '@plumbline/collector/api';
import { VerdictBadge } from '../../../components/badges';
import { Disclosure } from '../../../components/Disclosure';
import { EvidenceGauge } from '../../../components/EvidenceGauge';
import { Facts } from '../../../components/Facts';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { QueryState } from '../../../components/QueryState';
import { statisticFacts } from '../../../components/statisticFacts';
import { useDataQuality } from '../../../data/useDataQuality';
import { formatSignal } from '../../../format/name';
import { t } from '../../../i18n';
import { HeatMapPanel } from '../drift/HeatMapPanel';
import { ReportToolbar } from '../ReportToolbar';
import { useParameter, useReportQuery } from '../useReportQuery';

type Signal = DataQualityReport['signals'][number];

/** Whether the data still come as they did. Broken data explains drift, and then drift does not alarm by itself. */
export function DataQualityTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const query = useDataQuality(model, useReportQuery());
  const [chosen, choose] = useParameter('signal');
  return (
    <Stack direction="column" gap={2}>
      <ReportToolbar model={model} />
      <QueryState query={query} subject={t('data-quality.subject', 'the data quality')}>
        {({ windows, signals }) => {
          const shown = signals.find(({ signal }) => signal === chosen) ?? signals[0];
          return shown === undefined ? (
            <EmptyState
              variant="call-to-action"
              hideImage
              message={t('data-quality.none', 'Nothing can be said of the data yet')}
            >
              {t(
                'data-quality.none-how',
                'Missing, invalid and new values are told when a window has closed after the reference was made.',
              )}
            </EmptyState>
          ) : (
            <Stack direction="column" gap={2}>
              <ChecksPanel signals={signals} />
              <HeatMapPanel windows={windows} signals={signals} chosen={shown.signal} onChoose={choose} />
            </Stack>
          );
        }}
      </QueryState>
    </Stack>
  );
}

function ChecksPanel({ signals }: { readonly signals: readonly Signal[] }) {
  return (
    <Panel
      title={t('data-quality.title', 'Checks in the latest window')}
      description={t(
        'data-quality.why',
        'Shares of values that are missing, invalid, outside the range of the reference, new or of another type; repeats; failures; features that came or went.',
      )}
    >
      <PlainTable
        label={t('data-quality.title', 'Checks in the latest window')}
        columns={[
          t('data-quality.column.what', 'What'),
          t('data-quality.column.verdict', 'Verdict'),
          t('data-quality.column.evidence', 'Evidence, of the alarm level'),
          t('data-quality.column.numbers', 'Numbers'),
        ]}
        rows={signals.map((signal) => ({
          key: signal.signal,
          cells: [
            <Stack key="what" direction="column" gap={0.5}>
              <strong>{formatSignal(signal.signal)}</strong>
              <span>{signal.latest.sentence}</span>
              {signal.explains.length > 0 && (
                <span>
                  {t('data-quality.explains', 'Explains the drift of {{signals}}.', {
                    signals: signal.explains.map(formatSignal).join(', '),
                  })}
                </span>
              )}
            </Stack>,
            <VerdictBadge key="verdict" verdict={signal.latest.verdict} />,
            <EvidenceOfCheck key="evidence" finding={signal.latest} />,
            <Numbers key="numbers" signal={signal} />,
          ],
        }))}
      />
    </Panel>
  );
}

/** A schema is what it is, and so is a count of rows: such a check needs no evidence. */
function EvidenceOfCheck({ finding: { evidence, verdict } }: { readonly finding: Signal['latest'] }) {
  return evidence === null && verdict !== 'insufficient_data' ? (
    <Text color="secondary" variant="bodySmall">
      {t('data-quality.fact', 'None needed: it is counted')}
    </Text>
  ) : (
    <EvidenceGauge evidence={evidence} />
  );
}

/** In sight where something is wrong, at hand where nothing is. */
function Numbers({ signal: { latest } }: { readonly signal: Signal }) {
  const facts = <Facts facts={statisticFacts(latest.statistics)} />;
  return latest.verdict === 'clear' ? (
    <Disclosure title={t('data-quality.numbers', 'Numbers')}>{facts}</Disclosure>
  ) : (
    facts
  );
}
