import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMonitor, type Monitor, type MonitorOptions, type Serving, type VersionsOptions } from './index.ts';
import type { RoutingDocument } from './routing/index.ts';
import { testDocument } from './routing/testing/test-document.ts';
import { createMemoryTransport, type MemoryTransport } from './testing/index.ts';

interface Applicant {
  readonly id: string;
  readonly age: number;
}

const applicant: Applicant = { id: 'application-17', age: 44 };
const options: VersionsOptions<[Applicant], Promise<string>> = {
  id: ({ id }) => id,
  key: ({ id }) => id,
  features: ({ age }) => ({ age }),
  prediction: (label) => label,
};

let transport: MemoryTransport;
let monitor: Monitor;
let warnings: string[];
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => void unhandled.push(error);

beforeEach(() => {
  transport = createMemoryTransport();
  warnings = [];
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  process.off('unhandledRejection', onUnhandled);
  await monitor.shutdown({ timeoutMs: 0 });
  expect(unhandled).toEqual([]);
});

/** A monitor that routes to champion 7, with everything shadowed by 9 unless changed. */
async function start(changes: Partial<RoutingDocument> = {}, more: Partial<MonitorOptions> = {}): Promise<void> {
  const logger = { info: () => {}, warn: (message: string) => void warnings.push(message) };
  monitor = createMonitor({ service: 'api', model: { name: 'credit', version: '1' }, transport, logger, ...more });
  const shadow = { version: '9', digest: 'd9', sampleBasisPoints: 10_000 };
  transport.setRouting(testDocument({ shadow, ...changes }));
  await vi.waitFor(() => expect(monitor.route('credit').revision).toBe(1));
}

const shadows = () => monitor.status().models.credit?.shadows;
const turns = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

async function recorded() {
  await monitor.flush();
  // Ids lie in several partitions, which arrive in any order.
  return transport
    .inferences()
    .map(({ id, version, role, prediction, error, features }) => ({ id, version, role, prediction, error, features }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe('a function of several versions', () => {
  it('is called with the version and role that routing says for the key', async () => {
    await start({ shadow: null, canary: { version: '8', digest: 'd8', weightBasisPoints: 0 }, pins: { vip: '8' } });
    const decide = monitor.wrapVersions(async ({ version }: Serving, _: Applicant) => `by ${version}`, options);
    expect(await decide(applicant)).toBe('by 7');
    expect(await decide({ ...applicant, id: 'vip' })).toBe('by 8');
    expect(await recorded()).toMatchObject([
      { id: 'application-17', version: '7', role: 'champion', prediction: 'by 7', features: { age: 44 } },
      { id: 'vip', version: '8', role: 'canary', prediction: 'by 8' },
    ]);
  });

  it('keeps its receiver, its result when it is no promise, and its failure', async () => {
    await start();
    const service = {
      name: 'credit',
      decide: monitor.wrapVersions(
        function (this: unknown, { version }: Serving, fail: boolean) {
          if (fail) {
            throw new RangeError('no such applicant');
          }
          return `${(this as { name: string }).name} ${version}`;
        },
        { features: () => ({}) },
      ),
    };
    expect(service.decide(false)).toBe('credit 7');
    expect(() => service.decide(true)).toThrow('no such applicant');
    await vi.waitFor(() => expect(shadows()?.started).toBe(2));
    await turns();
    const kept = await recorded();
    expect(kept.map(({ role, error }) => `${role} ${error}`).sort()).toEqual([
      ...['champion RangeError', 'champion null', 'shadow RangeError', 'shadow null'],
    ]);
    // Each shadow goes by the id of the answer it ran beside.
    const ids = kept.map(({ id }) => id);
    for (const id of ids.filter((one) => one.endsWith('~9'))) {
      expect(ids).toContain(id.slice(0, -2));
    }
  });

  it('answers as one without a key when the key cannot be told, and when the options are none', async () => {
    await start();
    const predict = async ({ version }: Serving) => version;
    const key = () => {
      throw new Error('Miller has no key');
    };
    expect(await monitor.wrapVersions(predict, { features: () => ({}), key })()).toBe('7');
    expect(warnings.join()).toMatch(/without its key/);
    expect(warnings.join()).not.toMatch(/Miller/);
    expect(await monitor.wrapVersions(predict, null as never)()).toBe('7');
  });
});

describe('the shadow', () => {
  it('gets the same arguments after the answer was given, and is recorded beside it', async () => {
    await start();
    const order: string[] = [];
    const decide = monitor.wrapVersions(
      async ({ version, role }: Serving, given: Applicant) => {
        order.push(`${role} ${version} ${given === applicant}`);
        return `by ${version}`;
      },
      { ...options, recorded: (id) => void order.push(`recorded ${id}`) },
    );
    order.push(await decide(applicant));
    await vi.waitFor(() => expect(order).toHaveLength(4));
    expect(order).toEqual(['champion 7 true', 'recorded application-17', 'by 7', 'shadow 9 true']);
    await turns();
    expect(await recorded()).toMatchObject([
      { id: 'application-17', version: '7', role: 'champion', prediction: 'by 7', features: { age: 44 } },
      { id: 'application-17~9', version: '9', role: 'shadow', prediction: 'by 9', features: { age: 44 } },
    ]);
    expect(shadows()).toEqual({ started: 1, timedOut: 0, skipped: 0 });
  });

  const trapped = new Proxy({}, { get: () => fail(), has: () => fail(), getPrototypeOf: () => fail() });
  function fail(): never {
    throw new Error('Miller');
  }
  it.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', () => Promise.reject(new Error('Miller'))],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['answers with what throws when it is looked at', () => trapped],
    ['answers with a promise of such', async () => trapped],
    ['answers with what never becomes anything', () => Object.fromEntries([['then', () => {}]])],
    ['answers with a stream that fails', () => ({ [Symbol.asyncIterator]: fail })],
    [
      'answers with a stream that hangs',
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    ],
    ['hangs', () => new Promise(() => {})],
  ])('has no effect on the answer when it %s', async (_, misbehave) => {
    await start();
    const answer = Promise.resolve('yes');
    const decide = monitor.wrapVersions(
      ({ role }: Serving, _: Applicant) => (role === 'shadow' ? (misbehave() as typeof answer) : answer),
      {
        ...options,
        prediction: (label) => label.trim(),
        shadow: { timeoutMs: 30 },
      },
    );
    expect(await decide(applicant)).toBe('yes');
    await turns(80);
    expect(await recorded()).toContainEqual(
      expect.objectContaining({ id: 'application-17', role: 'champion', prediction: 'yes' }),
    );
    expect(shadows()?.started).toBe(1);
    expect(warnings.join()).not.toContain('Miller');
  });

  it('that takes too long counts as failed, and is told to stop', async () => {
    await start();
    const told: unknown[] = [];
    const decide = monitor.wrapVersions(
      ({ role, signal }: Serving, _: Applicant) =>
        role !== 'shadow'
          ? Promise.resolve('yes')
          : new Promise<string>((resolve) => {
              signal.addEventListener('abort', () => {
                told.push((signal.reason as Error).name);
                resolve('too late');
              });
            }),
      { ...options, shadow: { timeoutMs: 30 } },
    );
    await decide(applicant);
    await vi.waitFor(() => expect(told).toEqual(['TimeoutError']));
    await turns();
    expect(shadows()).toEqual({ started: 1, timedOut: 1, skipped: 0 });
    expect((await recorded())[1]).toMatchObject({ id: 'application-17~9', prediction: null, error: 'TimeoutError' });
  });

  it('never runs more often at once than it may, though it hangs; what is left out is counted', async () => {
    await start();
    let running = 0;
    const decide = monitor.wrapVersions(
      async ({ role }: Serving, _: Applicant) => {
        if (role === 'shadow') {
          running += 1;
          await new Promise(() => {});
        }
        return 'yes';
      },
      { ...options, shadow: { timeoutMs: 10, concurrency: 3 } },
    );
    for (let call = 0; call < 20; call++) {
      expect(await decide({ ...applicant, id: `application-${call}` })).toBe('yes');
      await turns(5);
    }
    expect(running).toBe(3);
    expect(shadows()).toEqual({ started: 3, timedOut: 3, skipped: 17 });
  });

  it('makes room when it ends', async () => {
    await start();
    const decide = monitor.wrapVersions(async ({ version }: Serving, _: Applicant) => version, {
      ...options,
      shadow: { concurrency: 1 },
    });
    for (let call = 0; call < 5; call++) {
      await decide({ ...applicant, id: `application-${call}` });
      await turns(10);
    }
    expect(shadows()).toEqual({ started: 5, timedOut: 0, skipped: 0 });
    expect(await recorded()).toHaveLength(10);
  });

  it('whose answer is a stream is taken to its end', async () => {
    await start();
    const decide = monitor.wrapVersions(
      async function* ({ version }: Serving) {
        yield* [version, version];
      },
      {
        features: () => ({}),
        stream: { initial: () => '', fold: (text, chunk) => text + chunk, prediction: (text) => text },
      },
    );
    const chunks: string[] = [];
    for await (const chunk of decide()) {
      chunks.push(chunk);
    }
    await turns();
    expect(chunks).toEqual(['7', '7']);
    expect((await recorded()).map(({ role, prediction }) => `${role} ${prediction}`).sort()).toEqual([
      'champion 77',
      'shadow 99',
    ]);
  });

  it('does not run when it is switched off, for what is not sampled, or where the process may be frozen', async () => {
    const predict = async ({ version }: Serving, _: Applicant) => version;
    await start({ shadow: { version: '9', digest: 'd9', sampleBasisPoints: 0 } });
    await monitor.wrapVersions(predict, options)(applicant);
    await turns();
    expect(shadows()).toEqual({ started: 0, timedOut: 0, skipped: 0 });
    await monitor.shutdown();
    await start({}, { mode: 'serverless' });
    await monitor.wrapVersions(predict, { ...options, shadow: false })(applicant);
    await monitor.wrapVersions(predict, options)(applicant);
    await turns();
    expect(shadows()).toEqual({ started: 0, timedOut: 0, skipped: 1 });
  });
});
