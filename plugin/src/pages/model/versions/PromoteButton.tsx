import { Alert, Stack, Text } from '@grafana/ui';
import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { formatWords } from '../../../format/name';
import { t } from '../../../i18n';
import { unavailableReason } from './unavailable';

interface PromoteButtonProps {
  readonly list: VersionList;
  readonly version: VersionDetail;
}

/** Makes a version the champion, or asks other people to agree. */
export function PromoteButton({ list, version: detail }: PromoteButtonProps) {
  const { version, gates } = detail;
  const champion = list.routing?.champion ?? null;
  const isWaiting = list.approvals.some(
    ({ state, action, target }) => state === 'pending' && action === 'promote' && target === version,
  );
  const open = gates.filter(({ verdict }) => verdict !== 'pass');
  return (
    <ActionButton
      verb="promote"
      model={list.model}
      revision={list.revision}
      size="sm"
      label={t('action.promote', 'Promote')}
      icon="star"
      variant="primary"
      unavailable={
        isWaiting
          ? t('action.promote-waiting', 'Its promotion is waiting for approval already.')
          : unavailableReason(list, detail)
      }
      title={t('action.promote-title', 'Promote version {{version}} of {{model}}', { version, model: list.model })}
      body={{ version }}
      explanation={
        <Stack direction="column" gap={1}>
          <Text>
            {champion === null
              ? t('action.promote-first', 'Version {{version}} becomes the first champion and serves all traffic.', {
                  version,
                })
              : t(
                  'action.promote-what',
                  'Version {{version}} replaces version {{champion}}, which stays in reserve: a roll-back goes to it. When your settings ask for more people, it waits until they have approved.',
                  { version, champion },
                )}
          </Text>
          {open.length > 0 && (
            <Alert
              bottomSpacing={0}
              severity="warning"
              title={t('action.promote-gates', 'Not every gate passes: the collector may refuse')}
            >
              {open.map(({ gate, reason }) => (
                <div key={gate}>{`${formatWords(gate)}: ${reason}`}</div>
              ))}
            </Alert>
          )}
        </Stack>
      }
    />
  );
}
