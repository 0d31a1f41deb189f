import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type NatsServer, startNatsServer } from '../../../../test/stack/nats-server.ts';
import { createMonitor, type Monitor, type MonitorOptions } from '../../index.ts';

/** A real nats-server for one test, its administrator, and monitors that connect to it as an app. */
export interface Broker {
  readonly server: NatsServer;
  readonly admin: NatsConnection;
  /** What monitors have warned about. */
  readonly warnings: readonly string[];
  /** A folder that goes away with the broker. */
  readonly directory: string;
  monitor(options: Partial<MonitorOptions>): Monitor;
  /** Starts the server again; `admin` is another connection afterwards. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `models`: what the app's user may publish and whose routing it may read. */
export async function startBroker(models: readonly string[]): Promise<Broker> {
  const directory = mkdtempSync(join(tmpdir(), 'plumbline-sdk-'));
  const server = await startNatsServer({ directory: join(directory, 'nats'), apps: { app: models } });
  let admin = await connect(server.admin);
  const monitors: Monitor[] = [];
  const warnings: string[] = [];
  return {
    server,
    warnings,
    directory,
    get admin() {
      return admin;
    },
    async restart() {
      await admin.close();
      await server.restart();
      admin = await connect(server.admin);
    },
    monitor(options) {
      const monitor = createMonitor({
        service: 'credit-api',
        nats: server.app('app'),
        logger: { info: () => {}, warn: (message) => warnings.push(message) },
        ...options,
      });
      monitors.push(monitor);
      return monitor;
    },
    async stop() {
      await Promise.all(monitors.map((monitor) => monitor.shutdown({ timeoutMs: 0 })));
      await admin.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function problemsOf(monitor: Monitor): string[] {
  return monitor.status().problems.map(({ code }) => code);
}

/** For `vi.waitFor`: patient, because the machine may be busy; it never waits longer than it must. */
export const patience = { timeout: 20_000, interval: 20 };
