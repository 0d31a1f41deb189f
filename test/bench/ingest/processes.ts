import { join } from 'node:path';
import { connectBus } from '../../../collector/src/bus/index.ts';
import { collectorSettings } from '../../../collector/src/config/settings.ts';
import { type NatsServer, startNatsServer } from '../../stack/nats-server.ts';
import { type ManagedProcess, startProcess } from '../../stack/process.ts';
import type { CollectorSettings, DrainResult, FollowResult } from './collector.ts';
import type { PublisherResult, PublisherSettings } from './publisher.ts';
import { benchModel } from './traffic.ts';

/** The three processes of a bench: broker, publisher, collector. Everything they write goes to one folder. */

export async function startBroker(directory: string, name: string): Promise<NatsServer> {
  const server = await startNatsServer({
    directory: join(directory, name),
    apps: { bench: [benchModel] },
    maximumStoreBytes: 40 * 2 ** 30,
  });
  // The stream is there before anybody publishes.
  await (await connectBus({ nats: collectorSettings.parse({ nats: natsSettings(server) }).nats })).close();
  return server;
}

function natsSettings(server: NatsServer) {
  const { servers, user, pass, inboxPrefix } = server.collector;
  return { url: servers, user, password: pass, inboxPrefix, maximumBytes: 32 * 2 ** 30 };
}

export async function publish(
  server: NatsServer,
  traffic: Pick<PublisherSettings, 'events' | 'perSecond' | 'startAt' | 'rowsPerBatch'>,
): Promise<PublisherResult> {
  const { servers, user, pass, inboxPrefix } = server.app('bench');
  const settings: PublisherSettings = {
    nats: { servers, user, pass, inboxPrefix },
    eventTimePerSecond: 20_000,
    ...traffic,
  };
  const lines = await child('publisher', settings).finished();
  const published = lines.find((line): line is PublisherResult => line.event === 'published');
  if (published === undefined) throw new Error('the publisher said nothing');
  return published;
}

export function collect(server: NatsServer, run: Omit<CollectorSettings, 'nats'>) {
  const settings: CollectorSettings = { nats: natsSettings(server), ...run };
  return child('collector', settings);
}

type Line = DrainResult | FollowResult | PublisherResult | { readonly event: 'ready' };

/** A program of the folder `ingest` as a process that prints JSON lines. */
function child(program: 'publisher' | 'collector', settings: object) {
  const lines: Line[] = [];
  const started: Promise<ManagedProcess> = startProcess({
    name: program,
    command: process.execPath,
    args: [...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []), new URL(`./${program}.ts`, import.meta.url).pathname],
    env: { BENCH_SETTINGS: JSON.stringify(settings) },
    log: {
      line(_, text) {
        if (text.startsWith('{')) lines.push(JSON.parse(text));
        else process.stderr.write(`${program}: ${text}\n`);
      },
    },
    readyLine: (text) => (text.startsWith('{') ? JSON.parse(text) : undefined),
  });
  return {
    ready: () => started,
    async finished(signal?: 'SIGTERM'): Promise<readonly Line[]> {
      const running = await started;
      const exit = await (signal === undefined ? running.exited : running.stop(30_000));
      if (exit.code !== 0) throw new Error(`${program} ended with ${JSON.stringify(exit)}\n${running.output()}`);
      return lines;
    },
  };
}
