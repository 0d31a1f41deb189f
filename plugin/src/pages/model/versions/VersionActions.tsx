import { Stack } from '@grafana/ui';
import type { VersionDetail, VersionList } from '@plumbline/collector/api';
import { CanaryButton } from './CanaryButton';
import { EndingButtons } from './EndingButtons';
import { PromoteButton } from './PromoteButton';
import { RollBackButton } from './RollBackButton';
import { ShadowButton } from './ShadowButton';

interface VersionActionsProps {
  readonly list: VersionList;
  readonly version: VersionDetail;
}

/** The steps that are open to a version in its state. Whether they are taken, the collector decides. */
export function VersionActions({ list, version }: VersionActionsProps) {
  const { state } = version;
  const hasChampion = list.routing?.champion != null;
  return (
    <Stack direction="row" gap={1} wrap="wrap">
      {hasChampion && (state === 'registered' || state === 'evaluated' || state === 'rolled_back') && (
        <ShadowButton list={list} version={version} />
      )}
      {hasChampion && (state === 'evaluated' || state === 'shadow' || state === 'canary') && (
        <CanaryButton list={list} version={version} />
      )}
      {(state === 'evaluated' ||
        state === 'shadow' ||
        state === 'canary' ||
        (state === 'registered' && !hasChampion)) && <PromoteButton list={list} version={version} />}
      {state === 'superseded' && <RollBackButton list={list} to={version.version} size="sm" />}
      <EndingButtons list={list} version={version} />
    </Stack>
  );
}
