import { PluginPage } from '@grafana/runtime';
import { Badge, Grid, LinkButton, Stack, Text, TextLink } from '@grafana/ui';
import type { Alert, AlertChanges, AlertHistory } from '@plumbline/collector/api';
import { useParams } from 'react-router-dom';
import { AlertStateBadge } from '../../components/badges';
import { Panel } from '../../components/Panel';
import { QueryState } from '../../components/QueryState';
import { ReadOlder } from '../../components/ReadOlder';
import { SentenceList } from '../../components/SentenceList';
import { TimeText } from '../../components/TimeText';
import { useAlert, useAlertChanges, useAlertHistory } from '../../data/useAlerts';
import { formatActor, formatWords, sentenceCase } from '../../format/name';
import { formatDuration } from '../../format/time';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { fleetPath, modelPath } from '../../routing';
import { RollBackButtonOf } from '../model/versions/RollBackButtonOf';
import { AlertActions } from './AlertActions';
import { alertTitle, attentionSentences, severityText, sinceText, transitionText } from './alertText';
import { ExportButtons } from './ExportButtons';
import { WhatIsWrong } from './WhatIsWrong';

/** One alert as an incident: what it says, who is on it, what changed before, what happened since, what to do. */
export function AlertPage() {
  const { alert: id = '' } = useParams();
  const query = useAlert(id);
  const { data } = query;
  return (
    <PluginPage
      pageNav={{
        text: data === undefined ? t('alert.page-title', 'Alert') : alertTitle(data),
        parentItem: { text: t('alerts.title', 'Alerts'), url: hrefTo(fleetPath('alerts')) },
      }}
      info={data === undefined ? undefined : informationOf(data)}
      actions={data === undefined ? undefined : <ExportButtons alert={data} />}
    >
      <QueryState query={query} subject={t('alert.subject', 'the alert {{id}}', { id })}>
        {(alert) => <Incident alert={alert} />}
      </QueryState>
    </PluginPage>
  );
}

function informationOf(alert: Alert) {
  return [
    { label: t('alert.state', 'State'), value: <AlertStateBadge alert={alert} /> },
    {
      label: t('alert.severity', 'Severity'),
      value: <Badge color={alert.severity === 'page' ? 'red' : 'blue'} text={severityText(alert.severity)} />,
    },
    { label: t('alert.when', 'When'), value: sinceText(alert) },
    {
      label: t('alert.model', 'Model'),
      value: <TextLink href={modelPath(alert.model)}>{alert.model}</TextLink>,
    },
  ];
}

function Incident({ alert }: { readonly alert: Alert }) {
  const history = useAlertHistory(alert.id);
  const changes = useAlertChanges(alert.id);
  const attention = attentionSentences(alert);
  return (
    <Grid columns={{ xs: 1, lg: 2 }} gap={2} alignItems="start">
      <Stack direction="column" gap={2}>
        <Panel title={t('alert.what', 'What is wrong')}>
          <WhatIsWrong alert={alert} />
        </Panel>
        <Panel title={t('alert.do', 'What can I do')}>
          <Stack direction="column" gap={1.5}>
            {attention.map((sentence) => (
              <Text key={sentence} color="secondary">
                {sentence}
              </Text>
            ))}
            {alert.state !== 'resolved' && attention.length === 0 && (
              <Text color="warning">{t('alert.nobody', 'Nobody is on it.')}</Text>
            )}
            <AlertActions alert={alert} />
            <Stack direction="row" gap={1} wrap="wrap">
              <RollBackButtonOf model={alert.model} />
              <LinkButton
                size="sm"
                variant="secondary"
                icon="code-branch"
                href={hrefTo(modelPath(alert.model, 'versions'))}
              >
                {t('alert.versions', 'Versions')}
              </LinkButton>
            </Stack>
          </Stack>
        </Panel>
        <Panel title={t('alert.history', 'History')}>
          <QueryState
            query={history}
            subject={t('alert.history-subject', 'the history of the alert')}
            notFound={(message) => <Text color="secondary">{message}</Text>}
          >
            {({ items }) => (
              <Stack direction="column" gap={1.5}>
                <History items={items} />
                <ReadOlder query={history} />
              </Stack>
            )}
          </QueryState>
        </Panel>
      </Stack>
      <Stack direction="column" gap={2}>
        <QueryState
          query={changes}
          subject={t('alert.changes-subject', 'what changed')}
          notFound={(message) => <Text color="secondary">{message}</Text>}
        >
          {({ items }) => <Changes items={items} />}
        </QueryState>
      </Stack>
    </Grid>
  );
}

/** Suspects apart from consequences: what came after the alert did not cause it. */
function Changes({ items }: { readonly items: AlertChanges['items'] }) {
  const before = items.filter(({ minutesBefore }) => minutesBefore >= 0);
  const since = items.filter(({ minutesBefore }) => minutesBefore < 0).sort((left, right) => left.at - right.at);
  return (
    <>
      <Panel
        title={t('alert.changes', 'What changed before')}
        description={t(
          'alert.changes-why',
          'Everything known to have changed around the model in the day before the alert fired: the first suspects.',
        )}
      >
        {before.length === 0 ? (
          <Text color="secondary">
            {t('alert.no-changes', 'Nothing is known to have changed in the day before: look at the world outside.')}
          </Text>
        ) : (
          <ChangeList items={before} />
        )}
      </Panel>
      {since.length > 0 && (
        <Panel title={t('alert.changes-since', 'What changed since')}>
          <ChangeList items={since} />
        </Panel>
      )}
    </>
  );
}

function ChangeList({ items }: { readonly items: AlertChanges['items'] }) {
  return (
    <SentenceList
      items={items.map(({ at, kind, actor, text, minutesBefore }, index) => ({
        key: `${at} ${index}`,
        lead: minutesText(minutesBefore),
        sentence: sentenceCase(text),
        note: t('alert.change-note', '{{kind}}, by {{actor}}', {
          kind: formatWords(kind),
          actor: formatActor(actor),
        }),
      }))}
    />
  );
}

function minutesText(minutes: number): string {
  const length = formatDuration(Math.abs(minutes) * 60_000);
  return minutes >= 0
    ? t('alert.before', '{{length}} before', { length })
    : t('alert.after', '{{length}} after', { length });
}

function History({ items }: { readonly items: AlertHistory['items'] }) {
  return items.length === 0 ? (
    <Text color="secondary">{t('alert.no-history', 'Nothing has happened to it yet.')}</Text>
  ) : (
    <SentenceList
      items={items.map(({ at, transition, actor, text }, index) => ({
        key: `${at} ${transition} ${index}`,
        lead: <TimeText at={at} />,
        sentence: transitionText(transition),
        note: t('alert.history-note', '{{actor}}: {{text}}', { actor: formatActor(actor), text }),
      }))}
    />
  );
}
