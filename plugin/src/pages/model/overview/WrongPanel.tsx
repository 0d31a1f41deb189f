import { Icon, Stack, Text, TextLink } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { VerdictBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { SentenceList } from '../../../components/SentenceList';
import { formatSignal } from '../../../format/name';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';
import { findingPath } from '../findingPath';

/** Findings that are not clear, worst first. */
export function WrongPanel({ detail: { concerns, health } }: { readonly detail: ModelDetail }) {
  return (
    <Panel title={t('overview.wrong', 'What is wrong')}>
      {concerns.length > 0 ? (
        <SentenceList
          items={concerns.map((finding) => ({
            key: `${finding.version} ${finding.segment ?? ''} ${finding.signal}`,
            lead: <VerdictBadge verdict={finding.verdict} />,
            sentence: finding.sentence,
            note: (
              <>
                {t('overview.finding-note', 'Version {{version}}, {{range}}.', {
                  version: finding.version,
                  range: formatRange(finding.from, finding.to),
                })}{' '}
                <TextLink href={findingPath(finding)} variant="bodySmall">
                  {t('overview.look-at', 'Look at {{signal}}', { signal: formatSignal(finding.signal) })}
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
