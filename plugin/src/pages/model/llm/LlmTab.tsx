import { EmptyState, Stack } from '@grafana/ui';
import type { DriftReport, ModelDetail } from '@plumbline/collector/api';
import type { ReportQuery } from '../../../api/client';
import { QueryState } from '../../../components/QueryState';
import { useDrift } from '../../../data/useDrift';
import { usePerformance } from '../../../data/usePerformance';
import { useUsage } from '../../../data/useUsage';
import { t } from '../../../i18n';
import { SignalsView } from '../drift/SignalsView';
import { RatingsPanels } from '../RatingsPanels';
import { ReportToolbar } from '../ReportToolbar';
import { useReportQuery } from '../useReportQuery';
import { isLlmSignal } from './isLlmSignal';
import { UsagePanel } from './UsagePanel';
import { UsageTiles } from './UsageTiles';

/** What a language model takes and costs, how soon it answers, and what people say of its answers. */
export function LlmTab({ detail: { model, signals = [] } }: { readonly detail: ModelDetail }) {
  const query = useReportQuery();
  return (
    <Stack direction="column" gap={2}>
      <ReportToolbar model={model} />
      {signals.some(isLlmSignal) ? (
        <>
          <Usage model={model} query={query} />
          <Ratings model={model} query={query} />
          <Signals model={model} query={query} />
        </>
      ) : (
        <NotRecorded />
      )}
    </Stack>
  );
}

interface PartProps {
  readonly model: string;
  readonly query: ReportQuery;
}

function Usage({ model, query }: PartProps) {
  return (
    <QueryState query={useUsage(model, query)} subject={t('usage.subject', 'what its calls take')}>
      {(report) => (
        <Stack direction="column" gap={2}>
          <UsageTiles report={report} />
          <UsagePanel report={report} />
        </Stack>
      )}
    </QueryState>
  );
}

function Ratings({ model, query }: PartProps) {
  return (
    <QueryState query={usePerformance(model, query)} subject={t('ratings.subject', 'the ratings of its answers')}>
      {(report) => <RatingsPanels report={report} />}
    </QueryState>
  );
}

function Signals({ model, query }: PartProps) {
  return (
    <QueryState query={useDrift(model, query)} subject={t('llm.subject', 'the signals of the language model')}>
      {(report) => (
        <SignalsView
          report={report}
          signals={[...report.signals.filter(isLlmSignal), ...latencyOf(report)]}
          query={query}
        />
      )}
    </QueryState>
  );
}

/** How long a whole answer took belongs beside how soon it began. */
function latencyOf({ signals }: DriftReport): DriftReport['signals'] {
  return signals.filter(({ kind }) => kind === 'latency');
}

function NotRecorded() {
  return (
    <EmptyState variant="call-to-action" hideImage message={t('llm.none', 'No signal of a language model is recorded')}>
      {t(
        'llm.none-how',
        'Tokens, cost and time to the first token are read off the spans of any OpenTelemetry instrumentation of GenAI.',
      )}
    </EmptyState>
  );
}
