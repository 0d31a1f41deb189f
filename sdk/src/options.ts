import { hostname } from 'node:os';
import { defaultLogger, type Logger } from './diagnostics.ts';
import { type Environment, switchesOf } from './environment.ts';
import { MonitorOptionsError } from './errors.ts';
import type { FeatureDeclaration, FeatureType } from './event.ts';
import { createNatsTransport, type NatsOptions } from './nats/index.ts';
import { bool, type Fields, func, got, name, object, refuseUnknown, text, whole } from './options-checks.ts';
import { type GenAiStability, stabilityOf, stabilityVariable } from './otel/conventions.ts';
import type { BatchLimits, BufferLimits } from './pipeline/batcher.ts';
import type { CaptureSettings, FeatureCapture } from './privacy/capture.ts';
import { type PseudonymKey, Pseudonyms } from './privacy/pseudonyms.ts';
import { readCapture } from './privacy/read-capture.ts';
import type { Redact } from './privacy/redactor.ts';
import { defaultPartitions } from './subjects.ts';
import type { Transport } from './transport.ts';
import { maxNameLength } from './wire/limits.ts';

export interface ModelOptions {
  readonly name: string;
  /** The version compiled into the app: served while no routing has been seen, and the default of what is recorded. */
  readonly version: string;
  /** `sha256:<64 hex digits>` of the artefact, when the app knows it. */
  readonly digest?: string;
  /** Types of features, or type and how they leave the app. One that is not named here gets the type of its first value. */
  readonly features?: Readonly<Record<string, FeatureType | 'text' | FeatureOptions>>;
  /** Sensitive attributes and their groups. Others do not leave the app once one is named here. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Texts that predictions are. Others do not leave the app once they are named here. */
  readonly classes?: readonly string[];
  /** Texts that outcomes are. Default: `classes`. */
  readonly outcomes?: readonly string[];
  /**
   * `inferred`: all numbers, and texts of at most 64 characters. `declared`: only what is declared above. `metadata`: no
   * feature, prediction, score or group. Default `declared` as soon as one feature says how it is captured, or groups are
   * declared; else `inferred`.
   */
  readonly capture?: 'inferred' | 'declared' | 'metadata';
  /** Ids of the app: as they are, or as keyed pseudonyms (UUIDs stay). Default `hash` when there are `pseudonyms`. */
  readonly ids?: 'value' | 'hash';
  /** Sees what is about to leave, as a copy, and returns what may. When it fails or is slow, metadata leaves. */
  readonly redact?: Redact;
}

export type FeatureOptions = ColumnOptions | EmbeddingOptions | TextOptions;

export interface ColumnOptions {
  readonly type: FeatureType;
  /** Default `value`. `bin` is for numbers and needs `edges`; `hash` is for categories and needs `pseudonyms`. */
  readonly capture?: FeatureCapture;
  /** Of the reference's histogram, ascending. */
  readonly edges?: readonly number[];
}

/** A vector. Sixteen random projections, its norm and the cosine to a centre leave the app, the vector does not. */
export interface EmbeddingOptions {
  readonly type: 'embedding';
  /** Numbers of a vector; one of another length is invalid. */
  readonly dimensions: number;
  /** Of the projections, a whole number from 0. Another one is another set of features. Default 0. */
  readonly seed?: number;
  /** The mean of training vectors, say. Without it there is no cosine. */
  readonly centre?: readonly number[];
}

/** Prose. Its length, its words and the shares of kinds of characters leave the app, the text does not. */
export interface TextOptions {
  readonly type: 'text';
}

export interface MonitorOptions {
  /** The app, as in OpenTelemetry's `service.name`. */
  readonly service: string;
  /** Default `production`. */
  readonly environment?: string;
  /** The model, or several as `models`. */
  readonly model?: ModelOptions;
  readonly models?: readonly ModelOptions[];
  /** How to reach the broker; or a `transport` of your own. */
  readonly nats?: NatsOptions;
  readonly transport?: Transport;
  /** Name of this process among the instances of the service. Default: host, process id and a random part. */
  readonly instance?: string;
  /** Partitions of the stream, as the deployment fixed them. Default 16. */
  readonly partitions?: number;
  /** What is kept until the broker has acknowledged it. What does not fit is dropped and counted. Default 20 000 events, 16 MiB. */
  readonly buffer?: Partial<BufferLimits>;
  /** When a batch is sent. Default at 500 events, 256 KiB or 200 ms, whichever comes first. */
  readonly batch?: Partial<BatchLimits>;
  /**
   * Keeps on disk what is recorded until the broker has it: what was accepted survives the end of the process, and arrives
   * once. Folder on a disk of the machine, which processes may share; `bytes` default 256 MiB. Default: in memory only.
   */
  readonly spool?: { readonly folder: string; readonly bytes?: number };
  /**
   * `serverless`: every event is sent at once, and promises of wrapped functions wait for the broker, for at most a second,
   * because the process may be frozen as soon as they are settled. Default `server`.
   */
  readonly mode?: 'server' | 'serverless';
  /** Keys of pseudonyms. The first makes them; keep an old one for as long as outcomes of its inferences arrive. */
  readonly pseudonyms?: { readonly keys: readonly PseudonymKey[] };
  /** Keeps the last routing on disk, for a start without a broker. Default: in memory only. */
  readonly routingCacheFolder?: string;
  /** How often `loaded` versions and counts are reported. Default 2 s. */
  readonly heartbeatMs?: number;
  /** Spans and metrics through the app's own OpenTelemetry set-up. Default true. */
  readonly telemetry?: boolean;
  /** Delivers what is left when the process ends by itself, for at most 2 s. Default true. */
  readonly flushAtExit?: boolean;
  /**
   * Delivers what is left when the process is told to end (SIGTERM, SIGINT), for at most 5 s, and then lets the signal do
   * what it would have done. For apps without listeners of their own, which call `shutdown()` there. Default false.
   */
  readonly flushAtSignals?: boolean;
  /**
   * Which generation of the GenAI conventions spans and measurements of language models are written by. Default: what
   * `OTEL_SEMCONV_STABILITY_OPT_IN` says, else `v1.41`.
   */
  readonly genAiConventions?: GenAiStability;
  /** Default: standard error. One line says what works when the monitor starts; warnings come at most once a minute. */
  readonly logger?: Logger;
  /** Wall clock, milliseconds since 1970-01-01 UTC. */
  readonly clock?: () => number;
  /** Uniform in [0, 1). Decides routes without a key, and jitter. */
  readonly random?: () => number;
}

/** Options after defaults and checks. */
export interface MonitorSettings {
  readonly service: string;
  readonly environment: string;
  readonly models: ReadonlyMap<string, ModelSettings>;
  readonly transport: Transport;
  readonly instance: string;
  readonly partitions: number;
  readonly buffer: BufferLimits;
  readonly batch: BatchLimits;
  readonly spool: { readonly folder: string; readonly bytes: number } | undefined;
  readonly serverless: boolean;
  readonly pseudonyms: Pseudonyms | undefined;
  readonly routingCacheFolder: string | undefined;
  readonly heartbeatMs: number;
  readonly telemetry: boolean;
  readonly flushAtExit: boolean;
  readonly flushAtSignals: boolean;
  readonly genAiConventions: GenAiStability;
  /** Nothing is recorded: the operator has switched it off. */
  readonly switchedOff: boolean;
  /** For the log, when the switches of the operator cannot be understood. */
  readonly warning: string | null;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly random: () => number;
}

export interface ModelSettings {
  readonly name: string;
  readonly version: string;
  readonly digest: string | undefined;
  readonly features: readonly FeatureDeclaration[];
  readonly capture: CaptureSettings;
  readonly redact: Redact | undefined;
}

/** Checks the options as JavaScript may have given them, or throws a `MonitorOptionsError` that names the one at fault. */
export function readOptions(given: MonitorOptions, environment: Environment = process.env): MonitorSettings {
  const options: Fields = object(given, 'the options');
  const switches = switchesOf(environment);
  refuseUnknown(options, '', known.monitor);
  if ((options.nats === undefined) === (options.transport === undefined)) {
    throw new MonitorOptionsError('nats', 'or transport must be given, and not both');
  }
  const pseudonyms = readPseudonyms(options.pseudonyms);
  const service = name(options.service, 'service');
  const random = func<() => number>(options.random, 'random') ?? Math.random;
  return {
    service,
    environment: options.environment === undefined ? 'production' : name(options.environment, 'environment'),
    models: readModels(options, pseudonyms !== undefined, switches.capture === 'metadata'),
    pseudonyms,
    transport:
      options.transport === undefined
        ? createNatsTransport({ name: service, ...readNats(options.nats) }, random)
        : readTransport(options.transport),
    instance:
      options.instance === undefined
        ? `${hostname()}:${process.pid}:${Math.floor(random() * 2 ** 32).toString(36)}`.slice(-maxNameLength)
        : name(options.instance, 'instance'),
    partitions: whole(options.partitions, 'partitions', 1, 1_024) ?? defaultPartitions,
    buffer: readBuffer(options.buffer),
    batch: readBatch(options.batch),
    spool: readSpool(options.spool, options.mode),
    serverless: readMode(options.mode) === 'serverless',
    routingCacheFolder:
      options.routingCacheFolder === undefined ? undefined : text(options.routingCacheFolder, 'routingCacheFolder'),
    heartbeatMs: whole(options.heartbeatMs, 'heartbeatMs', 50, 60_000) ?? 2_000,
    telemetry: (bool(options.telemetry, 'telemetry') ?? true) && switches.telemetry,
    flushAtExit: bool(options.flushAtExit, 'flushAtExit') ?? true,
    flushAtSignals: bool(options.flushAtSignals, 'flushAtSignals') ?? false,
    genAiConventions: readConventions(options.genAiConventions) ?? stabilityOf(environment[stabilityVariable]),
    switchedOff: switches.capture === 'off',
    warning: switches.warning,
    logger: options.logger === undefined ? defaultLogger : readLogger(options.logger),
    clock: func<() => number>(options.clock, 'clock') ?? Date.now,
    random,
  };
}

const known = {
  monitor: [
    ...['service', 'environment', 'model', 'models', 'nats', 'transport', 'instance', 'partitions', 'buffer', 'batch'],
    ...[
      'spool',
      'mode',
      'pseudonyms',
      'routingCacheFolder',
      'heartbeatMs',
      'telemetry',
      'flushAtExit',
      'flushAtSignals',
      'genAiConventions',
      'logger',
      'clock',
      'random',
    ],
  ],
  model: ['name', 'version', 'digest', 'features', 'groups', 'classes', 'outcomes', 'capture', 'ids', 'redact'],
  pseudonyms: ['keys'],
  key: ['id', 'secret'],
  nats: ['servers', 'user', 'pass', 'token', 'authenticator', 'tls', 'inboxPrefix', 'name'],
  buffer: ['events', 'bytes'],
  batch: ['events', 'bytes', 'ageMs'],
  spool: ['folder', 'bytes'],
} as const;

function readModels(options: Fields, hasKeys: boolean, metadataOnly: boolean): ReadonlyMap<string, ModelSettings> {
  if ((options.model === undefined) === (options.models === undefined)) {
    throw new MonitorOptionsError('model', 'or models must be given, and not both');
  }
  if (options.models !== undefined && !Array.isArray(options.models)) {
    throw new MonitorOptionsError('models', 'must be a list of { name, version }');
  }
  const given: readonly unknown[] = Array.isArray(options.models) ? options.models : [options.model];
  const models = new Map<string, ModelSettings>();
  for (const [index, value] of given.entries()) {
    const model = readModel(value, options.models === undefined ? 'model' : `models[${index}]`, hasKeys);
    if (models.has(model.name)) {
      throw new MonitorOptionsError('models', `name ${JSON.stringify(model.name)} twice`);
    }
    models.set(
      model.name,
      metadataOnly ? { ...model, capture: { ...model.capture, mode: 'metadata' as const } } : model,
    );
  }
  if (models.size === 0) {
    throw new MonitorOptionsError('models', 'must name at least one model');
  }
  return models;
}

function readModel(value: unknown, where: string, hasKeys: boolean): ModelSettings {
  const model = object(value, where, 'must be { name, version }');
  refuseUnknown(model, `${where}.`, known.model);
  const capture = readCapture(model, where, hasKeys);
  return {
    name: name(model.name, `${where}.name`),
    version: name(model.version, `${where}.version`),
    digest: model.digest === undefined ? undefined : text(model.digest, `${where}.digest`),
    features: capture.features.flatMap(leavingAs),
    capture,
    redact: func<Redact>(model.redact, `${where}.redact`),
  };
}

/** What is hashed is text afterwards, what is dropped is no feature, and what is described leaves as numbers. */
function leavingAs(feature: CaptureSettings['features'][number]): readonly FeatureDeclaration[] {
  switch (feature.capture) {
    case 'drop':
      return [];
    case 'describe':
      return feature.descriptor.names.map((name) => ({ name, type: 'number' }));
    default:
      return [{ name: feature.name, type: feature.type }];
  }
}

function readNats(value: unknown): NatsOptions {
  const nats = object(value, 'nats', 'must be { servers, user, pass, ... }');
  refuseUnknown(nats, 'nats.', known.nats);
  const servers: readonly unknown[] = Array.isArray(nats.servers) ? nats.servers : [nats.servers];
  if (servers.length === 0 || !servers.every((server) => typeof server === 'string' && server.trim() !== '')) {
    throw new MonitorOptionsError(
      'nats.servers',
      `must be an address such as "nats://localhost:4222", or a list of at least one${got(nats.servers)}`,
    );
  }
  for (const server of servers) {
    checkAddress(String(server));
  }
  for (const option of ['user', 'pass', 'token', 'inboxPrefix', 'name'] as const) {
    if (nats[option] !== undefined) {
      text(nats[option], `nats.${option}`);
    }
  }
  if (typeof nats.inboxPrefix === 'string' && !/^[^\s*>.]+(\.[^\s*>.]+)*$/.test(nats.inboxPrefix)) {
    throw new MonitorOptionsError('nats.inboxPrefix', `must be a subject without wildcards${got(nats.inboxPrefix)}`);
  }
  func(nats.authenticator, 'nats.authenticator');
  // Every member was checked above, save for those only the client can check.
  return nats as unknown as NatsOptions;
}

function checkAddress(server: string): void {
  const address = /^[a-z]+:\/\//i.test(server) ? server : `nats://${server}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['nats:', 'tls:'].includes(url.protocol) || url.hostname === '') {
    throw new MonitorOptionsError('nats.servers', `must be addresses such as "nats://localhost:4222"${got(server)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new MonitorOptionsError('nats.servers', 'must not hold credentials: give them as user and pass, or token');
  }
}

function readTransport(value: unknown): Transport {
  const transport = object(value, 'transport');
  for (const method of ['start', 'publish', 'notify', 'close']) {
    if (typeof transport[method] !== 'function') {
      throw new MonitorOptionsError('transport', `has no method ${method}()`);
    }
  }
  // Its methods were looked for above.
  return transport as unknown as Transport;
}

function readLogger(value: unknown): Logger {
  const logger = object(value, 'logger');
  if (typeof logger.info !== 'function' || typeof logger.warn !== 'function') {
    throw new MonitorOptionsError('logger', 'must have the methods info(message) and warn(message)');
  }
  // Its methods were looked for above.
  return logger as unknown as Logger;
}

function readBuffer(value: unknown): BufferLimits {
  const buffer = value === undefined ? {} : object(value, 'buffer');
  refuseUnknown(buffer, 'buffer.', known.buffer);
  return {
    events: whole(buffer.events, 'buffer.events', 1, 10_000_000) ?? 20_000,
    bytes: whole(buffer.bytes, 'buffer.bytes', 1_024, 4 * 1024 ** 3) ?? 16 * 1024 ** 2,
  };
}

function readBatch(value: unknown): BatchLimits {
  const batch = value === undefined ? {} : object(value, 'batch');
  refuseUnknown(batch, 'batch.', known.batch);
  return {
    events: whole(batch.events, 'batch.events', 1, 5_000) ?? 500,
    bytes: whole(batch.bytes, 'batch.bytes', 1_024, 768 * 1024) ?? 256 * 1024,
    ageMs: whole(batch.ageMs, 'batch.ageMs', 1, 60_000) ?? 200,
  };
}

function readPseudonyms(value: unknown): Pseudonyms | undefined {
  if (value === undefined) {
    return undefined;
  }
  const given = object(value, 'pseudonyms', 'must be { keys: [{ id, secret }] }');
  refuseUnknown(given, 'pseudonyms.', known.pseudonyms);
  if (!Array.isArray(given.keys) || given.keys.length === 0 || given.keys.length > 4) {
    throw new MonitorOptionsError('pseudonyms.keys', `must be a list of 1 to 4 keys${got(given.keys)}`);
  }
  const ids = new Set<string>();
  const keys = given.keys.map((entry, index): PseudonymKey => {
    const where = `pseudonyms.keys[${index}]`;
    const key = object(entry, where, 'must be { id, secret }');
    refuseUnknown(key, `${where}.`, known.key);
    const { id, secret } = key;
    if (typeof id !== 'string' || !/^[A-Za-z0-9]{1,8}$/.test(id) || ids.has(id)) {
      throw new MonitorOptionsError(`${where}.id`, 'must be 1 to 8 letters or digits, and another for each key');
    }
    ids.add(id);
    // What was given is not repeated: it may be most of a secret.
    if (!(typeof secret === 'string' || secret instanceof Uint8Array) || secret.length < 16) {
      throw new MonitorOptionsError(`${where}.secret`, 'must be text or bytes, at least 16 of them');
    }
    return { id, secret };
  });
  return new Pseudonyms(keys);
}

function readMode(value: unknown): 'server' | 'serverless' {
  if (value !== undefined && value !== 'server' && value !== 'serverless') {
    throw new MonitorOptionsError('mode', `must be "server" or "serverless"${got(value)}`);
  }
  return value ?? 'server';
}

function readConventions(value: unknown): GenAiStability | undefined {
  if (value !== undefined && value !== 'v1.41' && value !== 'latest') {
    throw new MonitorOptionsError('genAiConventions', `must be "v1.41" or "latest"${got(value)}`);
  }
  return value;
}

function readSpool(value: unknown, mode: unknown): MonitorSettings['spool'] {
  if (value === undefined) {
    return undefined;
  }
  const spool = object(value, 'spool', 'must be { folder }');
  refuseUnknown(spool, 'spool.', known.spool);
  if (mode === 'serverless') {
    throw new MonitorOptionsError('spool', 'has no place in serverless mode: the disk goes with the process');
  }
  return {
    folder: text(spool.folder, 'spool.folder'),
    bytes: whole(spool.bytes, 'spool.bytes', 64 * 1024, 2 ** 40) ?? 256 * 1024 ** 2,
  };
}
