import { Badge, Stack } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { formatActor } from '../../format/name';
import { formatTime } from '../../format/time';
import { t } from '../../i18n';

/** Who is on an alert and who is kept from being told, at a glance. */
export function AttentionBadges({
  alert: { acknowledgement, silence, inhibitedBy, expected },
}: {
  readonly alert: Alert;
}) {
  return (
    <Stack direction="row" gap={0.5} wrap="wrap">
      {acknowledgement !== null && (
        <Badge
          color="blue"
          icon="user"
          text={formatActor(acknowledgement.by)}
          tooltip={t('alert.on-it', 'On it until {{until}}: {{comment}}', {
            until: formatTime(acknowledgement.until),
            comment: acknowledgement.comment,
          })}
        />
      )}
      {silence != null && (
        <Badge
          color="purple"
          icon="bell-slash"
          text={t('alert.badge.silenced', 'Silenced')}
          tooltip={t('alert.badge.until', 'Until {{until}}: {{reason}}', {
            until: formatTime(silence.until),
            reason: silence.reason,
          })}
        />
      )}
      {inhibitedBy != null && (
        <Badge color="darkgrey" icon="link" text={t('alert.badge.inhibited', 'Explained by another')} />
      )}
      {expected != null && <Badge color="green" icon="check-circle" text={t('alert.badge.expected', 'Expected')} />}
    </Stack>
  );
}
