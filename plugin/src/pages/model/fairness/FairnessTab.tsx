import { EmptyState, InlineField, RadioButtonGroup, Stack } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { QueryState } from '../../../components/QueryState';
import { useFairness } from '../../../data/useFairness';
import { t } from '../../../i18n';
import { ReportToolbar } from '../ReportToolbar';
import { useParameter, useReportQuery } from '../useReportQuery';
import { DifferencesPanel } from './DifferencesPanel';
import { RatesPanel } from './RatesPanel';
import { ScoresPanel } from './ScoresPanel';
import { WorstPanel } from './WorstPanel';

/** How each group of people fares, beside the group it is compared with. */
export function FairnessTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const query = useFairness(model, useReportQuery());
  const [chosen, choose] = useParameter('attribute');
  return (
    <QueryState query={query} subject={t('fairness.subject', 'the fairness report')}>
      {(report) => {
        const shown = report.attributes.find(({ attribute }) => attribute === chosen) ?? report.attributes[0];
        return (
          <Stack direction="column" gap={2}>
            <ReportToolbar model={model}>
              {report.attributes.length > 1 && (
                <InlineField label={t('fairness.attribute', 'Attribute')}>
                  <RadioButtonGroup
                    options={report.attributes.map(({ attribute }) => ({ value: attribute, label: attribute }))}
                    value={shown?.attribute}
                    onChange={choose}
                  />
                </InlineField>
              )}
            </ReportToolbar>
            {shown === undefined ? (
              <NoAttributes />
            ) : (
              <>
                <RatesPanel report={report} attribute={shown} />
                <DifferencesPanel attribute={shown} />
                <WorstPanel attribute={shown} />
                <ScoresPanel attribute={shown} />
              </>
            )}
          </Stack>
        );
      }}
    </QueryState>
  );
}

function NoAttributes() {
  return (
    <EmptyState variant="call-to-action" hideImage message={t('fairness.none', 'No sensitive attribute is recorded')}>
      {t(
        'fairness.none-how',
        'Whether a model is fair can only be told when the app records the groups of an inference, and the model declares them in plumbline.yaml.',
      )}
    </EmptyState>
  );
}
