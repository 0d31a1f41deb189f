import { EmptyState, Stack } from '@grafana/ui';
import type { DriftReport, ModelDetail } from '@plumbline/collector/api';
import { QueryState } from '../../../components/QueryState';
import { useDrift } from '../../../data/useDrift';
import { t } from '../../../i18n';
import { SignalsView } from '../drift/SignalsView';
import { ReportToolbar } from '../ReportToolbar';
import { useReportQuery } from '../useReportQuery';
import { isLlmSignal } from './isLlmSignal';

/** What a language model takes and costs, how soon it answers, and what people say of its answers. */
export function LlmTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const reportQuery = useReportQuery();
  const query = useDrift(model, reportQuery);
  return (
    <Stack direction="column" gap={2}>
      <ReportToolbar model={model} />
      <QueryState query={query} subject={t('llm.subject', 'the signals of the language model')}>
        {(report) => {
          const own = report.signals.filter(isLlmSignal);
          return own.length === 0 ? (
            <EmptyState
              variant="call-to-action"
              hideImage
              message={t('llm.none', 'No signal of a language model is recorded')}
            >
              {t(
                'llm.none-how',
                'Tokens, cost and time to the first token are read off the spans of any OpenTelemetry instrumentation of GenAI.',
              )}
            </EmptyState>
          ) : (
            <SignalsView report={report} signals={[...own, ...latencyOf(report)]} query={reportQuery} />
          );
        }}
      </QueryState>
    </Stack>
  );
}

/** How long a whole answer took belongs beside how soon it began. */
function latencyOf({ signals }: DriftReport): DriftReport['signals'] {
  return signals.filter(({ kind }) => kind === 'latency');
}
