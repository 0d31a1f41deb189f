import { Text, TextLink } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { AlertStateBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { SentenceList } from '../../../components/SentenceList';
import { useAlerts } from '../../../data/useAlerts';
import { formatActor } from '../../../format/name';
import { formatTime } from '../../../format/time';
import { t } from '../../../i18n';
import { modelPath } from '../../../routing';

/** Open alerts: since when, and whether somebody is on it. */
export function SincePanel({ model }: { readonly model: string }) {
  const query = useAlerts(model);
  return (
    <Panel title={t('overview.since', 'Since when')}>
      <QueryState query={query} subject={t('alerts.subject', 'the alerts')}>
        {({ items }) => {
          const open = items.filter(({ state }) => state !== 'resolved');
          return open.length === 0 ? (
            <Text color="secondary">{t('overview.no-alert', 'No alert is open.')}</Text>
          ) : (
            <SentenceList
              items={open.map((alert) => ({
                key: alert.id,
                lead: <AlertStateBadge alert={alert} />,
                sentence: t('overview.since-sentence', 'Since {{time}}: {{sentence}}', {
                  time: formatTime(alert.firedAt ?? alert.since),
                  sentence: alert.sentence,
                }),
                note: (
                  <>
                    {onIt(alert)}{' '}
                    <TextLink href={modelPath(model, 'alerts')} variant="bodySmall">
                      {t('overview.to-alerts', 'Alerts')}
                    </TextLink>
                  </>
                ),
              }))}
            />
          );
        }}
      </QueryState>
    </Panel>
  );
}

function onIt({ acknowledgement }: Alert): string {
  return acknowledgement === null
    ? t('overview.nobody', 'Nobody is on it.')
    : t('overview.somebody', '{{name}} is on it: {{comment}}', {
        name: formatActor(acknowledgement.by),
        comment: acknowledgement.comment,
      });
}
