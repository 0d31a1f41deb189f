import { EmptyState, Stack } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { QueryState } from '../../../components/QueryState';
import { useDrift } from '../../../data/useDrift';
import { t } from '../../../i18n';
import { ReportToolbar } from '../ReportToolbar';
import { useReportQuery } from '../useReportQuery';
import { SetReferenceButton } from './SetReferenceButton';
import { SignalsView } from './SignalsView';

/** Which signals moved, how surely, since when; and for the chosen one, how. */
export function DriftTab({ detail }: { readonly detail: ModelDetail }) {
  const { model } = detail;
  const reportQuery = useReportQuery();
  const query = useDrift(model, reportQuery);
  return (
    <Stack direction="column" gap={2}>
      <ReportToolbar model={model}>
        <SetReferenceButton detail={detail} query={reportQuery} />
      </ReportToolbar>
      <QueryState query={query} subject={t('drift.subject', 'the drift report')}>
        {(report) =>
          report.signals.length === 0 ? (
            <NoSignals hasReference={report.reference !== null} hasRange={reportQuery.from !== undefined} />
          ) : (
            <SignalsView report={report} signals={report.signals} query={reportQuery} />
          )
        }
      </QueryState>
    </Stack>
  );
}

function NoSignals({ hasReference, hasRange }: { readonly hasReference: boolean; readonly hasRange: boolean }) {
  if (hasReference && hasRange) {
    return (
      <EmptyState variant="not-found" message={t('drift.no-window-in-range', 'No window was judged in this time')}>
        {t('drift.no-window-in-range-how', 'Choose another range, or clear it to see the latest windows.')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      variant="call-to-action"
      message={
        hasReference
          ? t('drift.no-window', 'No window has closed yet')
          : t('drift.no-reference', 'This version has no reference yet')
      }
      hideImage
    >
      {hasReference
        ? t('drift.no-window-how', 'Drift is told when the first window since the reference has closed.')
        : t(
            'drift.no-reference-how',
            'The first rows a version serves become its reference, unless one was registered with it.',
          )}
    </EmptyState>
  );
}
