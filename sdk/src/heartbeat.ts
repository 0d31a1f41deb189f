import type { ModelState } from './model-state.ts';
import type { MonitorSettings } from './read-options.ts';
import { fallback } from './routing/choose.ts';
import type { Heartbeat } from './routing/document.ts';
import type { RoutingTable } from './routing/table.ts';
import { heartbeatSubject } from './subjects.ts';
import { sdkVersion } from './version.ts';

export interface HeartbeatOptions {
  readonly settings: MonitorSettings;
  readonly models: ReadonlyMap<string, ModelState>;
  readonly routing: RoutingTable;
  readonly send: (subject: string, payload: Uint8Array) => void;
}

/** Says every few seconds, and whenever asked, what this process has loaded and routes to. Losing one does not matter. */
export function startHeartbeat(options: HeartbeatOptions): { beat(): void; stop(): void } {
  const beat = () => {
    for (const model of options.models.values()) {
      const heartbeat = heartbeatOf(model, options);
      options.send(heartbeatSubject(model.name), Buffer.from(JSON.stringify(heartbeat), 'utf8'));
    }
  };
  const timer = setInterval(beat, options.settings.heartbeatMs).unref();
  return { beat, stop: () => clearInterval(timer) };
}

function heartbeatOf(model: ModelState, { settings, routing }: HeartbeatOptions): Heartbeat {
  const document = routing.document(model.name);
  const refused = routing.refused(model.name);
  const champion = document === null ? model.compiledInVersion : fallback(document, model.compiledInVersion, refused);
  const besides = (['canary', 'shadow'] as const).flatMap((role) => {
    const version = document?.[role]?.version;
    return version === undefined || refused.includes(version) ? [] : [{ version, role }];
  });
  const serving = [{ version: champion, role: 'champion' as const }, ...besides];
  return {
    schema: 1,
    instance: settings.instance,
    service: settings.service,
    sdkVersion,
    model: model.name,
    environment: settings.environment,
    routingRevision: document?.revision ?? 0,
    serving,
    loaded: model.loaded,
    counts: {
      accepted: model.counts.accepted,
      acknowledged: model.counts.acknowledged,
      thinned: model.counts.thinned,
      dropped: { ...model.counts.dropped },
    },
    time: settings.clock(),
  };
}
