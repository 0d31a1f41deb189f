import { Badge, RadioButtonGroup, Stack, Text } from '@grafana/ui';
import type { Delivery } from '@plumbline/collector/api';
import { ActionButton } from '../../components/ActionButton';
import { Disclosure } from '../../components/Disclosure';
import { Noted } from '../../components/Noted';
import { Panel } from '../../components/Panel';
import { PlainTable } from '../../components/PlainTable';
import { QueryState } from '../../components/QueryState';
import { ReadOlder } from '../../components/ReadOlder';
import { TimeText } from '../../components/TimeText';
import { useDeliveries } from '../../data/useWebhooks';
import { formatMilliseconds } from '../../format/number';
import { formatTime } from '../../format/time';
import { t } from '../../i18n';
import { useParameter } from '../../useParameter';

const states = ['pending', 'delivered', 'dead'] as const;

/** Deliveries with every attempt, newest first. */
export function DeliveriesPanel() {
  const [state, setState] = useParameter('state');
  const wanted = states.find((known) => known === state);
  const query = useDeliveries({ state: wanted });
  return (
    <Panel
      title={t('deliveries.title', 'Deliveries')}
      actions={
        <RadioButtonGroup
          size="sm"
          aria-label={t('deliveries.state', 'State')}
          value={wanted ?? 'all'}
          onChange={(value) => setState(value === 'all' ? null : value)}
          options={[
            { value: 'all', label: t('deliveries.all', 'All') },
            { value: 'pending', label: t('delivery.pending', 'Waiting') },
            { value: 'delivered', label: t('delivery.delivered', 'Delivered') },
            { value: 'dead', label: t('delivery.dead', 'Dead') },
          ]}
        />
      }
    >
      <QueryState query={query} subject={t('deliveries.subject', 'the deliveries')}>
        {({ items }) =>
          items.length === 0 ? (
            <Text color="secondary">
              {wanted === undefined
                ? t('deliveries.none', 'Nothing has been sent yet.')
                : t('deliveries.none-match', 'No delivery is in this state.')}
            </Text>
          ) : (
            <Stack direction="column" gap={1.5}>
              <DeliveriesTable deliveries={items} />
              <ReadOlder query={query} />
            </Stack>
          )
        }
      </QueryState>
    </Panel>
  );
}

function DeliveriesTable({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  return (
    <PlainTable
      label={t('deliveries.title', 'Deliveries')}
      columns={[
        t('deliveries.column.time', 'Time'),
        t('deliveries.column.to', 'To'),
        t('deliveries.column.event', 'Event'),
        t('deliveries.column.state', 'State'),
        t('deliveries.column.do', 'Actions'),
      ]}
      rows={deliveries.map((delivery) => ({
        key: delivery.id,
        cells: [
          <TimeText key="time" at={delivery.createdAt} />,
          delivery.webhook,
          <Noted key="event" note={delivery.subject}>
            <Text>{delivery.type}</Text>
          </Noted>,
          <StateBadge key="state" delivery={delivery} />,
          delivery.state === 'dead' ? <ReplayButton key="do" delivery={delivery} /> : null,
        ],
        below: delivery.attempts.length === 0 ? null : <Attempts delivery={delivery} />,
      }))}
    />
  );
}

function StateBadge({ delivery: { state, nextAttemptAt, attempts } }: { readonly delivery: Delivery }) {
  switch (state) {
    case 'delivered':
      return <Badge color="green" icon="check" text={t('delivery.delivered', 'Delivered')} />;
    case 'pending':
      return (
        <Badge
          color={attempts.length === 0 ? 'blue' : 'orange'}
          icon="hourglass"
          text={t('delivery.pending', 'Waiting')}
          tooltip={
            nextAttemptAt === null
              ? undefined
              : t('delivery.next', 'Next try at {{time}}', { time: formatTime(nextAttemptAt) })
          }
        />
      );
    case 'dead':
      return <Badge color="red" icon="times" text={t('delivery.dead', 'Dead')} />;
  }
}

function Attempts({ delivery: { attempts } }: { readonly delivery: Delivery }) {
  return (
    <Disclosure title={t('delivery.attempts', 'Attempts ({{count}})', { count: attempts.length })}>
      <PlainTable
        label={t('delivery.attempts-label', 'Attempts')}
        columns={[
          t('attempt.column.time', 'Time'),
          t('attempt.column.answer', 'Answer'),
          t('attempt.column.took', 'Took'),
          t('attempt.column.peer', 'Address'),
        ]}
        rows={attempts.map(({ at, status, error, durationMs, peer, answer }, index) => ({
          key: `${at} ${index}`,
          cells: [
            <TimeText key="time" at={at} />,
            [status, error, answer].filter((part) => part != null && part !== '').join(': '),
            formatMilliseconds(durationMs),
            peer ?? '',
          ],
        }))}
      />
    </Disclosure>
  );
}

function ReplayButton({ delivery: { id, webhook, revision } }: { readonly delivery: Delivery }) {
  return (
    <ActionButton
      verb="replay-delivery"
      model={webhook}
      target={id}
      revision={revision}
      size="sm"
      icon="sync"
      label={t('delivery.replay', 'Send again')}
      title={t('delivery.replay-title', 'Send a delivery to {{webhook}} again', { webhook })}
      explanation={t('delivery.replay-what', 'It is tried again from the beginning, with the id it had.')}
    />
  );
}
