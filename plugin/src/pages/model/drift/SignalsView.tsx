import { Stack } from '@grafana/ui';
import type { DriftReport } from '@plumbline/collector/api';
import type { ReportQuery } from '../../../api/client';
import { SideBySide } from '../../../components/SideBySide';
import { useParameter } from '../useReportQuery';
import { EmbeddingPanel } from './EmbeddingPanel';
import { HeatMapPanel } from './HeatMapPanel';
import { SignalPanel } from './SignalPanel';
import { SignalsPanel } from './SignalsPanel';

interface SignalsViewProps {
  readonly report: DriftReport;
  /** Of the report, at least one: all of it, or those that belong together. */
  readonly signals: DriftReport['signals'];
  readonly query: ReportQuery;
}

/** Signals over time, ranked; what projections of an embedding say together; and the chosen signal in full. */
export function SignalsView({ report, signals, query }: SignalsViewProps) {
  const [chosen, choose] = useParameter('signal');
  const shown = signals.find(({ signal }) => signal === chosen) ?? signals[0];
  if (shown === undefined) {
    return null;
  }
  const embeddings = (report.embeddings ?? []).filter(({ furthest }) =>
    signals.some(({ signal }) => signal === furthest),
  );
  return (
    <Stack direction="column" gap={2}>
      <SideBySide>
        <SignalsPanel signals={signals} chosen={shown.signal} onChoose={choose} />
        <HeatMapPanel windows={report.windows} signals={signals} chosen={shown.signal} onChoose={choose} />
      </SideBySide>
      {embeddings.map((embedding) => (
        <EmbeddingPanel key={embedding.feature} embedding={embedding} onChoose={choose} />
      ))}
      <SignalPanel report={report} signal={shown} query={query} />
    </Stack>
  );
}
