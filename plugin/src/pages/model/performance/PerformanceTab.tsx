import { EmptyState, Grid, Stack } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { QueryState } from '../../../components/QueryState';
import { usePerformance } from '../../../data/usePerformance';
import { t } from '../../../i18n';
import { RatingsPanels } from '../RatingsPanels';
import { ReportToolbar } from '../ReportToolbar';
import { useReportQuery } from '../useReportQuery';
import { BeforeLabelsPanel } from './BeforeLabelsPanel';
import { CalibrationPanel } from './CalibrationPanel';
import { ClassesPanel } from './ClassesPanel';
import { ConfusionPanel } from './ConfusionPanel';
import { LabelsPanel } from './LabelsPanel';
import { OverTimePanel } from './OverTimePanel';
import { StatisticTiles } from './StatisticTiles';

/** How right the predictions are, from the outcomes that have arrived; and how many have. */
export function PerformanceTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const query = usePerformance(model, useReportQuery());
  return (
    <Stack direction="column" gap={2}>
      <ReportToolbar model={model} />
      <QueryState query={query} subject={t('performance.subject', 'the performance report')}>
        {(report) =>
          report.labelledRows === 0 ? (
            <Stack direction="column" gap={2}>
              <RatingsPanels report={report} />
              {report.findings !== undefined && report.findings.length > 0 && <LabelsPanel report={report} />}
              {report.expectedErrors != null && <BeforeLabelsPanel expected={report.expectedErrors} />}
              <NoLabels />
            </Stack>
          ) : (
            <Stack direction="column" gap={2}>
              <StatisticTiles report={report} />
              <OverTimePanel report={report} />
              {report.expectedErrors != null && <BeforeLabelsPanel expected={report.expectedErrors} />}
              <Grid columns={{ xs: 1, lg: 2 }} gap={2} alignItems="start">
                {report.calibration != null ? (
                  <Stack direction="column" gap={2}>
                    <LabelsPanel report={report} />
                    {report.confusion && <ConfusionPanel confusion={report.confusion} />}
                  </Stack>
                ) : (
                  <LabelsPanel report={report} />
                )}
                {report.calibration != null ? (
                  <CalibrationPanel calibration={report.calibration} />
                ) : (
                  report.confusion && <ConfusionPanel confusion={report.confusion} />
                )}
              </Grid>
              {report.classes !== undefined && report.classes.length > 0 && <ClassesPanel classes={report.classes} />}
              <RatingsPanels report={report} />
            </Stack>
          )
        }
      </QueryState>
    </Stack>
  );
}

function NoLabels() {
  return (
    <EmptyState variant="call-to-action" hideImage message={t('performance.no-labels', 'No labels have arrived yet')}>
      {t(
        'performance.no-labels-how',
        'Performance is told when the app records what became of its predictions: monitor.outcome(id, label).',
      )}
    </EmptyState>
  );
}
