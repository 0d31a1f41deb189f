import { Stack } from '@grafana/ui';
import type { VersionList } from '@plumbline/collector/api';
import { VersionStateBadge } from '../../../components/badges';
import { Panel } from '../../../components/Panel';
import { t } from '../../../i18n';
import { VersionActions } from './VersionActions';
import { VersionDetails } from './VersionDetails';

/** The version on its way to champion: what it has shown so far, and what holds it. */
export function RolloutPanel({ list }: { readonly list: VersionList }) {
  const onItsWay = list.routing?.canary?.version ?? list.routing?.shadow?.version;
  const version = list.versions.find((candidate) => candidate.version === onItsWay);
  if (version === undefined) {
    return null;
  }
  return (
    <Panel
      title={t('rollout.title', 'On its way: version {{version}}', { version: version.version })}
      actions={<VersionActions list={list} version={version} />}
    >
      <Stack direction="column" gap={2}>
        <div>
          <VersionStateBadge state={version.state} />
        </div>
        <VersionDetails version={version} />
      </Stack>
    </Panel>
  );
}
