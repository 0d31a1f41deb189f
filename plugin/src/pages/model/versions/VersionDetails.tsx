import { Grid, Stack, Text } from '@grafana/ui';
import type { VersionDetail } from '@plumbline/collector/api';
import { GateBadge } from '../../../components/badges';
import { Disclosure } from '../../../components/Disclosure';
import { Facts } from '../../../components/Facts';
import { SentenceList } from '../../../components/SentenceList';
import { formatActor, formatWords } from '../../../format/name';
import { formatStatistic } from '../../../format/number';
import { formatTime } from '../../../format/time';
import { t } from '../../../i18n';
import { EvaluationTable } from './EvaluationTable';

/** Everything a version has shown: evaluation beside the champion, gates, history. */
export function VersionDetails({ version: { evaluation, gates, history } }: { readonly version: VersionDetail }) {
  return (
    <Grid columns={{ xs: 1, xl: 2 }} gap={3} alignItems="start">
      <Stack direction="column" gap={1}>
        <Text element="h6">{t('version.evaluation', 'Evaluation')}</Text>
        {evaluation === null ? (
          <Text color="secondary">
            {t(
              'version.not-evaluated',
              'Not evaluated: no held-out rows came with it, or it has not been its turn yet.',
            )}
          </Text>
        ) : (
          <EvaluationTable evaluation={evaluation} />
        )}
      </Stack>
      <Stack direction="column" gap={2}>
        <div>
          <Text element="h6">{t('version.gates', 'Gates')}</Text>
          {gates.length === 0 ? (
            <Text color="secondary">{t('version.no-gates', 'No gate has looked at it yet.')}</Text>
          ) : (
            <SentenceList
              items={gates.map((gate) => ({
                key: gate.gate,
                lead: <GateBadge gate={gate} />,
                sentence: formatWords(gate.gate),
                note: <GateNote gate={gate} />,
              }))}
            />
          )}
        </div>
        <div>
          <Text element="h6">{t('version.history', 'History')}</Text>
          {history.length === 0 ? (
            <Text color="secondary">{t('version.no-history', 'Nothing has happened to it yet.')}</Text>
          ) : (
            <SentenceList
              items={history.map(({ at, to, actor, reason }) => ({
                key: `${at} ${to}`,
                lead: formatTime(at),
                sentence: formatWords(to),
                note: t('version.history-note', '{{actor}}: {{reason}}', { actor: formatActor(actor), reason }),
              }))}
            />
          )}
        </div>
      </Stack>
    </Grid>
  );
}

/** Why, and the numbers it rests on. */
function GateNote({ gate: { reason, numbers } }: { readonly gate: VersionDetail['gates'][number] }) {
  const known = Object.entries(numbers).filter(([, value]) => value !== null);
  return (
    <>
      {reason}
      {known.length > 0 && (
        <Disclosure title={t('version.numbers', 'Numbers')}>
          <Facts facts={known.map(([name, value]) => [formatWords(name), formatStatistic(value)] as const)} />
        </Disclosure>
      )}
    </>
  );
}
