import type { EventBatch } from '@plumbline/sdk/event';
import { partitionOf } from '@plumbline/sdk/subjects';
import type { Bus, StreamState } from '../../bus/index.ts';
import type { ModelSettings } from '../../config/settings.ts';
import type { Reference } from '../../profile/index.ts';
import type { Counts } from '../../store/counts.ts';
import { type DeadLetter, putDeadLetters } from '../../store/dead-letters.ts';
import { type VersionKey, versionKey } from '../../store/history.ts';
import type { Store, Transaction } from '../../store/port.ts';
import type { ResumePoint } from '../anchors.ts';
import { type ApplyResult, type CommitResult, EngineClosedError } from '../engine.ts';
import { readJoinKey } from '../join-record.ts';
import type { Logger } from '../logger.ts';
import { OutcomeJoin } from '../outcome-join.ts';
import { Pending } from '../pending.ts';
import type { StreamPosition } from '../read-progress.ts';
import { readAdoptedReference, VersionTraffic } from '../version-traffic.ts';
import { timeRange } from '../windows.ts';
import { type ContributionPart, putContributions } from './contribution.ts';
import type { Ownership } from './ownership.ts';
import { PartitionProgress, type TakenPartitionProgress } from './partition-progress.ts';
import { SliceCounts } from './slice-counts.ts';

export interface PartitionEngineOptions {
  readonly store: Store;
  /** This collector. */
  readonly id: string;
  /** Partitions it owns, under which epoch. */
  readonly owned: ReadonlyMap<number, Ownership>;
  /** Partitions of the stream. */
  readonly partitions: number;
  readonly models: readonly ModelSettings[];
  /** Wall-clock time, milliseconds since 1970-01-01 UTC. */
  readonly clock: () => number;
  readonly logger: Logger;
}

/** Throws `REVISION_CONFLICT` when a partition is somebody else's by now. */
export async function createPartitionEngine(options: PartitionEngineOptions): Promise<PartitionEngine> {
  return new PartitionEngine(options, await load(options));
}

/**
 * Counts the partitions of one collector, effectively once, for the leader to put together with those of the others.
 * `apply` counts in memory, by slice; `commit` writes what was counted as contributions, with what the join of outcomes
 * keeps and the place on the stream, in one transaction that fails when a partition has got another owner.
 */
export class PartitionEngine {
  readonly #options: PartitionEngineOptions;
  readonly #models: ReadonlyMap<string, ModelSettings>;
  readonly #progress: PartitionProgress;
  readonly #join: OutcomeJoin;
  readonly #references: Map<string, Reference>;
  readonly #ages: Map<string, { oldest: number; latest: number }>;
  #slices = new Map<number, SliceCounts>();
  #unknown = new Map<string, VersionKey>();
  /** Versions without a known reference for which a commit has looked. */
  readonly #lookedUp = new Set<string>();
  #pending = new Pending();
  #commits = 0;
  /** Number of the last commit: greater than any of this collector before. */
  #lastCommit = 0;
  #deadLetters = 0;
  #committing: Promise<CommitResult> | null = null;
  #closed: { readonly cause: unknown } | null = null;

  constructor(options: PartitionEngineOptions, loaded: Loaded) {
    this.#options = options;
    this.#models = new Map(options.models.map((settings) => [settings.name, settings]));
    this.#progress = loaded.progress;
    this.#join = loaded.join;
    this.#references = loaded.references;
    this.#ages = loaded.ages;
  }

  get partitions(): readonly number[] {
    return this.#progress.partitions;
  }

  apply(batch: EventBatch, position: StreamPosition): ApplyResult {
    this.#refuseWhenClosed();
    const settings = this.#models.get(batch.model);
    if (settings === undefined) return 'unknown_model';
    if (this.#progress.isRead(position)) return 'repeated';
    const slice = this.#progress.note(position);
    const { partition, storedAt, sequence } = position;
    const isNew = this.#progress.isNew(partition, batch.producer, batch.batch, storedAt, position.replayed);
    this.#pending.count(settings, batch, isNew);
    if (!isNew) return 'duplicate';
    this.#pending.clampedEvents += position.clamped ?? 0;
    try {
      const counts = this.#sliceCounts(slice);
      for (const { key, rows } of counts.add(settings, batch, { partition, sequence }, this.#references)) {
        const name = versionKey(key);
        this.#unknown.set(name, key);
        if (batch.kind === 'inference') this.#pending.setAside(batch, rows.length);
        this.#pending.needsLookUp ||= !this.#lookedUp.has(name);
      }
      this.#noteAge(batch);
    } catch (error) {
      // Some of the batch is counted and some is not: none of it may be committed.
      this.#closed ??= { cause: error };
      throw error;
    }
    return 'applied';
  }

  /** Counts a message that could not be used, and moves past it. */
  refuse(position: StreamPosition, letter: DeadLetter, unknownModelEvents: number): void {
    this.#refuseWhenClosed();
    if (this.#progress.isRead(position)) return;
    this.#progress.note(position);
    this.#pending.deadLetters.push(letter);
    this.#pending.unknownModelEvents += unknownModelEvents;
  }

  /** The first id of a batch that belongs on another partition; outcomes of such an inference would never find it. */
  misplaced(batch: EventBatch, partition: number): string | undefined {
    const ids = batch.kind === 'inference' ? batch.ids : batch.inferenceIds;
    return ids.find((id) => partitionOf(id, this.#options.partitions) !== partition);
  }

  /** The broker said at its time `at` that `sequence` was the last of its stream, and all of ours up to it is applied. */
  readThrough(sequence: number, at: number): void {
    this.#progress.readThrough(sequence, at);
  }

  async resume(stream: StreamState, messageAt: Bus['messageAt']): Promise<ResumePoint> {
    const point = await this.#progress.resume(stream, messageAt);
    if (point.regressed) this.#pending.streamRegressions++;
    this.missed(point.missed);
    return point;
  }

  /** So many messages were gone from the stream before they were read. */
  missed(messages: number): void {
    this.#pending.missedMessages += messages;
  }

  async commit(): Promise<CommitResult> {
    while (this.#committing !== null) await this.#committing;
    this.#refuseWhenClosed();
    const taken = {
      pending: this.#pending,
      slices: this.#slices,
      unknown: this.#unknown,
      progress: this.#progress.take(),
    };
    if (taken.pending.isEmpty && taken.progress.positions.length === 0) return nothing;
    this.#pending = new Pending();
    this.#slices = new Map();
    this.#unknown = new Map();
    const committing = this.#write(taken).finally(() => {
      this.#committing = null;
    });
    this.#committing = committing;
    return committing;
  }

  /** About how much memory waits for the next commit; `Infinity` when rows wait for what only a commit can look up. */
  uncommittedBytes(): number {
    return this.#pending.needsLookUp ? Number.POSITIVE_INFINITY : this.#pending.bytes;
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  async close(): Promise<void> {
    this.#closed ??= { cause: undefined };
    await this.#committing?.catch(() => undefined);
  }

  async #write(taken: Taken): Promise<CommitResult> {
    const { store, id } = this.#options;
    const { pending } = taken;
    try {
      await store.transaction((transaction) => this.#writeIn(transaction, taken), { scope: `collector ${id}` });
      return { inferences: pending.inferenceRows, outcomes: pending.outcomeRows, closed: [] };
    } catch (error) {
      this.#closed ??= { cause: error };
      throw error;
    }
  }

  async #writeIn(transaction: Transaction, { pending, slices, unknown, progress }: Taken): Promise<void> {
    const { id, clock } = this.#options;
    // First: whoever has lost a partition learns it before doing anything else.
    await this.#progress.write(transaction, progress);
    const waitedBefore = this.#join.waitingLabels;
    const joined = { first: 0, corrected: 0, repeated: 0, refused: 0, unlabelled: 0 };
    this.#lastCommit = Math.max(this.#lastCommit + 1, Math.floor(clock()));
    let written = 0;
    // Slice by slice: the store must not wait long for a word in the middle of a transaction.
    const contribute = async (parts: readonly ContributionPart[]) => {
      await putContributions(transaction, id, { commit: this.#lastCommit, first: written }, parts);
      written += parts.length;
    };
    const ordered = [...slices.values()].sort((a, b) => a.slice - b.slice);
    for (const slice of ordered) {
      const effects = slice.effects(this.#references);
      const counts = await this.#join.join(transaction, slice.inferences, slice.outcomes, effects);
      for (const decision of ['first', 'corrected', 'repeated', 'refused', 'unlabelled'] as const) {
        joined[decision] += counts[decision];
      }
      await contribute(slice.parts());
    }
    if (++this.#commits % cleaningInterval === 0) {
      await this.#progress.forgetProducers(transaction);
      joined.refused += await this.#giveUp(transaction);
    }
    // One of the collectors is enough.
    if (this.#progress.has(0)) await this.#join.prune(transaction, this.#joinAges());
    const waiting = this.#join.waitingLabels - waitedBefore;
    if (!pending.isEmpty || waiting !== 0 || joined.refused > 0) {
      const slice = ordered.at(-1)?.slice ?? this.#progress.openSlice;
      await contribute([{ slice, contribution: { kind: 'counts', counts: countsOf(pending, joined, waiting) } }]);
    }
    this.#deadLetters += pending.deadLetters.length;
    await putDeadLetters(transaction, pending.deadLetters, this.#deadLetters);
    for (const [name, key] of unknown) {
      const reference = await readAdoptedReference(transaction, key);
      if (reference !== undefined) this.#references.set(name, reference);
      this.#lookedUp.add(name);
    }
  }

  #sliceCounts(slice: number): SliceCounts {
    let counts = this.#slices.get(slice);
    if (counts === undefined) {
      counts = new SliceCounts(slice);
      this.#slices.set(slice, counts);
    }
    return counts;
  }

  #noteAge(batch: EventBatch): void {
    if (batch.kind === 'outcome') return;
    const { oldest, latest } = this.#ages.get(batch.model) ?? neverSeen;
    const { first, last } = timeRange(batch);
    this.#ages.set(batch.model, { oldest: Math.min(oldest, first), latest: Math.max(latest, last) });
  }

  async #giveUp(transaction: Transaction): Promise<number> {
    let refused = 0;
    for (const [model, { latest }] of this.#ages) {
      const settings = this.#models.get(model);
      if (settings !== undefined) refused += await this.#join.giveUp(transaction, settings, latest);
    }
    return refused;
  }

  #joinAges(): Map<string, { horizon: number; oldest: number }> {
    return new Map(
      [...this.#ages].flatMap(([model, { oldest, latest }]) => {
        const settings = this.#models.get(model);
        return settings === undefined ? [] : [[model, { oldest, horizon: latest - settings.outcomeHorizon }] as const];
      }),
    );
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== null) throw new EngineClosedError(this.#closed.cause);
  }
}

interface Taken {
  readonly pending: Pending;
  readonly slices: ReadonlyMap<number, SliceCounts>;
  readonly unknown: ReadonlyMap<string, VersionKey>;
  readonly progress: TakenPartitionProgress;
}

interface Loaded {
  readonly progress: PartitionProgress;
  readonly join: OutcomeJoin;
  readonly references: Map<string, Reference>;
  readonly ages: Map<string, { oldest: number; latest: number }>;
}

/** Commits between two looks for producers that are gone and outcomes that have waited too long. */
const cleaningInterval = 256;
/** References that are at hand from the start, of the versions that were last heard of; the others are read when rows come. */
const preloadedReferences = 200;

const neverSeen = { oldest: Number.POSITIVE_INFINITY, latest: Number.NEGATIVE_INFINITY };
const nothing: CommitResult = { inferences: 0, outcomes: 0, closed: [] };

async function load(options: PartitionEngineOptions): Promise<Loaded> {
  const { store, id, owned, partitions, models, clock } = options;
  return store.read(async (transaction) => {
    const progress = await PartitionProgress.load(transaction, id, owned);
    const join = new OutcomeJoin({ partitions, clock });
    await join.load(transaction, (key) => owned.has(partitionOf(readJoinKey(key).inferenceId, partitions)));
    const settingsOf = (model: string, environment: string) =>
      models.find((settings) => settings.name === model && settings.environment === environment);
    const traffics = await VersionTraffic.readAll(transaction, settingsOf);
    const ages = new Map<string, { oldest: number; latest: number }>();
    for (const { key, state } of traffics) {
      const { oldest, latest } = ages.get(key.model) ?? neverSeen;
      ages.set(key.model, {
        oldest: Math.min(oldest, state.firstEventAt),
        latest: Math.max(latest, state.lastEventAt),
      });
    }
    const references = new Map<string, Reference>();
    const latest = traffics.toSorted((a, b) => b.state.lastEventAt - a.state.lastEventAt).slice(0, preloadedReferences);
    const reading = latest.map(async ({ key }) => {
      const reference = await readAdoptedReference(transaction, key);
      if (reference !== undefined) references.set(versionKey(key), reference);
    });
    await Promise.all(reading);
    return { progress, join, references, ages };
  });
}

function countsOf(
  pending: Pending,
  joined: Record<'first' | 'corrected' | 'repeated' | 'refused' | 'unlabelled', number>,
  waitingOutcomes: number,
): Partial<Counts> {
  return {
    inferences: pending.inferenceRows,
    outcomes: pending.outcomeRows,
    joinedOutcomes: joined.first,
    correctedOutcomes: joined.corrected,
    repeatedOutcomes: joined.repeated,
    unlabelledOutcomes: joined.unlabelled,
    waitingOutcomes,
    refusedOutcomes: joined.refused,
    clampedEvents: pending.clampedEvents,
    duplicateBatches: pending.duplicateBatches,
    deadLetters: pending.deadLetters.length,
    unknownModelEvents: pending.unknownModelEvents,
    streamRegressions: pending.streamRegressions,
    missedMessages: pending.missedMessages,
    models: Object.fromEntries(pending.models),
  };
}
