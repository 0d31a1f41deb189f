import { Stack, Text } from '@grafana/ui';
import type { WeakSegmentReport } from '@plumbline/collector/api';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { useWeakSegments } from '../../../data/useWeakSegments';
import { t } from '../../../i18n';
import { useReportQuery } from '../useReportQuery';
import { SegmentRecord } from './SegmentRecord';
import { WeakSegmentsTable } from './WeakSegmentsTable';

/** In which segments the model is worse than elsewhere, and which of them other rows confirm. */
export function WeakSegmentsPanel({ model }: { readonly model: string }) {
  const query = useWeakSegments(model, useReportQuery());
  return (
    <Panel
      title={t('weak.title', 'Where errors gather')}
      description={t(
        'weak.why',
        'Segments of up to three conditions on features, searched for in one half of the sampled rows. The other half had no part in the search: it tells what they are worth. Nothing here alarms.',
      )}
    >
      <QueryState
        query={query}
        subject={t('weak.subject', 'the weak segments')}
        notFound={(message) => <Text color="secondary">{message}</Text>}
      >
        {(report) => (
          <Stack direction="column" gap={1.5}>
            {report.segments.length === 0 ? (
              <Text color="secondary">{whyNone(report)}</Text>
            ) : (
              <WeakSegmentsTable report={report} />
            )}
            {report.record !== null && (
              <SegmentRecord record={report.record} falseDiscoveryRate={report.falseDiscoveryRate} />
            )}
          </Stack>
        )}
      </QueryState>
    </Panel>
  );
}

/** Why there is no segment, and what it takes for one to be found. */
function whyNone({ missing }: WeakSegmentReport): string {
  switch (missing) {
    case 'sampled_rows':
      return t(
        'weak.no-rows',
        'Not searched: no rows are kept. sampledRows in the settings of the model keeps the values of so many rows of each window; the reference has to be made after that.',
      );
    case 'outcomes':
      return t(
        'weak.no-outcomes',
        'Not searched yet: that takes 400 sampled rows whose outcomes are final. More windows, or a larger sampledRows, have more of them.',
      );
    case null:
      return t(
        'weak.none',
        'Searched, and found none: in the half of the rows that was searched no segment is worse than all rows by more than is tolerated.',
      );
  }
}
