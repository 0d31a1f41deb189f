import { Text, TextLink } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { AlertStateBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { QueryState } from '../../../components/QueryState';
import { SentenceList } from '../../../components/SentenceList';
import { useAlerts } from '../../../data/useAlerts';
import { formatActor } from '../../../format/name';
import { t } from '../../../i18n';
import { alertPath } from '../../../routing';
import { alertTitle, sinceText } from '../../alerts/alertText';

/** Open alerts: since when, and whether somebody is on it. What they say stands above, as what is wrong. */
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
                sentence: <TextLink href={alertPath(alert.id)}>{alertTitle(alert)}</TextLink>,
                note: `${sinceText(alert)}. ${onIt(alert)}`,
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
