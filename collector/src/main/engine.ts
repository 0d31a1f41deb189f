import type { EventBatch, InferenceBatch } from '@plumbline/sdk/event';
import type { MessageIdentity } from '../bus/index.ts';
import type { BudgetSettings, ModelSettings } from '../config/settings.ts';
import type { Finding } from '../monitor/index.ts';
import { foldInferences, type Profile, type Reference } from '../profile/index.ts';
import { type Counts, noCounts, putCounts, readCounts } from '../store/counts.ts';
import { type DeadLetter, putDeadLetters } from '../store/dead-letters.ts';
import { versionKey } from '../store/history.ts';
import type { Store, Transaction } from '../store/port.ts';
import type { AnchorLog } from './anchors.ts';
import { withCosts } from './costs.ts';
import { type CommitOutcome, runCommit } from './engine-commit.ts';
import { JoinColumns, ownOutcomes } from './join-columns.ts';
import type { JoinAge } from './join-pruner.ts';
import { LiveWindows } from './live-windows.ts';
import type { Logger } from './logger.ts';
import { OutcomeJoin } from './outcome-join.ts';
import { Pending } from './pending.ts';
import { ReadProgress, type StreamPosition, type TakenProgress } from './read-progress.ts';
import { RollingUp } from './rolling-up.ts';
import { joinedGroups, partByUnit, segmentColumns } from './segments.ts';
import { selectRows } from './select-rows.ts';
import { VersionTraffic } from './version-traffic.ts';
import { closedBefore, timeRange } from './windows.ts';

/** A window that is over, as hooks get it: in the transaction that closes it. */
export interface ClosedWindow {
  readonly settings: ModelSettings;
  readonly version: string;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Every row once: those of the window, and those that came late for earlier ones since the last window. */
  readonly profile: Profile;
  readonly findings: readonly Finding[];
  /** Of the segments of the same window; each says of which. */
  readonly segmentFindings: readonly Finding[];
  /** Wall-clock time. */
  readonly at: number;
  /** The profile holds rows of earlier windows. */
  readonly late: boolean;
}

/** What others do when something happens to traffic, in the same transaction: all of it is stored, or nothing. */
export interface EngineHooks {
  /** First event of a version. */
  versionSeen?(transaction: Transaction, settings: ModelSettings, version: string, at: number): Promise<void>;
  windowClosed?(transaction: Transaction, closed: ClosedWindow): Promise<void>;
  /** The first rows of a version became its reference. */
  referenceBuilt?(
    transaction: Transaction,
    settings: ModelSettings,
    version: string,
    reference: Reference,
    at: number,
  ): Promise<void>;
}

export interface EngineOptions {
  readonly store: Store;
  readonly models: readonly ModelSettings[];
  readonly budget: BudgetSettings;
  readonly hooks?: EngineHooks;
  /** Wall-clock time, milliseconds since 1970-01-01 UTC. */
  readonly clock: () => number;
  readonly logger: Logger;
  /** Partitions of the stream; 1 when batches come from elsewhere. */
  readonly partitions?: number;
  /** Reference of a version that has none stored: from a file in its model's settings. */
  readonly startingReference?: (settings: ModelSettings, version: string) => Reference | undefined;
}

/** `repeated`: it lies before the committed position. `duplicate`: its producer sent this batch before. */
export type ApplyResult = 'applied' | 'repeated' | 'duplicate' | 'unknown_model';

export interface CommitResult {
  readonly inferences: number;
  readonly outcomes: number;
  readonly closed: readonly {
    readonly model: string;
    readonly version: string;
    readonly from: number;
    readonly to: number;
  }[];
}

/**
 * Turns batches into stored profiles, findings and joins, effectively once.
 *
 * `apply` counts in memory, `commit` writes everything counted since the last commit in one transaction, with the place
 * on the stream it came from. What was applied and not committed is gone with the process and is read again. When
 * `apply` or a commit throws, the engine is closed: a new one is made from the store, and reading begins where it says.
 */
export interface Engine {
  /** `position` is `null` for batches that do not come from the stream. */
  apply(batch: EventBatch, position: StreamPosition | null): ApplyResult;
  /** Counts a message that could not be used, and moves past it. */
  refuse(position: MessageIdentity, letter: DeadLetter, unknownModelEvents: number): void;
  /** Writes what was applied. Batches may be applied meanwhile: they wait for the next commit. */
  commit(): Promise<CommitResult>;
  /** Commits, makes references of what there is and closes every window: the end of a history. */
  finish(): Promise<CommitResult>;
  /** What is committed. */
  counts(): Counts;
  /** About how much memory waits for the next commit; `Infinity` when rows wait for what only a commit can look up. */
  uncommittedBytes(): number;
  anchorLog(): AnchorLog;
  /** So many messages were gone from the stream before they were read. */
  missed(messages: number): void;
  /** Reading begins after this place of the stream made at `created`. */
  resume(created: string, sequence: number, found: { readonly regressed: boolean; readonly missed: number }): void;
  /** It failed, or was closed. */
  readonly isClosed: boolean;
  /** Takes nothing any more, and waits for the commit under way. What was not committed is forgotten. */
  close(): Promise<void>;
}

/** The engine takes nothing any more: it was closed, or failed in the middle of something. */
export class EngineClosedError extends Error {
  constructor(cause: unknown) {
    super('this engine is closed: make a new one from the store', { cause });
    this.name = 'EngineClosedError';
  }
}

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const engine = new StreamEngine(options);
  await engine.load();
  return engine;
}

class StreamEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #models: ReadonlyMap<string, ModelSettings>;
  readonly #traffics = new Map<string, VersionTraffic>();
  /** Newest event time by model, applied or not yet committed. */
  readonly #latest = new Map<string, number>();
  readonly #windows = new LiveWindows();
  readonly #join: OutcomeJoin;
  readonly #rollingUp = new RollingUp();
  readonly #progress: ReadProgress;
  #counts: Counts = noCounts;
  #commits = 0;
  #pending = new Pending();
  #committing: Promise<CommitResult> | null = null;
  /** Why it takes nothing any more. */
  #closed: { readonly cause: unknown } | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#models = new Map(options.models.map((settings) => [settings.name, settings]));
    const partitions = options.partitions ?? 1;
    this.#progress = new ReadProgress(partitions);
    this.#join = new OutcomeJoin({ partitions, clock: options.clock });
  }

  async load(): Promise<void> {
    await this.#options.store.read(async (transaction) => {
      this.#counts = { ...noCounts, ...(await readCounts(transaction)) };
      await this.#progress.load(transaction);
      await this.#join.load(transaction);
      const settingsOf = (model: string, environment: string) => {
        const settings = this.#models.get(model);
        return settings?.environment === environment ? settings : undefined;
      };
      for (const traffic of await VersionTraffic.readAll(transaction, settingsOf)) {
        this.#traffics.set(versionKey(traffic.key), traffic);
        const { model } = traffic.key;
        this.#latest.set(
          model,
          Math.max(traffic.state.lastEventAt, this.#latest.get(model) ?? traffic.state.lastEventAt),
        );
      }
    });
  }

  apply(batch: EventBatch, position: StreamPosition | null): ApplyResult {
    this.#refuseWhenClosed();
    const settings = this.#models.get(batch.model);
    if (settings === undefined) return 'unknown_model';
    if (position !== null) {
      if (this.#progress.isRead(position)) return 'repeated';
      this.#progress.note(position);
    }
    const { partition, storedAt } = position ?? { partition: 0, storedAt: 0 };
    const isNew = this.#progress.isNew(partition, batch.producer, batch.batch, storedAt, position?.replayed);
    this.#pending.count(settings, batch, isNew);
    if (!isNew) return 'duplicate';
    this.#pending.clampedEvents += position?.clamped ?? 0;
    try {
      if (batch.kind === 'outcome')
        this.#pending.stretch.outcomes.push({ settings, batch: ownOutcomes(batch), partition });
      else this.#applyInferences(settings, batch, partition);
    } catch (error) {
      // Some of the batch is counted and some is not: none of it may be committed.
      this.#closed ??= { cause: error };
      throw error;
    }
    return 'applied';
  }

  refuse(position: MessageIdentity, letter: DeadLetter, unknownModelEvents: number): void {
    this.#refuseWhenClosed();
    this.#progress.note(position);
    this.#pending.deadLetters.push(letter);
    this.#pending.unknownModelEvents += unknownModelEvents;
  }

  async commit(): Promise<CommitResult> {
    while (this.#committing !== null) await this.#committing;
    return this.#commit(false);
  }

  async finish(): Promise<CommitResult> {
    while (this.#committing !== null) await this.#committing;
    return this.#commit(true);
  }

  counts(): Counts {
    return this.#counts;
  }

  uncommittedBytes(): number {
    return this.#pending.needsLookUp ? Number.POSITIVE_INFINITY : this.#pending.bytes;
  }

  anchorLog(): AnchorLog {
    return this.#progress.anchorLog();
  }

  resume(created: string, sequence: number, found: { readonly regressed: boolean; readonly missed: number }): void {
    this.#progress.resume(created, sequence);
    if (found.regressed) this.#pending.streamRegressions++;
    this.missed(found.missed);
  }

  missed(messages: number): void {
    this.#pending.missedMessages += messages;
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  async close(): Promise<void> {
    this.#closed ??= { cause: undefined };
    await this.#committing?.catch(() => undefined);
  }

  #applyInferences(settings: ModelSettings, came: InferenceBatch, partition: number): void {
    const batch = withCosts(settings, came);
    const { stretch } = this.#pending;
    const segments = segmentColumns(settings, batch);
    stretch.inferences.push({ settings, batch: new JoinColumns(batch, joinedGroups(batch, segments)), partition });
    for (const { key, from, rows } of partByUnit(settings, batch, segments)) {
      const traffic = this.#traffics.get(versionKey(key));
      const reference = traffic?.knownReference;
      if (traffic !== undefined && reference) {
        foldInferences(stretch.window(traffic, from, reference), batch, rows);
      } else {
        stretch.unplaced.push({ settings, key, from, rows: selectRows(batch, rows) });
        this.#pending.setAside(batch, rows.length);
        this.#pending.needsLookUp ||= reference === undefined;
      }
    }
    if (this.#windowsEnd(settings, batch)) this.#pending.cut();
  }

  /** Does a batch bring windows of its model to their end? */
  #windowsEnd(settings: ModelSettings, batch: InferenceBatch): boolean {
    const before = this.#latest.get(settings.name) ?? Number.NEGATIVE_INFINITY;
    const latest = Math.max(before, timeRange(batch).last);
    this.#latest.set(settings.name, latest);
    const { lateness, window } = settings;
    return closedBefore(latest, lateness, window) !== closedBefore(before, lateness, window);
  }

  #commit(isLast: boolean): Promise<CommitResult> {
    this.#refuseWhenClosed();
    const taken = this.#pending;
    const progress = this.#progress.take();
    if (taken.isEmpty && progress.last === null && !isLast) return Promise.resolve(nothing);
    this.#pending = new Pending();
    const committing = this.#write(taken, progress, isLast).finally(() => {
      this.#committing = null;
    });
    this.#committing = committing;
    return committing;
  }

  async #write(taken: Pending, progress: TakenProgress, isLast: boolean): Promise<CommitResult> {
    const { store } = this.#options;
    try {
      const result = await store.transaction(async (transaction) => {
        await this.#progress.write(transaction, progress);
        const context = {
          options: this.#options,
          transaction,
          traffics: this.#traffics,
          windows: this.#windows,
          join: this.#join,
        };
        const outcome = await runCommit(context, taken.stretches, isLast);
        this.#counts = addCounts(this.#counts, taken, outcome, this.#join.waitingLabels);
        await putCounts(transaction, this.#counts);
        await putDeadLetters(transaction, taken.deadLetters, this.#counts.deadLetters);
        if (++this.#commits % cleaningInterval === 0) await this.#progress.forgetProducers(transaction);
        await this.#rollingUp.step(transaction, this.#traffics, this.#windows);
        await this.#join.prune(transaction, this.#joinAges());
        return { inferences: taken.inferenceRows, outcomes: taken.outcomeRows, closed: outcome.closed };
      });
      this.#windows.trim();
      return result;
    } catch (error) {
      this.#closed ??= { cause: error };
      throw error;
    }
  }

  #joinAges(): Map<string, JoinAge> {
    const ages = new Map<string, JoinAge>();
    for (const { key, state, settings } of this.#traffics.values()) {
      const known = ages.get(key.model);
      const horizon = state.lastEventAt - settings.outcomeHorizon;
      ages.set(key.model, {
        horizon: Math.max(known?.horizon ?? horizon, horizon),
        oldest: Math.min(known?.oldest ?? state.firstEventAt, state.firstEventAt),
      });
    }
    return ages;
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== null) throw new EngineClosedError(this.#closed.cause);
  }
}

/** Commits between two looks for producers that are gone. */
const cleaningInterval = 1_000;

const nothing: CommitResult = { inferences: 0, outcomes: 0, closed: [] };

function addCounts(
  counts: Counts,
  taken: Pending,
  { joined, lateRows }: CommitOutcome,
  waitingOutcomes: number,
): Counts {
  const models = { ...counts.models };
  for (const [model, more] of taken.models) {
    const before = models[model] ?? { inferences: 0, outcomes: 0 };
    models[model] = {
      inferences: before.inferences + more.inferences,
      outcomes: before.outcomes + more.outcomes,
    };
  }
  return {
    inferences: counts.inferences + taken.inferenceRows,
    outcomes: counts.outcomes + taken.outcomeRows,
    joinedOutcomes: counts.joinedOutcomes + joined.first,
    correctedOutcomes: counts.correctedOutcomes + joined.corrected,
    repeatedOutcomes: counts.repeatedOutcomes + joined.repeated,
    unlabelledOutcomes: counts.unlabelledOutcomes + joined.unlabelled,
    waitingOutcomes,
    refusedOutcomes: counts.refusedOutcomes + joined.refused,
    lateInferences: counts.lateInferences + lateRows,
    clampedEvents: counts.clampedEvents + taken.clampedEvents,
    duplicateBatches: counts.duplicateBatches + taken.duplicateBatches,
    deadLetters: counts.deadLetters + taken.deadLetters.length,
    unknownModelEvents: counts.unknownModelEvents + taken.unknownModelEvents,
    streamRegressions: counts.streamRegressions + taken.streamRegressions,
    missedMessages: counts.missedMessages + taken.missedMessages,
    models,
  };
}
