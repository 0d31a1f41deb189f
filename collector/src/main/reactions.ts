import { readAlertsOfModel } from '../alert/index.ts';
import type { LiveEvent } from '../http/live-events.ts';
import { appendAudit } from '../store/audit.ts';
import { listVersionsSeen } from '../store/history.ts';
import type { EngineHooks } from './engine.ts';
import type { CollectorServices } from './services.ts';

export interface Reactions {
  readonly hooks: EngineHooks;
  /** What happened since the last call, for those who watch. Ask after a commit: before it nothing has happened. */
  takeEvents(): LiveEvent[];
}

/** What the collector does when traffic is seen and windows close, inside the engine's transaction. */
export function createReactions(services: Pick<CollectorServices, 'alerts' | 'retrain' | 'rollout'>): Reactions {
  const { alerts, retrain, rollout } = services;
  let events: LiveEvent[] = [];

  const hooks: EngineHooks = {
    async versionSeen(transaction, settings, version, at) {
      await rollout.versionSeen(transaction, settings, version, at);
      events.push({ type: 'version', model: settings.name, at });
    },

    async windowClosed(transaction, closed) {
      const { settings, at } = closed;
      const model = settings.name;
      const { environment } = settings;
      const { champion, rollout: onItsWay, versions } = await rollout.state(transaction, environment, model);
      // People are served by the champion; before there is one, by whatever is not a shadow or a canary.
      const serves = champion === null ? onItsWay?.version !== closed.version : champion === closed.version;
      if (serves) {
        const changes = await alerts.windowClosed(transaction, closed);
        events.push(...changes.map((): LiveEvent => ({ type: 'alert', model, at })));
        const seen = await listVersionsSeen(transaction, { model, environment });
        const job = await retrain.consider(transaction, closed, {
          alerts: (await readAlertsOfModel(transaction, { model, environment })).map(({ alert }) => alert),
          rolloutActive: onItsWay !== null,
          servesSince: seen.find(({ version }) => version === closed.version)?.firstEventAt ?? null,
          stateOf: (version) => versions.find((one) => one.version === version)?.state ?? null,
        });
        if (job !== null) events.push({ type: 'retrain', model, at });
      }
      const happened = await rollout.windowClosed(transaction, closed);
      events.push(...happened.map((): LiveEvent => ({ type: 'version', model, at })));
      events.push({ type: 'window', model, at });
    },

    async referenceBuilt(transaction, settings, version, reference, at) {
      await appendAudit(transaction, {
        at,
        actor: 'system:engine',
        action: 'reference.built',
        target: `model/${settings.environment}/${settings.name}`,
        reason: `version ${version} is compared with its first ${reference.rows} rows from now on`,
        before: null,
        after: { version, reference: reference.id, rows: reference.rows },
        requestId: null,
      });
    },
  };

  return {
    hooks,
    takeEvents() {
      const taken = events;
      events = [];
      return taken;
    },
  };
}
