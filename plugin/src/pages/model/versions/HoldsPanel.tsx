import { Alert, Stack, Text } from '@grafana/ui';
import type { VersionList } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { GateBadge } from '../../../components/badges';
import { SentenceList } from '../../../components/SentenceList';
import { formatActor, formatWords } from '../../../format/name';
import { formatTime } from '../../../format/time';
import { t } from '../../../i18n';

/** What is out of the ordinary about the traffic: emergencies, freezes, a champion under watch, what holds a rollout. */
export function HoldsPanel({ list }: { readonly list: VersionList }) {
  const { breakGlass, halted, frozen, watch, holds = [], queue = [] } = list;
  return (
    <>
      {halted != null && (
        <Alert
          severity="error"
          bottomSpacing={0}
          title={t('holds.halted', 'Version {{version}} should have gone back and could not', {
            version: halted.version,
          })}
        >
          {t('holds.halted-why', '{{at}}: {{detail}}', { at: formatTime(halted.at), detail: halted.detail })}
        </Alert>
      )}
      {breakGlass != null && <Emergency list={list} breakGlass={breakGlass} />}
      {frozen != null && (
        <Alert severity="info" bottomSpacing={0} title={t('holds.frozen', 'No version gets traffic now')}>
          {frozen}
        </Alert>
      )}
      {watch != null && <Watch watch={watch} />}
      {holds.length > 0 && (
        <Alert severity="info" bottomSpacing={0} title={t('holds.stands', 'The rollout does not go on by itself')}>
          {holds.map(({ code, text }) => (
            <div key={code}>{text}</div>
          ))}
        </Alert>
      )}
      {queue.length > 0 && <Queue list={list} queue={queue} />}
    </>
  );
}

type Present<Name extends keyof VersionList> = NonNullable<VersionList[Name]>;

/** Somebody gave traffic without a second person; it stays until another one has looked at what was done. */
function Emergency({
  list: { model, revision },
  breakGlass,
}: {
  readonly list: VersionList;
  readonly breakGlass: Present<'breakGlass'>;
}) {
  return (
    <Alert
      severity="warning"
      bottomSpacing={0}
      title={
        breakGlass.open
          ? t('holds.emergency', 'Emergency: {{name}} may give traffic alone until {{until}}', {
              name: formatActor(breakGlass.by),
              until: formatTime(breakGlass.expiresAt),
            })
          : t('holds.emergency-over', 'An emergency of {{name}} waits to be looked at', {
              name: formatActor(breakGlass.by),
            })
      }
    >
      <Stack direction="column" gap={1} alignItems="flex-start">
        <Text>{breakGlass.reason}</Text>
        {breakGlass.used.map((use) => (
          <Text key={use} color="secondary">
            {use}
          </Text>
        ))}
        <ActionButton
          verb="close-break-glass"
          model={model}
          revision={revision}
          size="sm"
          label={breakGlass.open ? t('holds.close', 'End the emergency') : t('holds.looked', 'I have looked at it')}
          title={t('holds.close-title', 'Close the emergency of {{model}}', { model })}
          explanation={t(
            'holds.close-what',
            'Who opened it ends it; somebody else confirms to have looked at what was done.',
          )}
        />
      </Stack>
    </Alert>
  );
}

/** A new champion whose guards still look at it. */
function Watch({ watch }: { readonly watch: Present<'watch'> }) {
  return (
    <Alert
      severity={watch.gates.some(({ verdict }) => verdict === 'fail') ? 'warning' : 'info'}
      bottomSpacing={0}
      title={t('holds.watch', 'Version {{version}} is watched until {{until}} of event time', {
        version: watch.version,
        until: formatTime(watch.until),
      })}
    >
      <Text>
        {t('holds.watch-why', 'Its guards may still take it back to version {{previous}} by themselves.', {
          previous: watch.previous,
        })}
      </Text>
      <SentenceList
        items={watch.gates.map((gate) => ({
          key: gate.gate,
          lead: <GateBadge gate={gate} />,
          sentence: formatWords(gate.gate),
          note: gate.reason,
        }))}
      />
    </Alert>
  );
}

function Queue({ list: { model, revision }, queue }: { readonly list: VersionList; readonly queue: Present<'queue'> }) {
  return (
    <Alert severity="info" bottomSpacing={0} title={t('holds.queue', 'Waiting for their turn')}>
      <Stack direction="column" gap={1}>
        {queue.map(({ version, stage, by, at, reason }) => (
          <Stack key={version} direction="row" gap={2} alignItems="center" wrap="wrap">
            <Text>
              {t('holds.queued', 'Version {{version}} for {{stage}}: {{name}}, {{at}}: {{reason}}', {
                version,
                stage,
                name: formatActor(by),
                at: formatTime(at),
                reason,
              })}
            </Text>
            <ActionButton
              verb="dequeue"
              model={model}
              revision={revision}
              body={{ version }}
              size="sm"
              label={t('holds.dequeue', 'Take out of the queue')}
              title={t('holds.dequeue-title', 'Take version {{version}} out of the queue', { version })}
              explanation={t('holds.dequeue-what', 'It is not rolled out when its turn comes.')}
            />
          </Stack>
        ))}
      </Stack>
    </Alert>
  );
}
