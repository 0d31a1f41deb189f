import { Alert, Stack, Text } from '@grafana/ui';
import type { RetrainRecommendation } from '@plumbline/collector/api';
import { EvidenceOfRetrain } from '../../../components/EvidenceOfRetrain';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { ReadOlder } from '../../../components/ReadOlder';
import { useRetrainJobs, useRetrainRecommendation } from '../../../data/useRetrainJobs';
import { formatShare } from '../../../format/number';
import { formatTime } from '../../../format/time';
import { t } from '../../../i18n';
import { JobsTable } from '../../retrain/JobsTable';

/** Whether the model should be trained anew; requests to the trainer, and what became of them. */
export function RetrainPanel({ model }: { readonly model: string }) {
  const query = useRetrainJobs(model);
  const { data: recommendation } = useRetrainRecommendation(model);
  return (
    <Panel title={t('retrain.title', 'Retrain jobs')}>
      <Stack direction="column" gap={2}>
        {recommendation !== undefined && <Recommendation recommendation={recommendation} />}
        <QueryState query={query} subject={t('retrain.subject', 'the retrain jobs')}>
          {({ items }) =>
            items.length === 0 ? (
              <Text color="secondary">{t('retrain.none', 'No retrain has been asked for.')}</Text>
            ) : (
              <Stack direction="column" gap={1.5}>
                <JobsTable jobs={items} showsModel={false} />
                <ReadOlder query={query} />
              </Stack>
            )
          }
        </QueryState>
      </Stack>
    </Panel>
  );
}

function Recommendation({ recommendation }: { readonly recommendation: RetrainRecommendation }) {
  const { verdict, score, reasons, guards, possibleAt } = recommendation;
  if (verdict === 'none') {
    return null;
  }
  return (
    <Alert severity={verdict === 'blocked' ? 'warning' : 'info'} bottomSpacing={0} title={verdictText(verdict, score)}>
      <Stack direction="column" gap={1}>
        {possibleAt !== null && (
          <Text>
            {t('retrain.possible-at', 'Possible again at {{time}} of event time.', { time: formatTime(possibleAt) })}
          </Text>
        )}
        <EvidenceOfRetrain reasons={reasons} guards={guards.filter((guard) => guard.verdict !== 'pass')} />
      </Stack>
    </Alert>
  );
}

function verdictText(verdict: Exclude<RetrainRecommendation['verdict'], 'none'>, score: number): string {
  switch (verdict) {
    case 'recommended':
      return t('retrain.recommended', 'A retrain is recommended ({{score}})', { score: formatShare(score) });
    case 'blocked':
      return t('retrain.blocked', 'A retrain would be recommended ({{score}}), but something holds it back', {
        score: formatShare(score),
      });
    case 'in_flight':
      return t('retrain.in-flight', 'A retrain is under way');
  }
}
