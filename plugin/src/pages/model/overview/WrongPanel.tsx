import { Icon, Stack, Text, TextLink } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { VerdictBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { SentenceList } from '../../../components/SentenceList';
import { formatSignal } from '../../../format/name';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';
import { modelPath } from '../../../routing';
import { tabOf } from './diagnosis';

/** Findings that are not clear, worst first. */
export function WrongPanel({ detail: { model, concerns, health } }: { readonly detail: ModelDetail }) {
  return (
    <Panel title={t('overview.wrong', 'What is wrong')}>
      {concerns.length > 0 ? (
        <SentenceList
          items={concerns.map(({ signal, segment, kind, verdict, sentence, from, to, version }) => ({
            key: `${version} ${segment ?? ''} ${signal}`,
            lead: <VerdictBadge verdict={verdict} />,
            sentence,
            note: (
              <>
                {t('overview.finding-note', 'Version {{version}}, {{range}}.', {
                  version,
                  range: formatRange(from, to),
                })}{' '}
                <TextLink
                  href={modelPath(model, tabOf(kind), {
                    ...(tabOf(kind) === 'drift' ? { signal } : {}),
                    ...(segment === undefined ? {} : { segment }),
                  })}
                  variant="bodySmall"
                >
                  {t('overview.look-at', 'Look at {{signal}}', { signal: formatSignal(signal) })}
                </TextLink>
              </>
            ),
          }))}
        />
      ) : (
        <Stack direction="row" gap={1} alignItems="center">
          <Icon name={health.overall === 'no_data' ? 'question-circle' : 'check-circle'} />
          <Text>
            {health.overall === 'no_data'
              ? t('overview.unknown', 'Nothing can be said yet: there is too little data.')
              : t('overview.fine', 'Nothing: no signal has gathered half of the evidence that an alarm takes.')}
          </Text>
        </Stack>
      )}
    </Panel>
  );
}
