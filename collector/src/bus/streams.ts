import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { deadLetterStreamName, deadLetterSubjects, streamName, streamSubjects } from '@plumbline/sdk/subjects';
import { PlumblineError } from '../errors.ts';
import type { NatsSettings } from './connection.ts';

/** Repeats of a batch within this time are removed by the broker itself. Costs memory there: about 0.3 kB a batch. */
const duplicateWindowMs = 120_000;
/** A batch has at most 256 KiB; room for what other languages send. */
const maximumMessageBytes = 1_048_576;
const partitionsKey = 'plumbline.partitions';

const mebibyte = 1_048_576;
const dayMs = 86_400_000;

/** The one stream of events: kept by age and size, never dropping what was acknowledged to make room. */
function eventStream(settings: NatsSettings): Partial<StreamConfig> & { name: string } {
  return {
    name: streamName,
    description: 'Inferences and outcomes of every model, by partition',
    subjects: [...streamSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_bytes: settings.maximumBytes,
    max_age: nanos(settings.maximumAge),
    max_msg_size: maximumMessageBytes,
    duplicate_window: nanos(Math.min(duplicateWindowMs, settings.maximumAge)),
    allow_direct: true,
    metadata: { [partitionsKey]: String(settings.partitions) },
  };
}

/** What could not be read, until somebody has looked: the oldest make room for new ones. */
function deadLetterStream(): Partial<StreamConfig> & { name: string } {
  return {
    name: deadLetterStreamName,
    description: 'Batches that could not be read, each with the reason in its headers',
    subjects: [...deadLetterSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_bytes: 64 * mebibyte,
    max_age: nanos(30 * dayMs),
    duplicate_window: nanos(duplicateWindowMs),
    allow_direct: true,
  };
}

/**
 * Makes both streams where they are missing, and brings sizes and ages of existing ones in line with the settings.
 *
 * Throws `BAD_CONFIG` when the existing stream differs in what must not be changed behind the back of publishers:
 * subjects, retention, discard policy, or the number of partitions.
 */
export async function ensureStreams(manager: JetStreamManager, settings: NatsSettings): Promise<void> {
  const wanted = eventStream(settings);
  const existing = await ensureStream(manager, wanted);
  const problems = differences(existing.config, wanted);
  if (problems.length > 0) {
    throw new PlumblineError(
      'BAD_CONFIG',
      `the stream ${streamName} exists with another configuration (${problems.join('; ')}): use another NATS account, or move the stream out of the way`,
      { details: { problems } },
    );
  }
  await ensureStream(manager, deadLetterStream());
}

async function ensureStream(
  manager: JetStreamManager,
  wanted: Partial<StreamConfig> & { name: string },
): Promise<StreamInfo> {
  const existing = await findStream(manager, wanted.name);
  if (existing === undefined) return addStream(manager, wanted);
  const { max_bytes, max_age, duplicate_window, max_msg_size } = wanted;
  const adjustable = { max_bytes, max_age, duplicate_window, max_msg_size };
  const stale = Object.entries(adjustable).filter(
    ([name, value]) => value !== undefined && value !== existing.config[name as keyof typeof adjustable],
  );
  if (stale.length === 0) return existing;
  return manager.streams.update(wanted.name, { ...existing.config, ...Object.fromEntries(stale) });
}

export function isStreamNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === streamNotFound;
}

async function findStream(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (isStreamNotFound(error)) return undefined;
    throw error;
  }
}

async function addStream(
  manager: JetStreamManager,
  wanted: Partial<StreamConfig> & { name: string },
): Promise<StreamInfo> {
  try {
    return await manager.streams.add(wanted);
  } catch (error) {
    if (error instanceof JetStreamApiError && insufficientStorage.has(error.code)) {
      throw new PlumblineError(
        'BROKER_UNAVAILABLE',
        `the NATS server has no room for the stream ${wanted.name} of ${wanted.max_bytes} bytes: lower collector.nats.maximumBytes, or raise max_file_store of the server`,
        { cause: error },
      );
    }
    throw error;
  }
}

const streamNotFound = 10_059;
const insufficientStorage: ReadonlySet<number> = new Set([10_047, 10_023, 10_028]);

function differences(found: StreamConfig, wanted: Partial<StreamConfig>): string[] {
  const problems: string[] = [];
  const missing = (wanted.subjects ?? []).filter((subject) => !found.subjects.includes(subject));
  if (missing.length > 0) problems.push(`it does not listen to ${missing.join(' and ')}`);
  if (found.retention !== wanted.retention) problems.push(`retention is ${found.retention}, not ${wanted.retention}`);
  if (found.discard !== wanted.discard) problems.push(`discard is ${found.discard}, not ${wanted.discard}`);
  const partitions = found.metadata?.[partitionsKey];
  const wantedPartitions = wanted.metadata?.[partitionsKey];
  if (partitions !== undefined && partitions !== wantedPartitions) {
    problems.push(`it has ${partitions} partitions, collector.nats.partitions is ${wantedPartitions}`);
  }
  return problems;
}
