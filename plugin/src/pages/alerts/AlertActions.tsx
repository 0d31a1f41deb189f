import { Stack, Text } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { ActionButton } from '../../components/ActionButton';
import { useModel } from '../../data/useModel';
import { t } from '../../i18n';
import { kindText } from './alertText';

const hourMs = 3_600_000;

/** What a person may do about an alert: be on it, be told no more, or call it expected. */
export function AlertActions({ alert }: { readonly alert: Alert }) {
  return (
    <Stack direction="row" gap={1} wrap="wrap">
      <AcknowledgeButton alert={alert} />
      <SilenceButton alert={alert} />
      <ExpectButton alert={alert} />
    </Stack>
  );
}

export function AcknowledgeButton({
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
      choices={[
        {
          label: t('alert.for', 'For'),
          initial: 4,
          options: hours([1, 4, 8, 24]),
          toBody: (value) => ({ until: Date.now() + value * hourMs }),
        },
      ]}
    />
  );
}

/** A silence is of a model, so it is taken on the model's revision. */
function SilenceButton({ alert: { model, kind, state } }: { readonly alert: Alert }) {
  const { data: detail } = useModel(model);
  if (state === 'resolved') {
    return null;
  }
  return (
    <ActionButton
      verb="silence"
      model={model}
      revision={detail?.revision ?? 0}
      size="sm"
      icon="bell-slash"
      label={t('alert.silence', 'Silence')}
      unavailable={detail === undefined ? t('alert.silence-wait', 'The model has not been read yet.') : null}
      title={t('alert.silence-title', 'Silence {{kind}} alerts of {{model}}', {
        kind: kindText(kind).toLowerCase(),
        model,
      })}
      explanation={t(
        'alert.silence-what',
        'Nobody is told of these alerts for that time. They go on, are shown here, and speak up when the silence ends.',
      )}
      choices={[
        {
          label: t('alert.for', 'For'),
          initial: 4,
          options: hours([1, 4, 24, 72, 168]),
          toBody: (value) => ({ endsAt: Date.now() + value * hourMs }),
        },
        {
          label: t('alert.silence-which', 'Which'),
          initial: 0,
          options: [
            { value: 0, label: t('alert.silence-kind', 'Only {{kind}}', { kind: kindText(kind).toLowerCase() }) },
            { value: 1, label: t('alert.silence-all', 'Everything of the model') },
          ],
          toBody: (value): Readonly<Record<string, string>> => (value === 0 ? { kind } : {}),
        },
      ]}
    />
  );
}

function ExpectButton({ alert: { id, model, kind, state, revision, expected, version } }: { readonly alert: Alert }) {
  if (state === 'resolved' || kind === 'traffic') {
    return null;
  }
  return (
    <ActionButton
      verb="expect"
      model={model}
      target={id}
      revision={revision}
      size="sm"
      icon="check-circle"
      label={t('alert.expect', 'Mark expected')}
      unavailable={expected == null ? null : t('alert.expect-done', 'It is marked expected already.')}
      title={t('alert.expect-title', 'Mark this change of {{model}} as expected', { model })}
      explanation={t(
        'alert.expect-what',
        'The windows since the alert fired become what version {{version}} is compared with. What is in them no longer counts as wrong: do this only when the change is wanted, such as a campaign or a new market.',
        { version },
      )}
    />
  );
}

function hours(values: readonly number[]): { value: number; label: string }[] {
  return values.map((value) => ({
    value,
    label:
      value % 24 === 0 && value > 24
        ? t('alert.days', '{{value}} d', { value: value / 24 })
        : t('alert.hours', '{{value}} h', { value }),
  }));
}
