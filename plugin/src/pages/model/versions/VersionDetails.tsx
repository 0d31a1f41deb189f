import { Grid, Stack, Text } from '@grafana/ui';
import type { VersionDetail } from '@plumbline/collector/api';
import { GateBadge } from '../../../components/badges';
import { SentenceList } from '../../../components/SentenceList';
import { formatActor, formatWords } from '../../../format/name';
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
                note: gate.reason,
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
