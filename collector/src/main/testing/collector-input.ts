import { join } from 'node:path';
import type { NatsServer } from '../../../../test/stack/nats-server.ts';

/** Settings of a collector over a broker, as they are written in a file: it keeps everything in `folder` and commits soon. */
export function collectorInput(nats: NatsServer, folder: string) {
  const { user, pass, inboxPrefix } = nats.collector;
  return {
    http: { port: 0 },
    nats: { url: nats.url, user, password: pass, inboxPrefix },
    store: { sqlite: join(folder, 'store.sqlite') },
    artefacts: join(folder, 'artefacts'),
    commitEvery: '50ms',
    identity: {
      insecureLocal: true,
      tokens: [{ name: 'app', secret: 'secret-of-app', scopes: ['events:write' as const] }],
    },
  };
}
