import { hostname } from 'node:os';
import { defaultLogger, type Logger } from './diagnostics.ts';
import { type Environment, switchesOf } from './environment.ts';
import { MonitorOptionsError } from './errors.ts';
import type { FeatureDeclaration } from './event.ts';
import { createNatsTransport } from './nats/index.ts';
import { readNatsOptions } from './nats/read-options.ts';
import type { MonitorOptions } from './options.ts';
import { bool, type Fields, func, got, name, object, refuseUnknown, text, whole } from './options-checks.ts';
import { type GenAiStability, stabilityOf, stabilityVariable } from './otel/conventions.ts';
import type { BatchLimits, BufferLimits } from './pipeline/batcher.ts';
import type { CaptureSettings } from './privacy/capture.ts';
import type { Pseudonyms } from './privacy/pseudonyms.ts';
import { readCapture } from './privacy/read-capture.ts';
import { readPseudonyms } from './privacy/read-pseudonyms.ts';
import type { Redact } from './privacy/redactor.ts';
import { defaultPartitions } from './subjects.ts';
import type { Transport } from './transport.ts';
import { maxNameLength } from './wire/limits.ts';

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
        ? createNatsTransport({ name: service, ...readNatsOptions(options.nats) }, random)
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
    'service',
    'environment',
    'model',
    'models',
    'nats',
    'transport',
    'instance',
    'partitions',
    'buffer',
    'batch',
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
  model: ['name', 'version', 'digest', 'features', 'groups', 'classes', 'outcomes', 'capture', 'ids', 'redact'],
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
