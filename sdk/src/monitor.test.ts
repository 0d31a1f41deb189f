import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMonitor, type Monitor, type MonitorOptions } from './index.ts';
import { testDocument } from './routing/testing/test-document.ts';
import { createMemoryTransport, type MemoryTransport } from './testing/index.ts';
import type { Transport } from './transport.ts';

const model = { name: 'credit', version: '7' };

let transport: MemoryTransport;
let warnings: string[];
let monitors: Monitor[] = [];

beforeEach(() => {
  transport = createMemoryTransport();
  warnings = [];
});

afterEach(async () => {
  await Promise.all(monitors.map((monitor) => monitor.shutdown({ timeoutMs: 0 })));
  monitors = [];
  vi.restoreAllMocks();
});

function start(options: Partial<MonitorOptions> = {}): Monitor {
  const monitor = createMonitor({
    service: 'api',
    transport,
    logger: { info: () => {}, warn: (message) => warnings.push(message) },
    ...(options.models === undefined ? { model } : {}),
    ...options,
  });
  monitors.push(monitor);
  return monitor;
}

describe('record', () => {
  it('returns the id the event goes by: a new one, or the own one of the app', async () => {
    const monitor = start();
    const made = monitor.record({ features: { age: 44 } });
    expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(monitor.record({ id: 'application-17', features: {} })).toBe('application-17');
    await monitor.flush();
    expect(
      transport
        .inferences()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([made, 'application-17'].sort());
  });

  it('fills in model, version, role and time', async () => {
    const monitor = start({ clock: () => 1_732_269_000_000 });
    monitor.record({ features: { age: 44, owner: true, job: 'cook', missing: undefined } });
    await monitor.flush();
    expect(transport.inferences()).toMatchObject([
      {
        model: 'credit',
        version: '7',
        role: 'champion',
        time: 1_732_269_000_000,
        features: { age: 44, owner: 'true', job: 'cook' },
        prediction: null,
        score: null,
        groups: {},
        latencyMs: null,
        error: null,
      },
    ]);
  });

  it('keeps what the app gives', async () => {
    const monitor = start();
    const given = {
      id: 'a',
      time: 17,
      version: '8',
      role: 'canary' as const,
      prediction: 'yes',
      score: 0.25,
      features: { age: 44 },
      groups: { sex: 'female' },
      latencyMs: 1.5,
      error: 'timeout',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    };
    monitor.record(given);
    await monitor.flush();
    expect(transport.inferences()).toEqual([{ kind: 'inference', model: 'credit', capture: 'inferred', ...given }]);
  });

  it('ties the inference of a shadow to the one that was served', async () => {
    const monitor = start();
    const served = monitor.record({ features: {} });
    const shadow = monitor.record({ shadowOf: served, version: '8', features: {} });
    expect(shadow).toBe(`${served}~8`);
    await monitor.flush();
    expect(transport.inferences()).toMatchObject([
      { id: served, role: 'champion', version: '7' },
      { id: shadow, role: 'shadow', version: '8' },
    ]);
    // One batch: they share their partition.
    expect(transport.batches).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['nothing', { features: undefined }],
    ['a reserved id', { id: 'a~8', features: {} }],
    ['a role of shadow without shadowOf', { role: 'shadow', features: {} }],
    ['an empty version', { version: '', features: {} }],
    ['a shadow of too long an id', { shadowOf: 'x'.repeat(128), features: {} }],
  ])('drops an event with %s, counts it, and warns once', async (_, record) => {
    const monitor = start();
    for (let i = 0; i < 3; i++) {
      // Such calls come from plain JavaScript.
      expect(monitor.record(record as never)).toBeTypeOf('string');
    }
    await monitor.flush();
    expect(transport.inferences()).toEqual([]);
    expect(monitor.status().counts).toMatchObject({ accepted: 0, dropped: { invalid_event: 3 } });
    expect(warnings.filter((warning) => warning.includes('invalid_event'))).toHaveLength(1);
  });

  it('tells the models of a monitor apart, and counts events of others', async () => {
    const monitor = start({ models: [model, { name: 'fraud', version: '1' }] });
    monitor.record({ model: 'fraud', features: {} });
    monitor.record({ model: 'credit', features: {} });
    monitor.record({ model: 'churn', features: {} });
    monitor.record({ features: {} });
    await monitor.flush();
    expect(
      transport
        .inferences()
        .map(({ model, version }) => `${model} ${version}`)
        .sort(),
    ).toEqual(['credit 7', 'fraud 1']);
    expect(monitor.status().counts).toMatchObject({ accepted: 2, dropped: { unknown_model: 2 } });
  });

  it('settles the type of a feature by declaration, else by its first value', async () => {
    const monitor = start({ model: { ...model, features: { zip: 'category', never: 'number' } } });
    monitor.record({ id: '1', features: { zip: 1234, age: 44 } });
    await monitor.flush();
    monitor.record({ id: '2', features: { zip: null, age: 'old' } });
    await monitor.flush();
    const batches = transport.batches;
    const [schema] = batches.map((batch) => batch.kind === 'inference' && batch.schema);
    expect(batches.map((batch) => batch.kind === 'inference' && batch.schema)).toEqual([schema, schema]);
    expect(transport.inferences().map(({ features }) => features)).toEqual([
      { zip: '1234', age: 44, never: null },
      { zip: null, age: Infinity, never: null },
    ]);
  });
});

describe('outcome', () => {
  it('is sent to where its inference is, as a label unless said otherwise', async () => {
    const monitor = start({ clock: () => 17 });
    monitor.outcome({ inferenceId: 'a', value: true });
    monitor.outcome({ id: 'mine', inferenceId: 'b', value: 3, type: 'feedback', time: 5 });
    await monitor.flush();
    expect(transport.outcomes()).toEqual(
      expect.arrayContaining([
        {
          kind: 'outcome',
          id: expect.any(String),
          time: 17,
          model: 'credit',
          inferenceId: 'a',
          type: 'label',
          value: 'true',
        },
        { kind: 'outcome', id: 'mine', time: 5, model: 'credit', inferenceId: 'b', type: 'feedback', value: 3 },
      ]),
    );
  });

  it.each([
    { inferenceId: '' },
    { inferenceId: 'a' },
    { inferenceId: 'a', value: Number.NaN },
    { inferenceId: 'a', value: 'x'.repeat(300) },
  ])('without what it needs is dropped and counted: %j', async (record) => {
    const monitor = start();
    monitor.outcome(record as never);
    await monitor.flush();
    expect(transport.outcomes()).toEqual([]);
    expect(monitor.status().counts.dropped).toEqual({ invalid_event: 1 });
  });
});

describe('wrap', () => {
  interface Applicant {
    age: number;
    id: string;
  }
  const applicant = { age: 44, id: 'application-17' };

  it('returns what the function returned, and records features, prediction, score and latency', async () => {
    const monitor = start();
    const predict = monitor.wrap((given: Applicant) => ({ label: 'yes', p: 0.9, given }), {
      features: ({ age }) => ({ age }),
      groups: () => ({ sex: 'female' }),
      id: ({ id }) => id,
      prediction: ({ label }) => label,
      score: ({ p }) => p,
    });
    expect(predict(applicant)).toEqual({ label: 'yes', p: 0.9, given: applicant });
    await monitor.flush();
    const [event] = transport.inferences();
    expect(event).toMatchObject({
      id: 'application-17',
      features: { age: 44 },
      groups: { sex: 'female' },
      prediction: 'yes',
      score: 0.9,
    });
    expect(event?.latencyMs).toBeGreaterThanOrEqual(0);
  });

  it('waits for a promise, and passes on its value or its failure', async () => {
    const monitor = start();
    const predict = monitor.wrap(async (age: number) => (age < 0 ? Promise.reject(new RangeError('age')) : age > 30), {
      features: (age) => ({ age }),
      prediction: (adult) => adult,
    });
    expect(await predict(44)).toBe(true);
    await expect(predict(-1)).rejects.toThrow('age');
    await monitor.flush();
    const recorded = transport.inferences().map(({ prediction, error }) => `${prediction} ${error}`);
    expect(recorded.sort()).toEqual(['null RangeError', 'true null']);
  });

  it('hands out a promise of a class of its own untouched', async () => {
    class ResponsePromise extends Promise<string> {
      readonly requestId = 'r1';
    }
    const monitor = start();
    const promise = new ResponsePromise((resolve) => resolve('yes'));
    const predict = monitor.wrap(() => promise, { features: () => ({}), prediction: (result) => result });
    expect(predict()).toBe(promise);
    await promise;
    await monitor.flush();
    expect(transport.inferences()).toMatchObject([{ prediction: 'yes' }]);
  });

  it('leaves a failure nobody handles unhandled', async () => {
    const monitor = start();
    const unhandled: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => unhandled.push(reason));
    try {
      void monitor.wrap(async () => Promise.reject(new Error('lost')), { features: () => ({}) })();
      await vi.waitFor(() => expect(unhandled).toMatchObject([{ message: 'lost' }]));
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) {
        process.on('unhandledRejection', listener);
      }
    }
  });

  it('throws what the function threw, and keeps this and all arguments', () => {
    const monitor = start();
    const failure = new Error('no');
    const throws = monitor.wrap(
      () => {
        throw failure;
      },
      { features: () => ({}) },
    );
    expect(throws).toThrow(failure);
    const host = {
      base: 1,
      add: monitor.wrap(
        function add(this: { base: number }, a: number, b: number) {
          return this.base + a + b;
        } as (a: number, b: number) => number,
        { features: (a, b) => ({ a, b }) },
      ),
    };
    expect(host.add(2, 3)).toBe(6);
  });

  it('reads features before the call, so a function that changes its arguments hides nothing', async () => {
    const monitor = start();
    const predict = monitor.wrap(
      (given: Applicant) => {
        given.age = 0;
        return 'yes';
      },
      { features: (given) => given as Applicant & Record<string, string | number> },
    );
    predict({ ...applicant });
    await monitor.flush();
    expect(transport.inferences()).toMatchObject([{ features: { age: 44 } }]);
  });

  it('tells the id of what it recorded, to report the outcome with', async () => {
    const monitor = start();
    const predict = monitor.wrap((_: Applicant) => 'yes', {
      features: ({ age }) => ({ age }),
      recorded: (inferenceId, result, { id }) => monitor.outcome({ inferenceId, value: `${result} ${id}` }),
    });
    predict(applicant);
    await monitor.flush();
    const [inference] = transport.inferences();
    expect(transport.outcomes()).toMatchObject([{ inferenceId: inference?.id, value: 'yes application-17' }]);
  });

  it('takes version and role from the routing of the key, unless the result knows better', async () => {
    const monitor = start();
    transport.setRouting(testDocument({ canary: { version: '8', digest: 'd', weightBasisPoints: 10_000 } }));
    await vi.waitFor(() => expect(monitor.route('credit').revision).toBe(1));
    const options = { features: () => ({}), key: (key: string) => key };
    monitor.wrap((_: string) => 1, options)('a');
    monitor.wrap((_: string) => 1, { ...options, version: () => '9' })('b');
    await monitor.flush();
    expect(
      transport
        .inferences()
        .map(({ version, role }) => `${version} ${role}`)
        .sort(),
    ).toEqual(['8 canary', '9 canary']);
  });

  it.each(['features', 'groups', 'id', 'key', 'prediction', 'score', 'version'])(
    'survives a %s that throws, and counts it',
    async (name) => {
      const monitor = start();
      const broken = {
        [name]: () => {
          throw new Error('broken');
        },
      };
      const predict = monitor.wrap(() => 'yes', { features: () => ({}), ...broken });
      expect(predict()).toBe('yes');
      await monitor.flush();
      expect(monitor.status().counts.dropped).toEqual({ extractor_failed: 1 });
      expect(transport.inferences()).toEqual([]);
    },
  );

  it.each(['wrap', 'wrapBatch'] as const)(
    'of %s stops calling functions that keep throwing, tells the status, and starts again',
    async (wrapping) => {
      const monitor = start();
      let asked = 0;
      let isBroken = true;
      const features = () => {
        asked += 1;
        if (isBroken) {
          throw new RangeError('of Ms Miller');
        }
        return wrapping === 'wrap' ? { age: 44 } : [{ age: 44 }];
      };
      const options = { features } as never;
      const predict =
        wrapping === 'wrap' ? monitor.wrap(() => 'yes', options) : monitor.wrapBatch(() => 'yes', options);
      for (let call = 0; call < 50; call++) {
        expect(predict()).toBe('yes');
      }
      expect(asked).toBe(10);
      const problem = { code: 'extractor_paused', message: 'credit: RangeError' };
      expect(monitor.status()).toMatchObject({ counts: { dropped: { extractor_failed: 50 } }, problems: [problem] });
      isBroken = false;
      const now = performance.now();
      vi.spyOn(performance, 'now').mockImplementation(() => now + 61_000);
      predict();
      await monitor.flush();
      expect(transport.inferences()).toMatchObject([{ features: { age: 44 } }]);
      expect(monitor.status().problems).toEqual([]);
    },
  );

  it('stops calling functions that keep the app waiting, having recorded what they told', async () => {
    const monitor = start();
    let now = 0;
    let asked = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const features = () => {
      asked += 1;
      now += 101;
      return {};
    };
    const predict = monitor.wrap(() => 'yes', { features });
    for (let call = 0; call < 50; call++) {
      predict();
    }
    expect(asked).toBe(10);
    await monitor.flush();
    expect(monitor.status()).toMatchObject({
      counts: { accepted: 10, dropped: { extractor_failed: 40 } },
      problems: [{ code: 'extractor_paused', message: 'credit: it took 101 ms' }],
    });
  });

  it('survives a recorded that throws, loses nothing, and leaves it alone after ten times', async () => {
    const monitor = start();
    let told = 0;
    const recorded = () => {
      told += 1;
      throw new Error('broken');
    };
    const predict = monitor.wrap(() => 'yes', { features: () => ({}), recorded });
    for (let call = 0; call < 15; call++) {
      expect(predict()).toBe('yes');
    }
    await monitor.flush();
    expect(told).toBe(10);
    expect(monitor.status().counts).toMatchObject({ accepted: 15, dropped: {} });
    expect(transport.inferences()).toHaveLength(15);
  });
});

describe('a period of loss', () => {
  it('is over when there is room again, which one line says with exact counts; another within a minute at the end', async () => {
    const told: string[] = [];
    const clock = { now: Date.parse('2026-11-22T18:00:00Z') };
    const monitor = start({
      logger: { info: (message) => void told.push(message), warn: () => {} },
      clock: () => clock.now,
      buffer: { events: 100, bytes: 1_000_000 },
      batch: { events: 10 },
    });
    const overflow = () => {
      transport.disconnect();
      for (let event = 0; event < 500; event++) {
        monitor.record({ features: {} });
        monitor.outcome({ inferenceId: 'a', value: 1 });
      }
      const { thinned, dropped } = monitor.status().counts;
      return { thinned, dropped: Object.values(dropped).reduce((sum, events) => sum + events, 0) };
    };
    await monitor.flush();
    told.length = 0;
    const first = overflow();
    expect(Math.min(first.thinned, first.dropped)).toBeGreaterThan(0);
    expect(told).toEqual([]);
    transport.connect();
    expect(await monitor.flush()).toMatchObject({ delivered: true });
    const line = (what: string, { thinned, dropped }: typeof first) =>
      `plumbline: ${what}: since 2026-11-22T18:00:00.000Z ${thinned} inferences were thinned, whose weight others carry, and ${dropped} events dropped (buffer_events ${dropped})`;
    const ends = () => told.filter((message) => message.includes('since'));
    expect(ends()).toEqual([line('there is room again', first)]);
    const both = overflow();
    transport.connect();
    expect(await monitor.flush()).toMatchObject({ delivered: true });
    expect(ends()).toHaveLength(1);
    await monitor.shutdown();
    expect(ends()[1]).toBe(
      line('the monitor is shut down', {
        thinned: both.thinned - first.thinned,
        dropped: both.dropped - first.dropped,
      }),
    );
    expect(ends()).toHaveLength(2);
  });
});

describe('flush and shutdown', () => {
  it('say whether everything was delivered', async () => {
    const monitor = start();
    expect(await monitor.flush()).toEqual({ delivered: true, remaining: 0 });
    transport.answerWith('silence');
    monitor.record({ features: {} });
    expect(await monitor.flush({ timeoutMs: 20 })).toEqual({ delivered: false, remaining: 1 });
    transport.answerWith(undefined);
    transport.disconnect();
    transport.connect();
    expect(await monitor.shutdown()).toEqual({ delivered: true, remaining: 0 });
  });

  it('happen once, and what comes afterwards is counted', async () => {
    const monitor = start();
    const first = monitor.shutdown();
    expect(monitor.shutdown()).toBe(first);
    monitor.record({ features: {} });
    monitor.outcome({ inferenceId: 'a', value: 1 });
    await first;
    expect(monitor.status()).toMatchObject({ connection: { state: 'closed' }, counts: { dropped: { closed: 2 } } });
  });

  it('end in time although the transport never lets go', async () => {
    const stuck: Transport = { ...createMemoryTransport(), close: () => new Promise(() => {}) };
    const monitor = start({ transport: stuck });
    expect(await monitor.shutdown({ timeoutMs: 10 })).toMatchObject({ remaining: 0 });
  });

  it('leave no listener behind on the process', async () => {
    const before = process.listenerCount('beforeExit');
    const monitor = start();
    expect(process.listenerCount('beforeExit')).toBe(before + 1);
    await monitor.shutdown();
    expect(process.listenerCount('beforeExit')).toBe(before);
  });
});

describe('in serverless mode', () => {
  it('a wrapped promise is settled once the broker has what was recorded', async () => {
    const monitor = start({ mode: 'serverless' });
    const predict = monitor.wrap(async () => 'yes', { features: () => ({}) });
    expect(await predict()).toBe('yes');
    expect(transport.inferences()).toHaveLength(1);
    expect(monitor.status().counts.acknowledged).toBe(1);
  });

  it('waits no longer than a second for a broker that is away', async () => {
    transport = createMemoryTransport({ connected: false });
    const monitor = start({ mode: 'serverless' });
    const startedAt = performance.now();
    expect(await monitor.wrap(async () => 'yes', { features: () => ({}) })()).toBe('yes');
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    expect(monitor.status().buffered.events).toBe(1);
  });

  it('has no place for a spool', () => {
    expect(() => start({ mode: 'serverless', spool: { folder: '/nowhere' } })).toThrow(/spool has no place/);
  });
});

describe('at the start', () => {
  it('one line says what is connected, without effect, or missing', async () => {
    const told: string[] = [];
    const monitor = start({ logger: { info: (message) => told.push(message), warn: () => {} } });
    await monitor.flush();
    expect(told).toEqual([
      'plumbline: api in production: broker connected to memory; spans without effect (no OpenTelemetry provider is registered); metrics without effect (no OpenTelemetry provider is registered); spool off; models credit 7 (inferred)',
    ]);
  });
});
