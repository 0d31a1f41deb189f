import type { ModelSettings } from '../config/index.ts';
import { appendAudit, hashOf } from '../store/audit.ts';
import { compositeKey, jsonCollection, type Store } from '../store/port.ts';
import type { HeartbeatBook } from './heartbeat-book.ts';

/**
 * Changes that nobody tells the collector of, but that explain alerts: other settings than before, other SDK versions
 * than before. They are compared with what was known, and audited when they differ.
 */

interface KnownSettings {
  readonly hash: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

const knownSettings = jsonCollection<KnownSettings>('known_settings');
const knownSdks = jsonCollection<readonly string[]>('known_sdk_versions');

/** Records what is different in the settings of a model since a collector last started. Settings hold no secrets here. */
export async function noteSettings(store: Store, models: readonly ModelSettings[], at: number): Promise<void> {
  for (const settings of models) {
    const key = compositeKey(settings.environment, settings.name);
    const hash = hashOf(settings);
    await store.transaction(async (transaction) => {
      const before = (await transaction.get(knownSettings, key))?.value;
      if (before?.hash === hash) return;
      await transaction.put(knownSettings, key, { hash, settings: { ...settings } });
      if (before === undefined) return;
      const { old, now, names } = differences(before.settings, { ...settings });
      await appendAudit(transaction, {
        at,
        actor: 'system:settings',
        action: 'config.changed',
        target: `model/${settings.environment}/${settings.name}`,
        reason: `${names.join(', ')} changed in the settings`,
        before: old,
        after: now,
        requestId: null,
      });
    });
  }
}

/** Records when apps of a model run another version of the SDK than before. */
export async function noteSdkVersions(
  store: Store,
  models: readonly ModelSettings[],
  heartbeats: Pick<HeartbeatBook, 'ofModel'>,
  at: number,
): Promise<void> {
  for (const { environment, name } of models) {
    const heard = heartbeats.ofModel(environment, name).map(({ heartbeat }) => heartbeat.sdkVersion);
    const versions = [...new Set(heard)].sort();
    // Nobody is there: that is no other version.
    if (versions.length === 0) continue;
    const key = compositeKey(environment, name);
    const known = (await store.read((transaction) => transaction.get(knownSdks, key)))?.value;
    if (known !== undefined && hashOf(known) === hashOf(versions)) continue;
    await store.transaction(async (transaction) => {
      await transaction.put(knownSdks, key, versions);
      if (known === undefined) return;
      await appendAudit(transaction, {
        at,
        actor: 'system:heartbeats',
        action: 'sdk.changed',
        target: `model/${environment}/${name}`,
        reason: `apps run SDK ${versions.join(', ')}; before ${known.join(', ')}`,
        before: known,
        after: versions,
        requestId: null,
      });
    });
  }
}

function differences(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => hashOf(before[name]) !== hashOf(after[name]),
  );
  const pick = (from: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
  return { names, old: pick(before), now: pick(after) };
}
