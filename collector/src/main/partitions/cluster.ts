import type { Bus } from '../../bus/index.ts';
import { failureText, isPlumblineError } from '../../errors.ts';
import type { Instruments } from '../../telemetry/index.ts';
import { startWakeableLoop, type WakeableLoop } from '../../wakeable-loop.ts';
import type { CommitResult, EngineOptions } from '../engine.ts';
import { createIngest, type Ingest, type IngestOptions } from '../ingest.ts';
import type { Logger } from '../logger.ts';
import { assignLeader, assignPartitions } from './assignment.ts';
import { beatMs, lookMs, Membership } from './members.ts';
import {
  type Ownership,
  readLeader,
  readOwners,
  releaseLead,
  releasePartitions,
  takeLead,
  takePartitions,
} from './ownership.ts';
import { createPartitionEngine } from './partition-engine.ts';
import { createSliceMerger, type SliceMerger } from './slice-merger.ts';

export interface ClusterOptions {
  readonly bus: Bus;
  /** Of the leader: hooks are called where windows close. */
  readonly engine: Omit<EngineOptions, 'logger' | 'partitions'>;
  readonly commitEveryMs: number;
  /** Events dated further than this after the broker stored them count at the broker's time. */
  readonly clockSkewMs?: number;
  readonly logger: Logger;
  readonly instruments?: Instruments;
  /** Unique among collectors, also over time: one that starts again is another one. */
  readonly id: string;
  /** Milliseconds that only grow. Default: of this process. */
  readonly monotonic?: () => number;
  readonly onCommit?: (result: CommitResult) => void;
  /** See `IngestOptions`. */
  readonly readingThread?: IngestOptions['readingThread'];
  readonly handOverAt?: number;
}

/**
 * One of several collectors on one store. Partitions are shared out evenly among those that live: each reads its own and
 * stores what it counted, and one of them, the leader, puts that together and closes windows.
 */
export interface Cluster {
  /** Resolves when it has looked around once. */
  start(): Promise<void>;
  /** Commits what was read, hands partitions and lead back, and says goodbye. */
  stop(): Promise<void>;
  isLeader(): boolean;
  /** Partitions that this collector reads now. */
  partitions(): readonly number[];
  lagMessages(): number;
  behindSince(): number | null;
  /** Why its share is not being counted now, in sentences; empty when it is. */
  problems(): readonly string[];
}

export function createCluster(options: ClusterOptions): Cluster {
  return new StoreCluster(options);
}

class StoreCluster implements Cluster {
  readonly #options: ClusterOptions;
  readonly #membership: Membership;
  #owned = new Map<number, Ownership>();
  #ingest: Ingest | null = null;
  #isLeader = false;
  #merger: SliceMerger | null = null;
  #problem: string | null = 'joining the other collectors';
  #looking: WakeableLoop | null = null;
  #merging: WakeableLoop | null = null;
  #beating: WakeableLoop | null = null;

  constructor(options: ClusterOptions) {
    const { monotonic = () => performance.now(), id } = options;
    this.#options = options;
    this.#membership = new Membership({
      store: options.engine.store,
      id,
      startedAt: options.engine.clock(),
      monotonic,
    });
  }

  async start(): Promise<void> {
    await this.#membership.say();
    await this.#look().catch((error: unknown) => this.#fail(error));
    const onError = (error: unknown) => this.#fail(error);
    this.#beating = startWakeableLoop({
      round: () => this.#membership.say().then(() => 'pause' as const),
      pauseMs: beatMs,
      onError,
    });
    this.#looking = startWakeableLoop({
      round: () => this.#look().then(() => 'pause' as const),
      pauseMs: lookMs,
      onError,
    });
    this.#merging = startWakeableLoop({
      round: () => this.#merge(),
      pauseMs: mergeMs,
      onError: (error) => {
        // What it had in memory belongs to a transaction that did not happen.
        this.#merger = null;
        this.#fail(error);
      },
    });
  }

  async stop(): Promise<void> {
    const { engine, id } = this.#options;
    await this.#looking?.stop();
    await this.#merging?.stop();
    await this.#stopReading();
    await releasePartitions(engine.store, id, this.#owned).catch((error: unknown) => this.#fail(error));
    this.#owned.clear();
    if (this.#isLeader) await releaseLead(engine.store, id).catch((error: unknown) => this.#fail(error));
    this.#isLeader = false;
    await this.#beating?.stop();
    await this.#membership.leave().catch((error: unknown) => this.#fail(error));
    this.#problem = 'reading has stopped';
  }

  isLeader(): boolean {
    return this.#isLeader;
  }

  partitions(): readonly number[] {
    return [...this.#owned.keys()];
  }

  lagMessages(): number {
    return this.#ingest?.lagMessages() ?? 0;
  }

  behindSince(): number | null {
    return this.#ingest?.behindSince() ?? null;
  }

  problems(): readonly string[] {
    return [...(this.#problem === null ? [] : [this.#problem]), ...(this.#ingest?.problems() ?? [])];
  }

  /** Looks who lives and takes, keeps or hands back what follows from that. */
  async #look(): Promise<void> {
    const { bus, engine, id } = this.#options;
    const seen = await engine.store.read(async (transaction) => ({
      living: await this.#membership.look(transaction),
      owners: await readOwners(transaction),
      leader: await readLeader(transaction),
    }));
    const living = new Set(seen.living);
    const isFree = (owned: Ownership | undefined) => owned?.owner == null || !living.has(owned.owner);
    const wanted = assignPartitions(seen.living, bus.partitions);
    // What the store says counts: the end of a transaction that took or released partitions may not have been heard of.
    const mine = new Map([...seen.owners].filter(([, { owner }]) => owner === id));
    const isKnown =
      mine.size === this.#owned.size &&
      [...mine].every(([partition, { epoch }]) => this.#owned.get(partition)?.epoch === epoch);
    const surplus = new Map([...mine].filter(([partition]) => wanted.get(partition) !== id));
    const free = [...wanted].filter(([partition, owner]) => owner === id && isFree(seen.owners.get(partition)));
    const isReading = this.#ingest === null ? mine.size === 0 : !this.#ingest.isFenced();
    if (!isKnown || surplus.size + free.length > 0 || !isReading) {
      const from = new Map(free.map(([partition]) => [partition, seen.owners.get(partition)]));
      await this.#change(mine, surplus, from);
    }
    await this.#lead(seen.leader, seen.living, isFree(seen.leader));
    await this.#membership.forgetDead();
    this.#problem = null;
  }

  /** `mine`: what is this collector's; `surplus`: what of that is not to be; `free`: what is to be, and who had it last. */
  async #change(
    mine: ReadonlyMap<number, Ownership>,
    surplus: ReadonlyMap<number, Ownership>,
    free: ReadonlyMap<number, Ownership | undefined>,
  ): Promise<void> {
    const { engine, id, logger } = this.#options;
    const before = this.#owned.size;
    await this.#stopReading();
    this.#owned = new Map([...mine].filter(([partition]) => !surplus.has(partition)));
    if (surplus.size > 0) await releasePartitions(engine.store, id, surplus);
    const taken = free.size === 0 ? [] : await takePartitions(engine.store, id, free);
    for (const [partition, owned] of taken) this.#owned.set(partition, owned);
    logger.info({ event: 'partitions.changed', before, partitions: this.partitions() }, 'partitions changed');
    await this.#startReading();
  }

  async #startReading(): Promise<void> {
    if (this.#owned.size === 0) return;
    const { bus, engine, id, commitEveryMs, clockSkewMs, logger, onCommit, instruments, readingThread, handOverAt } =
      this.#options;
    const { store, models, clock } = engine;
    // In one order: whoever takes partitions over locks the same rows, and the two must not wait for each other in a circle.
    const owned = new Map([...this.#owned].sort(([a], [b]) => a - b));
    const ingest = createIngest({
      bus,
      openEngine: () => createPartitionEngine({ store, id, owned, partitions: bus.partitions, models, clock, logger }),
      commitEveryMs,
      maximumUncommittedBytes,
      logger,
      readingThread,
      ...(handOverAt === undefined ? {} : { handOverAt }),
      ...(clockSkewMs === undefined ? {} : { clockSkewMs }),
      ...(onCommit === undefined ? {} : { onCommit }),
      ...(instruments === undefined ? {} : { instruments }),
    });
    await ingest.start();
    this.#ingest = ingest;
  }

  async #stopReading(): Promise<void> {
    const ingest = this.#ingest;
    this.#ingest = null;
    await ingest?.stop().catch((error: unknown) => {
      // What was read and not committed is read again by whoever owns it then.
      this.#options.logger.warn({ event: 'uncommitted', error }, 'the last reads were not committed');
    });
  }

  async #lead(leader: Ownership | undefined, living: readonly string[], isFree: boolean): Promise<void> {
    const { engine, id, logger } = this.#options;
    const wants = assignLeader(living) === id;
    const leads = leader?.owner === id;
    if (leads && !wants) {
      this.#isLeader = false;
      await releaseLead(engine.store, id);
    } else if (!leads && wants && isFree && (await takeLead(engine.store, id, leader))) {
      this.#merger = null;
      this.#isLeader = true;
      logger.info({ event: 'leading' }, 'this collector closes windows now');
    } else if (this.#isLeader !== leads) {
      this.#isLeader = leads;
    }
  }

  async #merge(): Promise<'again' | 'pause'> {
    const { bus, engine, logger, onCommit } = this.#options;
    if (!this.#isLeader) {
      this.#merger = null;
      return 'pause';
    }
    this.#merger ??= await createSliceMerger({ ...engine, logger, partitions: bus.partitions });
    const result = await this.#merger.merge();
    if (result.inferences + result.outcomes + result.closed.length > 0) onCommit?.(result);
    return result.more ? 'again' : 'pause';
  }

  #fail(error: unknown): void {
    const { logger } = this.#options;
    const isBeaten = isPlumblineError(error, 'REVISION_CONFLICT');
    if (!isBeaten) this.#problem = failureText('the store cannot be used', error);
    logger[isBeaten ? 'warn' : 'error']({ event: 'cluster.failed', error }, 'the shared state could not be used');
  }
}

/** Commits stay short, so that others can take over and merge in between. */
const maximumUncommittedBytes = 16 * 1_048_576;
const mergeMs = 200;
