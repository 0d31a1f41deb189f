import { EmptyState, Grid, Stack } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { QueryState } from '../../../components/QueryState';
import { useVersions } from '../../../data/useVersions';
import { t } from '../../../i18n';
import { ApprovalPanel } from './ApprovalPanel';
import { ComparePanel } from './ComparePanel';
import { HoldsPanel } from './HoldsPanel';
import { InstancesPanel } from './InstancesPanel';
import { RetrainPanel } from './RetrainPanel';
import { RolloutPanel } from './RolloutPanel';
import { TimelinePanel } from './TimelinePanel';
import { TrafficPanel } from './TrafficPanel';
import { VersionsPanel } from './VersionsPanel';

/** Which versions there are, which of them serve, whether apps follow, and what may be done. */
export function VersionsTab({ detail: { model } }: { readonly detail: ModelDetail }) {
  const query = useVersions(model);
  return (
    <QueryState query={query} subject={t('versions.subject', 'the versions')}>
      {(list) =>
        list.versions.length === 0 ? (
          <EmptyState variant="call-to-action" hideImage message={t('versions.none', 'No version is registered yet')}>
            {t('versions.none-how', 'Register one with: plumbline register {{model}} <version> --artefact model.onnx', {
              model,
            })}
          </EmptyState>
        ) : (
          <Stack direction="column" gap={2}>
            {list.approvals
              .filter(({ state }) => state === 'pending')
              .map((approval) => (
                <ApprovalPanel key={approval.id} approval={approval} />
              ))}
            <HoldsPanel list={list} />
            <Grid columns={{ xs: 1, xl: 2 }} gap={2} alignItems="start">
              <TrafficPanel list={list} />
              <InstancesPanel list={list} />
            </Grid>
            <RolloutPanel list={list} />
            <VersionsPanel list={list} />
            <TimelinePanel list={list} now={query.dataUpdatedAt} />
            {list.versions.length > 1 && <ComparePanel list={list} />}
            <RetrainPanel model={model} />
          </Stack>
        )
      }
    </QueryState>
  );
}
