import { EmptyState, Stack } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { QueryState } from '../../../components/QueryState';
import { useDrift } from '../../../data/useDrift';
import { t } from '../../../i18n';
import { useParameter, useReportQuery } from '../useReportQuery';
import { VersionPicker } from '../VersionPicker';
import { SignalPanel } from './SignalPanel';
import { SignalsPanel } from './SignalsPanel';

/** Which signals moved, how surely, since when; and for the chosen one, how. */
export function DriftTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const reportQuery = useReportQuery();
  const query = useDrift(model, reportQuery);
  const [chosen, choose] = useParameter('signal');
  return (
    <Stack direction="column" gap={2}>
      <VersionPicker model={model} />
      <QueryState query={query} subject={t('drift.subject', 'the drift report')}>
        {(report) => {
          const [first] = report.signals;
          if (first === undefined) {
            return <NoSignals hasReference={report.reference !== null} />;
          }
          const shown = report.signals.find(({ signal }) => signal === chosen) ?? first;
          return (
            <Stack direction="column" gap={2}>
              <SignalsPanel report={report} chosen={shown.signal} onChoose={choose} />
              <SignalPanel report={report} signal={shown} query={reportQuery} />
            </Stack>
          );
        }}
      </QueryState>
    </Stack>
  );
}

function NoSignals({ hasReference }: { readonly hasReference: boolean }) {
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
