import { Badge, Stack, Text } from '@grafana/ui';
import type { Webhook } from '@plumbline/collector/api';
import { ActionButton } from '../../components/ActionButton';
import { Noted } from '../../components/Noted';
import { PlainTable } from '../../components/PlainTable';
import { formatWords } from '../../format/name';
import { formatCount } from '../../format/number';
import { formatTime } from '../../format/time';
import { t } from '../../i18n';

/** Everybody who is told of what happens: how that goes, and how to test it or send again what was lost. */
export function WebhooksTable({ webhooks }: { readonly webhooks: readonly Webhook[] }) {
  return (
    <PlainTable
      label={t('webhooks.receivers', 'Receivers')}
      columns={[
        t('webhooks.column.name', 'Receiver'),
        t('webhooks.column.state', 'State'),
        t('webhooks.column.what', 'Is told of'),
        t('webhooks.column.last', 'Last'),
        t('webhooks.column.waiting', 'Waiting'),
        t('webhooks.column.dead', 'Dead'),
        t('webhooks.column.do', 'Actions'),
      ]}
      rows={webhooks.map((webhook) => ({
        key: webhook.name,
        cells: [
          <Noted
            key="name"
            note={t('webhooks.origin', '{{kind}}, {{origin}}', {
              kind: formatWords(webhook.kind),
              origin: webhook.origin,
            })}
          >
            <Text weight="medium">{webhook.name}</Text>
          </Noted>,
          <StateBadge key="state" webhook={webhook} />,
          <Text key="what">
            {webhook.role === 'notifications'
              ? t('webhooks.notifications', 'Alerts, for people')
              : webhook.events.join(', ')}
          </Text>,
          <Last key="last" webhook={webhook} />,
          <Text key="waiting" tabular>
            {formatCount(webhook.pending)}
          </Text>,
          <Text key="dead" tabular color={webhook.dead > 0 ? 'warning' : undefined}>
            {formatCount(webhook.dead)}
          </Text>,
          <Actions key="do" webhook={webhook} />,
        ],
      }))}
    />
  );
}

function StateBadge({ webhook: { state, failures, disabledReason, openUntil } }: { readonly webhook: Webhook }) {
  switch (state) {
    case 'ok':
      return <Badge color="green" icon="check" text={t('webhook.ok', 'OK')} />;
    case 'failing':
      return (
        <Badge
          color="orange"
          icon="exclamation-triangle"
          text={t('webhook.failing', 'Failing ({{failures}})', { failures })}
        />
      );
    case 'open':
      return (
        <Badge
          color="red"
          icon="pause"
          text={t('webhook.waits', 'Waits')}
          tooltip={
            openUntil === null
              ? undefined
              : t('webhook.waits-until', 'It failed too often: the next try is at {{time}}', {
                  time: formatTime(openUntil),
                })
          }
        />
      );
    case 'disabled':
      return (
        <Badge
          color="red"
          icon="ban"
          text={t('webhook.disabled', 'Disabled')}
          tooltip={t('webhook.disabled-why', '{{reason}}. A test that succeeds enables it again.', {
            reason: disabledReason ?? '',
          })}
        />
      );
  }
}

function Last({ webhook: { lastSuccessAt, lastFailureAt, lastError } }: { readonly webhook: Webhook }) {
  return (
    <Stack direction="column" gap={0}>
      <Text>
        {lastSuccessAt === null
          ? t('webhook.never', 'Never reached')
          : t('webhook.success', 'Reached {{time}}', { time: formatTime(lastSuccessAt) })}
      </Text>
      {lastFailureAt !== null && (
        <Text color="secondary" variant="bodySmall">
          {t('webhook.failure', 'Failed {{time}}: {{error}}', {
            time: formatTime(lastFailureAt),
            error: lastError ?? '',
          })}
        </Text>
      )}
    </Stack>
  );
}

function Actions({ webhook: { name, revision, dead } }: { readonly webhook: Webhook }) {
  return (
    <Stack direction="row" gap={1} wrap="wrap">
      <ActionButton
        verb="test-webhook"
        model={name}
        revision={revision}
        size="sm"
        icon="message"
        label={t('webhook.test', 'Test')}
        title={t('webhook.test-title', 'Send a test to {{name}}', { name })}
        explanation={t('webhook.test-what', 'A signed event that says it is a test. What came of it is shown below.')}
      />
      <ActionButton
        verb="replay-deliveries"
        model={name}
        revision={revision}
        size="sm"
        icon="sync"
        label={t('webhook.replay', 'Send dead again')}
        unavailable={dead === 0 ? t('webhook.replay-none', 'Nothing was lost.') : null}
        title={t('webhook.replay-title', 'Send again what {{name}} did not get', { name })}
        explanation={t(
          'webhook.replay-what',
          '{{count}} deliveries are tried again, each with the id it had: a receiver that keeps ids sees what it has seen.',
          { count: dead },
        )}
      />
    </Stack>
  );
}
