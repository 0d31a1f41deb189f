import { Badge, EmptyState, Stack, Text, TextLink } from '@grafana/ui';
import type { Silence } from '@plumbline/collector/api';
import { ActionButton } from '../../components/ActionButton';
import { PlainTable } from '../../components/PlainTable';
import { QueryState } from '../../components/QueryState';
import { ReadOlder } from '../../components/ReadOlder';
import { useSilences } from '../../data/useAlerts';
import { formatActor } from '../../format/name';
import { formatRange } from '../../format/time';
import { t } from '../../i18n';
import { modelPath } from '../../routing';
import { silenceScope } from './alertText';

/** Silences that hold, wait or have ended, and how to end one early. */
export function SilencesPanel() {
  const query = useSilences();
  return (
    <QueryState query={query} subject={t('silences.subject', 'the silences')}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState variant="completed" message={t('silences.none', 'Nothing is silenced')}>
            {t('silences.none-how', 'An alert is silenced from its own page, for a while and with a reason.')}
          </EmptyState>
        ) : (
          <Stack direction="column" gap={1.5}>
            <SilencesTable silences={items} />
            <ReadOlder query={query} />
          </Stack>
        )
      }
    </QueryState>
  );
}

function SilencesTable({ silences }: { readonly silences: readonly Silence[] }) {
  return (
    <PlainTable
      label={t('alerts.silences', 'Silences')}
      columns={[
        t('silences.column.state', 'State'),
        t('silences.column.model', 'Model'),
        t('silences.column.scope', 'What'),
        t('silences.column.time', 'From and until'),
        t('silences.column.why', 'Who and why'),
        t('silences.column.do', 'Actions'),
      ]}
      rows={silences.map((silence) => ({
        key: silence.id,
        cells: [
          <SilenceBadge key="state" silence={silence} />,
          <TextLink key="model" href={modelPath(silence.model, 'alerts')} inline={false}>
            {silence.model}
          </TextLink>,
          silenceScope(silence),
          formatRange(silence.startsAt, silence.endsAt),
          <Text key="why">
            {t('silences.by', '{{name}}: {{reason}}', { name: formatActor(silence.by), reason: silence.reason })}
          </Text>,
          silence.state === 'ended' ? null : <EndButton key="do" silence={silence} />,
        ],
      }))}
    />
  );
}

function SilenceBadge({ silence: { state, endedBy } }: { readonly silence: Silence }) {
  switch (state) {
    case 'active':
      return <Badge color="purple" icon="bell-slash" text={t('silence.active', 'Silent')} />;
    case 'waiting':
      return <Badge color="blue" icon="clock-nine" text={t('silence.waiting', 'Waiting')} />;
    case 'ended':
      return (
        <Badge
          color="darkgrey"
          icon="check"
          text={t('silence.ended', 'Ended')}
          tooltip={
            endedBy === null
              ? undefined
              : t('silence.ended-by', 'Ended early by {{name}}', { name: formatActor(endedBy) })
          }
        />
      );
  }
}

function EndButton({ silence: { id, model, revision } }: { readonly silence: Silence }) {
  return (
    <ActionButton
      verb="unsilence"
      model={model}
      target={id}
      revision={revision}
      size="sm"
      icon="bell"
      label={t('silence.end', 'End')}
      title={t('silence.end-title', 'End a silence of {{model}}', { model })}
      explanation={t('silence.end-what', 'People are told again at once of what still fires.')}
    />
  );
}
