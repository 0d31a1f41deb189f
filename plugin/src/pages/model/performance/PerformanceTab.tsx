import { EmptyState, Grid, Stack } from '@grafana/ui';
import type { ModelDetail, PerformanceReport } from '@plumbline/collector/api';
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
import { WeakSegmentsPanel } from './WeakSegmentsPanel';

/** How right the predictions are, from the outcomes that have arrived; and how many have. */
export function PerformanceTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const query = usePerformance(model, useReportQuery());
  return (
    <Stack direction="column" gap={2}>
      <ReportToolbar model={model} />
      <QueryState query={query} subject={t('performance.subject', 'the performance report')}>
        {(report) => (report.labelledRows === 0 ? <BeforeLabels report={report} /> : <WithLabels report={report} />)}
      </QueryState>
    </Stack>
  );
}

function BeforeLabels({ report }: { readonly report: PerformanceReport }) {
  const { windows, findings = [], expectedErrors } = report;
  return (
    <Stack direction="column" gap={2}>
      <RatingsPanels report={report} />
      {findings.length > 0 && <LabelsPanel report={report} />}
      {windows.some(({ expected }) => expected !== undefined) && <OverTimePanel report={report} />}
      {expectedErrors != null && <BeforeLabelsPanel expected={expectedErrors} />}
      <NoLabels />
    </Stack>
  );
}

function WithLabels({ report }: { readonly report: PerformanceReport }) {
  const { expectedErrors, calibration, confusion, classes = [] } = report;
  const counts = confusion && <ConfusionPanel confusion={confusion} />;
  return (
    <Stack direction="column" gap={2}>
      <StatisticTiles report={report} />
      <OverTimePanel report={report} />
      {expectedErrors != null && <BeforeLabelsPanel expected={expectedErrors} />}
      <Grid columns={{ xs: 1, lg: 2 }} gap={2} alignItems="start">
        <Stack direction="column" gap={2}>
          <LabelsPanel report={report} />
          {calibration != null && counts}
        </Stack>
        {calibration != null ? <CalibrationPanel calibration={calibration} /> : counts}
      </Grid>
      <WeakSegmentsPanel model={report.model} />
      {classes.length > 0 && <ClassesPanel classes={classes} />}
      <RatingsPanels report={report} />
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
