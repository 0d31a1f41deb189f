import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, startHost } from '../../../plugin/host/server.ts';
import { type SettingsInput, type Stack, startStack } from '../../stack/stack.ts';
import { fleetModels, seedFleet } from './seed-fleet.ts';

export interface Fleet {
  readonly host: Host;
  readonly stack: Stack;
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly directory: string;
  readonly models: number;
  readonly clock: () => number;
  /** A store file that an earlier run seeded for as many models; it is written when there is none. */
  readonly store?: string | undefined;
}

/** Broker, the real collector over a store that holds a whole fleet, and the host page in front of it. */
export async function startFleet({ directory, models, clock, store }: FleetOptions): Promise<Fleet> {
  const secret = randomBytes(24).toString('base64url');
  const host = await startHost();
  try {
    const stack = await startStack({
      directory,
      apps: {},
      settings: async () => {
        const settings: SettingsInput = {
          collector: {
            identity: {
              tokens: [{ name: 'grafana', secret, scopes: ['proxy'] }],
              grafana: { issuer: host.issuer, keysUrl: host.keysUrl },
            },
          },
          models: fleetModels(models),
        };
        const used = join(directory, 'collector.sqlite');
        if (store === undefined) {
          await seedFleet(used, settings, clock());
        } else {
          if (!existsSync(store)) await seedFleet(store, settings, clock());
          copyFileSync(store, used);
        }
        return settings;
      },
    });
    host.connect(stack.collectorUrl, secret);
    return {
      host,
      stack,
      async stop() {
        await stack.stop();
        await host.stop();
      },
    };
  } catch (error) {
    await host.stop();
    throw error;
  }
}
