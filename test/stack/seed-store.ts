import { plumblineSettings } from '../../collector/src/config/index.ts';
import { createEngine, type Engine } from '../../collector/src/main/engine.ts';
import { createHeartbeatBook } from '../../collector/src/main/heartbeat-book.ts';
import { silentLogger } from '../../collector/src/main/logger.ts';
import { createReactions } from '../../collector/src/main/reactions.ts';
import { openServices } from '../../collector/src/main/services.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite.ts';
import type { SettingsInput } from './stack.ts';

/**
 * Fills a store file with a past, before a collector is started over it: `live` gives events to the engine, and windows,
 * findings and alerts come of them as if they had come over the stream.
 *
 * `until` is the wall-clock time of all of it, milliseconds since 1970-01-01 UTC.
 */
export async function seedStore(
  path: string,
  settingsInput: SettingsInput,
  until: number,
  live: (engine: Engine) => Promise<void>,
): Promise<void> {
  const settings = plumblineSettings.parse(settingsInput);
  const store = await openSqliteStore({ path });
  let ids = 0;
  const services = await openServices({
    store,
    settings,
    clock: () => until,
    randomId: () => `seed-${++ids}`,
    publicUrl: () => '',
    heartbeats: createHeartbeatBook(() => until),
    onError: (error) => {
      throw error;
    },
  });
  const { hooks } = createReactions(services);
  const { models, budget } = settings;
  const engine = await createEngine({ store, models, budget, hooks, clock: () => until, logger: silentLogger });
  try {
    await live(engine);
    await engine.finish();
  } finally {
    await store.close();
  }
}
