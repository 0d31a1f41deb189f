import type { PlumblineSettings } from '../config/index.ts';
import { SpanDoor } from '../events/index.ts';
import type { LiveEvents } from '../http/live-events.ts';
import type { CollectorPort, Services } from '../http/ports.ts';
import type { HeartbeatBook } from './heartbeat-book.ts';
import type { CollectorServices } from './services.ts';

export interface ApiParts {
  readonly settings: PlumblineSettings;
  readonly services: CollectorServices;
  readonly clock: () => number;
  readonly live: LiveEvents;
  readonly heartbeats: HeartbeatBook;
  readonly collector: CollectorPort;
  readonly publish: Services['publish'];
  readonly changed: () => void;
}

/** The rooms of the collector as the API sees them. */
export function apiServices(parts: ApiParts): Services {
  const { settings, services, heartbeats, collector, ...rest } = parts;
  return {
    ...rest,
    ...services,
    auditKey: services.auditCheckpoints.key,
    settings,
    insecure: settings.collector.identity.insecureLocal,
    instances: heartbeats,
    spans: new SpanDoor(
      settings.models.map(({ name, spans }) => ({ model: name, ...spans })),
      parts.clock,
    ),
    collector,
  };
}
