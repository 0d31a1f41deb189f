import type { ModelSettings } from '../../config/index.ts';
import type { Instance } from '../api.ts';
import type { Services } from '../ports.ts';

/** What the running SDK instances say about themselves, by name. */
export function instancesOf(
  { instances }: Pick<Services, 'instances'>,
  { name, environment }: ModelSettings,
): Instance[] {
  return instances
    .ofModel(environment, name)
    .map(({ heartbeat, at }) => ({
      instance: heartbeat.instance,
      service: heartbeat.service,
      sdkVersion: heartbeat.sdkVersion,
      routingRevision: heartbeat.routingRevision,
      serving: [...heartbeat.serving],
      loaded: [...heartbeat.loaded],
      accepted: heartbeat.counts.accepted,
      acknowledged: heartbeat.counts.acknowledged,
      thinned: heartbeat.counts.thinned ?? 0,
      dropped: { ...heartbeat.counts.dropped },
      lastSeenAt: at,
    }))
    .sort((a, b) => (a.instance < b.instance ? -1 : 1));
}
