import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type PlumblineSettings, type PlumblineSettingsInput, plumblineSettings } from '../../config/index.ts';
import { PlumblineError } from '../../errors.ts';
import type { KeptMessage, OutgoingBatch } from '../../events/index.ts';
import { createIdentity } from '../../http/identity/identity.ts';
import { type FakeGrafana, personClaims, startFakeGrafana } from '../../http/identity/testing/fake-grafana.ts';
import { createLiveEvents, type LiveEvents } from '../../http/live-events.ts';
import { routes } from '../../http/routes/index.ts';
import { closeGently, createHttpServer } from '../../http/server.ts';
import type { Store } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { apiServices } from '../api-services.ts';
import { createEngine, type Engine } from '../engine.ts';
import { createHeartbeatBook, type HeartbeatBook } from '../heartbeat-book.ts';
import { silentLogger } from '../logger.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { createReactions } from '../reactions.ts';
import { type CollectorServices, openServices } from '../services.ts';
import { testModel } from './traffic.ts';

/**
 * The whole collector but for the broker: real store, services, engine and HTTP server on an ephemeral port, and a
 * Grafana whose people have roles. Batches that would go to the broker are kept.
 */
export interface TestApi {
  readonly url: string;
  readonly settings: PlumblineSettings;
  readonly store: Store;
  readonly storePath: string;
  readonly services: CollectorServices;
  readonly engine: Engine;
  readonly heartbeats: HeartbeatBook;
  readonly live: LiveEvents;
  readonly published: OutgoingBatch[];
  readonly errors: unknown[];
  readonly notReady: string[];
  /** Wall-clock time of everything in it. */
  now: number;
  /** True: the broker is out of reach. */
  failPublishing: boolean;
  /** Dead letters of which the broker has the bytes, by id. */
  readonly kept: Map<string, KeptMessage>;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  /** A control action with fresh keys. */
  act(path: string, body: unknown, options: AskOptions & { readonly revision: number }): Promise<Answer>;
  stop(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** A person through Grafana, or the name of a token; default: the viewer. */
  readonly as?: Person | TokenName | 'nobody';
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes; what they expect is their check.
  readonly body: any;
  readonly text: string;
}

const people = { vera: 'Viewer', ed: 'Editor', ana: 'Admin', ben: 'Admin' } as const;
type Person = keyof typeof people;

export const tokens = {
  grafana: ['proxy'],
  reader: ['read'],
  trainer: ['read', 'versions:register', 'artefacts:write'],
  robot: ['control'],
  gateway: ['events:write'],
} as const;
type TokenName = keyof typeof tokens;

const secretOf = (name: string) => `secret-of-${name}`;

export async function startTestApi(change: Partial<PlumblineSettingsInput> = {}): Promise<TestApi> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-api-'));
  const grafana = await startFakeGrafana();
  const settings: PlumblineSettings = {
    ...plumblineSettings.parse({
      webhooks: [{ name: 'trainer', url: 'http://127.0.0.1:9', secret: secretOf('webhook') }],
      ...change,
      collector: {
        artefacts: join(folder, 'artefacts'),
        identity: {
          tokens: Object.entries(tokens).map(([name, scopes]) => ({
            name,
            secret: secretOf(name),
            scopes: [...scopes],
          })),
          grafana: { issuer: grafana.issuer, keysUrl: grafana.keysUrl },
        },
        ...change.collector,
      },
    }),
    ...(change.models === undefined ? { models: [testModel()] } : {}),
  };
  const state = { now: Date.UTC(2026, 10, 22), failPublishing: false, kept: new Map<string, KeptMessage>() };
  const clock = () => state.now;
  const storePath = join(folder, 'store.sqlite');
  const store = await openSqliteStore({ path: storePath });
  const heartbeats = createHeartbeatBook(clock);
  const live = createLiveEvents(state.now);
  const published: OutgoingBatch[] = [];
  const errors: unknown[] = [];
  const notReady: string[] = [];
  let ids = 0;
  let url = '';
  const services = await openServices({
    store,
    settings,
    clock,
    randomId: () => `id${++ids}`,
    publicUrl: () => url,
    heartbeats,
    onError: (error) => errors.push(error),
  });
  const { hooks } = createReactions(services);
  const { models, budget } = settings;
  const engine = await createEngine({ store, models, budget, hooks, clock, logger: silentLogger });
  const server = createHttpServer({
    routes,
    services: apiServices({
      settings,
      services,
      clock,
      live,
      heartbeats,
      collector: {
        version: '0.0.0-test',
        startedAt: state.now,
        notReady: () => notReady,
        lagMessages: () => 7,
        lagSeconds: () => 0.5,
        measured: async () => [],
        deadLetterMessage: async ({ id }) => state.kept.get(id),
      },
      publish: async (batches) => {
        if (state.failPublishing) throw new PlumblineError('BROKER_UNAVAILABLE', 'the broker did not take the events');
        published.push(...batches);
      },
      changed: oneAtATime(() => services.rollout.evaluatePending().catch((error: unknown) => void errors.push(error))),
    }),
    identity: createIdentity(settings.collector.identity, clock),
    logger: pino({ level: 'silent' }),
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  // A TCP server that listens has an address object.
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;

  async function ask(path: string, { as = 'vera', method = 'GET', body, headers }: AskOptions = {}): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      headers: { ...(await credentials(as, grafana, state.now)), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
  }

  let keys = 0;
  return {
    url,
    settings,
    store,
    storePath,
    services,
    engine,
    heartbeats,
    live,
    published,
    kept: state.kept,
    errors,
    notReady,
    get now() {
      return state.now;
    },
    set now(value) {
      state.now = value;
    },
    get failPublishing() {
      return state.failPublishing;
    },
    set failPublishing(value) {
      state.failPublishing = value;
    },
    ask,
    act(path, body, { revision, headers, ...options }) {
      keys += 1;
      return ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        ...options,
        headers: {
          'content-type': 'application/json',
          'if-match': `"${revision}"`,
          'idempotency-key': `test-key-${keys}`,
          ...headers,
        },
      });
    },
    async stop() {
      await closeGently(server);
      await store.close();
      await grafana.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function credentials(as: AskOptions['as'], grafana: FakeGrafana, now: number): Promise<Record<string, string>> {
  if (as === undefined || as === 'nobody') {
    return {};
  }
  if (as in tokens) {
    return { authorization: `Bearer ${secretOf(as)}` };
  }
  const role = people[as as Person];
  const idToken = await grafana.sign(personClaims(grafana, now, { sub: `user:${as}`, name: `${as} of Grafana`, role }));
  return { authorization: `Bearer ${secretOf('grafana')}`, 'x-grafana-id': idToken };
}
