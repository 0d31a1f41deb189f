import type { ComponentSize } from '@grafana/ui';
import type { VersionList } from '@plumbline/collector/api';
import { ActionButton } from '../../../components/ActionButton';
import { t } from '../../../i18n';

interface PauseButtonProps {
  readonly list: VersionList;
  readonly size?: ComponentSize;
}

/** Holds a rollout where it is, or lets it go on. Its guards never stop. */
export function PauseButton({ list: { model, revision, routing, paused }, size }: PauseButtonProps) {
  const onItsWay = routing?.canary?.version ?? routing?.shadow?.version;
  const isPaused = paused !== null;
  return (
    <ActionButton
      verb={isPaused ? 'resume' : 'pause'}
      model={model}
      revision={revision}
      size={size}
      label={isPaused ? t('action.resume', 'Resume rollout') : t('action.pause', 'Pause rollout')}
      icon={isPaused ? 'play' : 'pause'}
      unavailable={onItsWay === undefined ? t('action.no-rollout', 'No rollout is under way.') : null}
      title={
        isPaused
          ? t('action.resume-title', 'Resume the rollout of version {{version}}', { version: onItsWay ?? '' })
          : t('action.pause-title', 'Pause the rollout of version {{version}}', { version: onItsWay ?? '' })
      }
      explanation={
        isPaused
          ? t('action.resume-what', 'The rollout goes on: when every gate passes, the next step is taken.')
          : t(
              'action.pause-what',
              'The share of traffic stays as it is. The gates go on watching, and a failed one still rolls back.',
            )
      }
    />
  );
}
