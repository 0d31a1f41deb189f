import type { VersionList } from '@plumbline/collector/api';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { collector } from '../api/client';
import { pollInterval } from './live';
import { modelKeys } from './modelKeys';

/** How often to look while a change is on its way to the apps. */
const arrivingMs = 1_500;
/** An app that was not heard of for longer is not on its way anywhere. */
const aliveMs = 30_000;

export function versionsQuery(model: string) {
  return queryOptions({
    queryKey: modelKeys.versions(model),
    queryFn: () => collector.versions(model),
    // Apps say what they follow by heartbeats, which nobody announces.
    refetchInterval: ({ state }) =>
      state.data !== undefined && isArriving(state.data) ? arrivingMs : pollInterval(state.status),
  });
}

/** Versions, how traffic is meant to be split and how it really is, and approvals that wait. */
export function useVersions(model: string) {
  return useQuery(versionsQuery(model));
}

function isArriving({ routing, instances }: VersionList): boolean {
  return (
    routing !== null &&
    instances.some(
      ({ routingRevision, lastSeenAt }) => routingRevision < routing.revision && Date.now() - lastSeenAt < aliveMs,
    )
  );
}
