import { Grid, Stack, Text } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { VerdictBadge } from '../../components/badges';
import { SeriesChart } from '../../components/chart/SeriesChart';
import { EvidenceGauge } from '../../components/EvidenceGauge';
import { Panel } from '../../components/Panel';
import { t } from '../../i18n';

/** What people and evaluators say of single answers, over the windows in which they said it. */
export function RatingsPanels({ report: { ratings = [], windows } }: { readonly report: PerformanceReport }) {
  return (
    <Grid columns={{ xs: 1, lg: ratings.length === 1 ? 1 : 2 }} gap={2} alignItems="start">
      {ratings.map(({ type, latest, means }) => (
        <Panel key={type} title={titleOf(type)} description={descriptionOf(type)}>
          <Stack direction="column" gap={1.5}>
            <Stack direction="row" gap={1} alignItems="center">
              <VerdictBadge verdict={latest.verdict} />
              <Text>{latest.sentence}</Text>
            </Stack>
            {latest.evidence === null ? (
              <Text color="secondary" variant="bodySmall">
                {t(
                  'ratings.unwatched',
                  'Shown, not watched: an alarm when it gets worse needs {{setting}} in the settings of the model, and enough ratings to compare with.',
                  { setting: `ratings: [${type}]` },
                )}
              </Text>
            ) : (
              <EvidenceGauge evidence={latest.evidence} />
            )}
            <SeriesChart
              name={t('ratings.mean', 'Mean')}
              unit="number"
              points={windows.map(({ from, to }, index) => ({
                from,
                to,
                estimate: means[index] ?? undefined,
              }))}
            />
          </Stack>
        </Panel>
      ))}
    </Grid>
  );
}

type RatingType = NonNullable<PerformanceReport['ratings']>[number]['type'];

function titleOf(type: RatingType): string {
  return type === 'feedback' ? t('ratings.feedback', 'Feedback') : t('ratings.evaluation', 'Evaluation scores');
}

function descriptionOf(type: RatingType): string {
  return type === 'feedback'
    ? t('ratings.feedback-why', 'What people say of answers, by the window in which they say it. Thumbs count 1 and 0.')
    : t(
        'ratings.evaluation-why',
        'What evaluators say of answers, on their own scale, by the window in which they say it.',
      );
}
