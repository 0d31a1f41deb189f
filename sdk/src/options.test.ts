import { describe, expect, it } from 'vitest';
import { createMonitor, MonitorOptionsError } from './index.ts';
import { createMemoryTransport } from './testing/index.ts';

const model = { name: 'credit', version: '7' };
const nats = { servers: 'nats://localhost:4222' };
const good = { service: 'api', model, nats };

describe('options that cannot work are refused by name', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /the options must be an object, got undefined/],
    ['a typing error', { ...good, enviroment: 'x' }, /enviroment is no option; there are service, environment/],
    ['no service', { model, nats }, /service must be text of 1 to 128 characters, got undefined/],
    ['no model', { service: 'api', nats }, /model or models must be given/],
    ['a model and models', { ...good, models: [model] }, /model or models must be given, and not both/],
    ['no models', { service: 'api', nats, models: [] }, /at least one model/],
    ['a model twice', { service: 'api', nats, models: [model, model] }, /name "credit" twice/],
    ['a model by name only', { ...good, model: 'credit' }, /model must be \{ name, version \}, got "credit"/],
    ['no version', { ...good, model: { name: 'credit' } }, /model.version must be text/],
    [
      'a version in a list',
      { service: 'api', nats, models: [{ name: 'a', version: 7 }] },
      /models\[0\].version.*got 7/,
    ],
    [
      'an unknown type',
      { ...good, model: { ...model, features: { age: 'int' } } },
      /model.features.age must be "number", "category" or "text", or { type, ... }, got "int"/,
    ],
    ...(
      [
        ['an embedding of no length', { type: 'embedding' }, /features.query.dimensions must be given/],
        ['an embedding of half a number', { type: 'embedding', dimensions: 1.5 }, /a whole number from 1 to 16384/],
        ['a centre of another length', { type: 'embedding', dimensions: 2, centre: [1] }, /centre must be a list of 2/],
        ['a centre of zeros', { type: 'embedding', dimensions: 1, centre: [0] }, /not all of them zero, got a list/],
        ['an embedding in bins', { type: 'embedding', capture: 'bin' }, /capture is no option; there are type, dim/],
        ['a text with a length', { type: 'text', dimensions: 3 }, /dimensions is no option; there are type/],
        ['an unknown type of an object', { type: 'prose' }, /type must be "number" or "category", got "prose"/],
      ] as const
    ).map(([name, query, message]): [string, unknown, RegExp] => [
      name,
      { ...good, model: { ...model, features: { query } } },
      message,
    ]),
    [
      'the name of a descriptor',
      { ...good, model: { ...model, features: { note: 'text', 'note.words': 'number' } } },
      /features declare "note.words" twice/,
    ],
    ['no broker', { service: 'api', model }, /nats or transport must be given/],
    ['two brokers', { ...good, transport: createMemoryTransport() }, /and not both/],
    ['an odd transport', { service: 'api', model, transport: {} }, /transport has no method start/],
    ['no servers', { ...good, nats: {} }, /nats.servers must be an address/],
    ['an empty list of servers', { ...good, nats: { servers: [] } }, /nats.servers must be an address/],
    ['a web address', { ...good, nats: { servers: 'https://example.com' } }, /nats.servers.*got "https:/],
    [
      'credentials in an address',
      { ...good, nats: { servers: 'nats://me:secret@host:4222' } },
      /must not hold credentials/,
    ],
    ['an unknown option of nats', { ...good, nats: { ...nats, password: 'x' } }, /nats.password is no option.*pass/],
    ['an inbox prefix with wildcards', { ...good, nats: { ...nats, inboxPrefix: '_INBOX.>' } }, /nats.inboxPrefix/],
    ['half a partition', { ...good, partitions: 1.5 }, /partitions must be a whole number from 1 to 1024, got 1.5/],
    ['a buffer of nothing', { ...good, buffer: { events: 0 } }, /buffer.events must be a whole number from 1/],
    ['an odd batch', { ...good, batch: { size: 10 } }, /batch.size is no option; there are events, bytes, ageMs/],
    ['a logger that cannot warn', { ...good, logger: { info() {} } }, /logger must have the methods info/],
    ['a clock that is none', { ...good, clock: 17 }, /clock must be a function, got 17/],
    ['an unknown generation', { ...good, genAiConventions: '1.41' }, /genAiConventions must be "v1.41" or "latest"/],
    ['telemetry as text', { ...good, telemetry: 'yes' }, /telemetry must be true or false, got "yes"/],
  ])('%s', (_, options, message) => {
    // Such options come from plain JavaScript.
    const make = () => createMonitor(options as never);
    expect(make).toThrow(MonitorOptionsError);
    expect(make).toThrow(message);
    expect(make).toThrow(/^createMonitor: /);
  });

  it('with a stack that begins where the app called', () => {
    let error: unknown;
    try {
      createMonitor({ ...good, model: { name: 'credit' } } as never);
    } catch (thrown) {
      error = thrown;
    }
    const [, first] = (error as Error).stack?.split('\n') ?? [];
    expect(first).toContain('options.test.ts');
  });

  it('never shows a secret in the message', () => {
    const secret = { ...good, nats: { servers: 'nats://me:hunter2@host' } };
    expect(() => createMonitor(secret)).toThrow(/^(?!.*hunter2)/);
  });
});
