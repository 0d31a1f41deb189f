import { readAlerts } from '../alert/index.ts';
import type { LiveEvent } from '../http/live-events.ts';
import { profileTotals } from '../profile/index.ts';
import { appendAudit } from '../store/audit.ts';
import { readProfiles } from '../store/history.ts';
import type { ReadTransaction } from '../store/port.ts';
import type { ClosedWindow, EngineHooks } from './engine.ts';
import type { CollectorServices } from './services.ts';

/** Windows whose labelled rows count as what a trainer could learn from. */
const trainableWindows = 1_000;

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
      const { champion, rollout: onItsWay } = await rollout.state(transaction, settings.environment, model);
      // People are served by the champion; before there is one, by whatever is not a shadow or a canary.
      const serves = champion === null ? onItsWay?.version !== closed.version : champion === closed.version;
      if (serves) {
        const changes = await alerts.windowClosed(transaction, closed);
        events.push(...changes.map((): LiveEvent => ({ type: 'alert', model, at })));
        if (await considerRetrain(transaction, closed, onItsWay !== null)) {
          events.push({ type: 'retrain', model, at });
        }
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

  /** Whether a job was made. */
  async function considerRetrain(
    transaction: Parameters<NonNullable<EngineHooks['windowClosed']>>[0],
    closed: ClosedWindow,
    rolloutActive: boolean,
  ): Promise<boolean> {
    const { settings } = closed;
    const open = (await readAlerts(transaction, { model: settings.name, state: 'firing' })).map(({ alert }) => alert);
    if (settings.retrain.on.length === 0 || open.length === 0) {
      return false;
    }
    const labelledRows = await countLabelledRows(transaction, closed);
    const decided = await retrain.consider(transaction, closed, open, { labelledRows, rolloutActive });
    return decided !== null && typeof decided === 'object' && 'id' in decided;
  }
}

async function countLabelledRows(
  transaction: ReadTransaction,
  { settings, version }: Pick<ClosedWindow, 'settings' | 'version'>,
): Promise<number> {
  const key = { model: settings.name, environment: settings.environment, version };
  const windows = await readProfiles(transaction, { ...key, limit: trainableWindows, reverse: true });
  return windows.reduce((sum, { profile }) => sum + profileTotals(profile).labelled, 0);
}
