import { Alert, Stack, Text } from '@grafana/ui';
import type { Approval } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { useMe } from '../../../data/useMe';
import { formatActor } from '../../../format/name';
import { formatTime } from '../../../format/time';
import { t } from '../../../i18n';

/** Something one person asked for and another has to agree to. */
export function ApprovalPanel({ approval }: { readonly approval: Approval }) {
  const { id, model, action, target, requestedBy, requestedAt, reason, expiresAt, needed, approvedBy, revision } =
    approval;
  const { data: me } = useMe();
  const own =
    me?.subject === requestedBy
      ? t('approval.own', 'You asked for it: somebody else has to approve.')
      : approvedBy.includes(me?.subject ?? '')
        ? t('approval.done', 'You have approved already: it takes one more person.')
        : null;
  const what =
    action === 'promote'
      ? t('approval.promote', 'Promote version {{target}} of {{model}}', { target, model })
      : t('approval.retrain', 'Retrain {{model}}', { model });
  return (
    <Alert severity="info" bottomSpacing={0} title={t('approval.title', 'Waiting for approval: {{what}}', { what })}>
      <Stack direction="column" gap={1}>
        <Text>
          {t('approval.who', '{{name}} asked on {{at}}: {{reason}}', {
            name: formatActor(requestedBy),
            at: formatTime(requestedAt),
            reason,
          })}
        </Text>
        <Text color="secondary">
          {t('approval.count', 'It takes {{needed}} people, the one who asked included. Approved by {{names}}.', {
            needed,
            names:
              approvedBy.length === 0 ? t('approval.nobody', 'nobody yet') : approvedBy.map(formatActor).join(', '),
          })}{' '}
          {expiresAt !== null && t('approval.until', 'Open until {{until}}.', { until: formatTime(expiresAt) })}
        </Text>
        <Stack direction="row" gap={1}>
          <ActionButton
            verb="approve"
            model={model}
            target={id}
            revision={revision}
            body={{ decision: 'approve' }}
            label={t('approval.approve', 'Approve')}
            icon="check"
            variant="primary"
            unavailable={own}
            title={t('approval.approve-title', 'Approve: {{what}}', { what })}
            explanation={
              action === 'promote'
                ? t(
                    'approval.approve-promote',
                    'With the last approval version {{target}} serves all traffic, within seconds.',
                    { target },
                  )
                : t('approval.approve-retrain', 'With the last approval the trainer is asked.')
            }
          />
          <ActionButton
            verb="approve"
            model={model}
            target={id}
            revision={revision}
            body={{ decision: 'deny' }}
            label={t('approval.deny', 'Deny')}
            icon="times"
            title={t('approval.deny-title', 'Deny: {{what}}', { what })}
            explanation={t('approval.deny-what', 'It is not done, and whoever asked sees why.')}
          />
        </Stack>
      </Stack>
    </Alert>
  );
}
