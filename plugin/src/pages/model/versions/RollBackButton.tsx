import { Alert, type ComponentSize, Stack, Text } from '@grafana/ui';
import type { VersionList } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { t } from '../../../i18n';

interface RollBackButtonProps {
  readonly list: VersionList;
  /** A former champion to go back to, instead of the one the collector proposes. */
  readonly to?: string;
  readonly size?: ComponentSize;
}

/** Takes traffic back. One person is enough, and it names where the traffic goes. */
export function RollBackButton({ list, to, size }: RollBackButtonProps) {
  const { model, revision, routing, rollBackTarget } = list;
  const onItsWay = routing?.canary?.version ?? routing?.shadow?.version;
  // What is on its way goes first: the champion stays, and needs no champion before it.
  const target = to ?? (onItsWay === undefined ? rollBackTarget?.version : (routing?.champion ?? undefined));
  return (
    <ActionButton
      verb="roll-back"
      model={model}
      revision={revision}
      size={size}
      label={to === undefined ? t('action.roll-back', 'Roll back') : t('action.roll-back-to', 'Roll back to it')}
      icon="corner-up-left"
      variant="destructive"
      unavailable={target === undefined ? t('action.no-target', 'There is no earlier version to go back to.') : null}
      title={t('action.roll-back-title', 'Roll back {{model}} to version {{target}}', { model, target: target ?? '' })}
      body={target === undefined ? {} : { to: target }}
      explanation={
        <Stack direction="column" gap={1}>
          <Text>
            {onItsWay !== undefined && target === routing?.champion
              ? t(
                  'action.roll-back-rollout',
                  'Version {{version}} is taken back: version {{target}} serves all traffic within seconds.',
                  {
                    version: onItsWay,
                    target,
                  },
                )
              : t('action.roll-back-what', 'Version {{target}} serves all traffic within seconds, on every instance.', {
                  target: target ?? '',
                })}
          </Text>
          {target === rollBackTarget?.version && rollBackTarget !== null && (
            <Alert
              bottomSpacing={0}
              severity={rollBackTarget.healthy ? 'success' : 'error'}
              title={
                rollBackTarget.healthy
                  ? t('action.target-healthy', 'Version {{target}} is healthy', { target: target ?? '' })
                  : t('action.target-unhealthy', 'Version {{target}} is not healthy: the collector will refuse', {
                      target: target ?? '',
                    })
              }
            >
              {rollBackTarget.reason}
            </Alert>
          )}
        </Stack>
      }
    />
  );
}
