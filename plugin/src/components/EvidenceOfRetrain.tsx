import { Badge, Stack, Text } from '@grafana/ui';
import type { RetrainJob } from '@plumbline/collector/api';
import { formatWords } from '../format/name';
import { formatShare } from '../format/number';
import { t } from '../i18n';
import { SentenceList } from './SentenceList';

/** What speaks for a retrain, and what had to hold for it. What is not known is not a pass. */
export function EvidenceOfRetrain({ reasons, guards }: Pick<RetrainJob, 'reasons' | 'guards'>) {
  const asked = guards.filter(({ verdict }) => verdict !== 'off');
  return (
    <Stack direction="column" gap={1}>
      {reasons.length === 0 ? (
        <Text color="secondary">{t('retrain.no-reasons', 'Nothing speaks for a retrain.')}</Text>
      ) : (
        <SentenceList
          items={reasons.map(({ code, score, text }) => ({
            key: `${code} ${text}`,
            lead: (
              <Badge
                color="blue"
                text={t('retrain.reason', '{{reason}} {{score}}', {
                  reason: formatWords(code),
                  score: formatShare(score),
                })}
                tooltip={t('retrain.reason-why', 'How much this reason alone speaks for a retrain')}
              />
            ),
            sentence: text,
          }))}
        />
      )}
      {asked.length > 0 && (
        <SentenceList
          items={asked.map(({ code, verdict, text }) => ({
            key: code,
            lead: <GuardBadge verdict={verdict} />,
            sentence: text,
            note: formatWords(code),
          }))}
        />
      )}
    </Stack>
  );
}

function GuardBadge({ verdict }: { readonly verdict: RetrainJob['guards'][number]['verdict'] }) {
  switch (verdict) {
    case 'pass':
      return <Badge color="green" icon="check" text={t('guard.pass', 'Pass')} />;
    case 'fail':
      return <Badge color="red" icon="times" text={t('guard.fail', 'Fail')} />;
    case 'unknown':
      return <Badge color="orange" icon="question-circle" text={t('guard.unknown', 'Unknown')} />;
    case 'off':
      return <Badge color="darkgrey" icon="minus" text={t('guard.off', 'Not asked')} />;
  }
}
