import { Badge, Stack, Text, TextLink } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { AlertStateBadge, VerdictBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { SentenceList } from '../../../components/SentenceList';
import { formatActor, formatSignal, formatWords } from '../../../format/name';
import { formatTime } from '../../../format/time';
import { t } from '../../../i18n';
import { modelPath } from '../../../routing';
import { tabOf } from '../overview/diagnosis';

const hourMs = 3_600_000;

/** One alert: what it says, since when, what it groups, and who is on it. */
export function AlertPanel({ alert }: { readonly alert: Alert }) {
  const { model, kind, sentence, findings, acknowledgement } = alert;
  return (
    <Panel
      title={t('alert.title', '{{kind}} of version {{version}}', { kind: formatWords(kind), version: alert.version })}
      actions={<AcknowledgeButton alert={alert} />}
    >
      <Stack direction="column" gap={1.5}>
        <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
          <AlertStateBadge alert={alert} />
          <Badge color={alert.severity === 'page' ? 'red' : 'blue'} text={severityText(alert.severity)} />
          <Text color="secondary">{sinceText(alert)}</Text>
        </Stack>
        <Text element="p">{sentence}</Text>
        {acknowledgement && (
          <Text color="secondary">
            {t('alert.acknowledged', '{{name}} is on it since {{at}}, until {{until}}: {{comment}}', {
              name: formatActor(acknowledgement.by),
              at: formatTime(acknowledgement.at),
              until: formatTime(acknowledgement.until),
              comment: acknowledgement.comment,
            })}
          </Text>
        )}
        {findings.length > 0 && (
          <SentenceList
            items={findings.map((finding) => ({
              key: finding.signal,
              lead: <VerdictBadge verdict={finding.verdict} />,
              sentence: finding.sentence,
              note: (
                <TextLink
                  href={modelPath(
                    model,
                    tabOf(finding.kind),
                    tabOf(finding.kind) === 'drift' ? { signal: finding.signal } : {},
                  )}
                  variant="bodySmall"
                >
                  {t('overview.look-at', 'Look at {{signal}}', { signal: formatSignal(finding.signal) })}
                </TextLink>
              ),
            }))}
          />
        )}
      </Stack>
    </Panel>
  );
}

function AcknowledgeButton({
  alert: { id, model, state, revision, sentence, acknowledgement },
}: {
  readonly alert: Alert;
}) {
  if (state === 'resolved') {
    return null;
  }
  return (
    <ActionButton
      verb="acknowledge"
      model={model}
      target={id}
      revision={revision}
      size="sm"
      label={
        acknowledgement === null
          ? t('alert.acknowledge', 'Acknowledge')
          : t('alert.acknowledge-again', 'Acknowledge again')
      }
      icon="check"
      variant={acknowledgement === null ? 'primary' : 'secondary'}
      title={t('alert.acknowledge-title', 'Acknowledge an alert of {{model}}', { model })}
      explanation={
        <Stack direction="column" gap={1}>
          <Text>{sentence}</Text>
          <Text color="secondary">
            {t(
              'alert.acknowledge-what',
              'Everybody sees that you are on it. The alert stays open, and it speaks up again when the time is over or when it gets worse.',
            )}
          </Text>
        </Stack>
      }
      choice={{
        label: t('alert.for', 'For'),
        initial: 4,
        options: [1, 4, 8, 24].map((value) => ({ value, label: t('alert.hours', '{{value}} h', { value }) })),
        toBody: (hours) => ({ until: Date.now() + hours * hourMs }),
      }}
    />
  );
}

function severityText(severity: Alert['severity']): string {
  return severity === 'page' ? t('alert.page', 'Page') : t('alert.ticket', 'Ticket');
}

function sinceText({ state, since, firedAt, resolvedAt }: Alert): string {
  if (state === 'resolved' && firedAt !== null && resolvedAt !== null) {
    return t('alert.was', 'Fired {{fired}}, resolved {{resolved}}', {
      fired: formatTime(firedAt),
      resolved: formatTime(resolvedAt),
    });
  }
  return t('alert.since', 'Since {{time}}', { time: formatTime(firedAt ?? since) });
}
