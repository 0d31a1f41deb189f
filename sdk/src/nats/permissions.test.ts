import { readFileSync } from 'node:fs';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, expect, it, vi } from 'vitest';
import { createMonitor } from '../index.ts';
import { testDocument } from '../routing/testing/test-document.ts';
import { heartbeatSubject } from '../subjects.ts';
import { type BareServer, startBareServer } from './testing/bare-server.ts';
import { patience } from './testing/broker.ts';
import { putRouting } from './testing/put-routing.ts';
import { createStreams, storedIds } from './testing/stored-events.ts';

/** The user as docs/permissions.md shows it: what is written there must be enough, word for word. */
const documentation = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
const [, user = ''] = /```\n(\{\n {2}user: credit-api[\s\S]*?)```/.exec(documentation) ?? [];

let server: BareServer;
let admin: NatsConnection;

afterEach(async () => {
  await admin.close();
  await server.stop();
});

it('an app gets along with exactly the rights the documentation lists', async () => {
  server = await startBareServer(`accounts { A {
    jetstream: enabled
    users: [ { user: admin, password: secret }, ${user.replace('$CREDIT_API_PASSWORD', 'secret')} ]
  } }`);
  admin = await connect({ servers: server.url, user: 'admin', pass: 'secret' });
  await createStreams(admin);
  const heartbeats: unknown[] = [];
  admin.subscribe(heartbeatSubject('credit-risk'), { callback: (_, message) => void heartbeats.push(message.json()) });
  await admin.flush();
  const champion = { version: '8', digest: 'd' };
  await putRouting(admin, testDocument({ model: 'credit-risk', champion }));

  const warnings: string[] = [];
  const monitor = createMonitor({
    service: 'credit-api',
    model: { name: 'credit-risk', version: '7' },
    nats: { servers: server.url, user: 'credit-api', pass: 'secret', inboxPrefix: '_INBOX_credit-api' },
    logger: { info: () => {}, warn: (message) => warnings.push(message) },
  });
  const id = monitor.record({ features: { age: 44 } });
  monitor.outcome({ inferenceId: id, value: 'repaid' });

  await vi.waitFor(() => expect(monitor.route('credit-risk', 'a').version).toBe('8'), patience);
  expect(await monitor.flush({ timeoutMs: 10_000 })).toEqual({ delivered: true, remaining: 0 });
  expect(await storedIds(admin)).toEqual([id]);
  await vi.waitFor(() => expect(heartbeats.length).toBeGreaterThan(0), patience);
  expect({ problems: monitor.status().problems, warnings }).toEqual({ problems: [], warnings: [] });
  await monitor.shutdown();
});
