import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Bus, DeadLetterCause, ReadFrom, StreamMessage, StreamState } from '../bus/index.ts';
import { failureText, isPlumblineError } from '../errors.ts';
import { clampTimes, isReplay, type Refusal, refuse } from '../events/index.ts';
import { wholeWeights } from '../profile/index.ts';
import { type Instruments, noInstruments } from '../telemetry/index.ts';
import { findResumePoint, type ResumePoint } from './anchors.ts';
import { type CommitResult, type Engine, EngineClosedError } from './engine.ts';
import type { Logger } from './logger.ts';
import { PartitionEngine } from './partitions/partition-engine.ts';
import { type BatchReader, batchReader, type ReadMessage } from './reading/batch-reader.ts';
import type { ReadingThread } from './reading/reading-thread.ts';

export interface IngestOptions {
  readonly bus: Bus;
  /** Reads instead of this thread once it has fallen behind, and from then on; without it this thread does. */
  readonly readingThread?: Pick<ReadingThread, 'read'> | undefined;
  /** So many messages behind. Default 1,000. */
  readonly handOverAt?: number;
  /** Makes an engine from what is stored: at the start, and again after a commit failed. */
  readonly openEngine: () => Promise<IngestEngine>;
  readonly commitEveryMs: number;
  readonly logger: Logger;
  /** Told after every commit that wrote something. */
  readonly onCommit?: (result: CommitResult) => void;
  /** Reading waits for the store when this much waits to be written. Default 64 MiB. */
  readonly maximumUncommittedBytes?: number;
  /** Events dated further than this after the broker stored them count at the broker's time. Default 60 s. */
  readonly clockSkewMs?: number;
  readonly instruments?: Instruments;
  /** Wait before trying again after a failure. Default 500 ms. */
  readonly retryMs?: number;
}

/** Counts the whole stream, or the partitions of this collector. */
export type IngestEngine = Engine | PartitionEngine;

/** Reads the stream into the engine for as long as the process lives. */
export interface Ingest {
  /** Resolves when the engine stands; reading goes on in the background. Throws what keeps the store from opening. */
  start(): Promise<void>;
  /** Stops reading and commits what was read. */
  stop(): Promise<void>;
  /** Messages on the stream that have not been applied. */
  lagMessages(): number;
  /** When the broker stored what was applied last; `null` when nothing waits. Milliseconds since 1970-01-01 UTC. */
  behindSince(): number | null;
  /** Why events are not being counted now, in sentences; empty when they are. */
  problems(): readonly string[];
  /** Another collector has what this one read; it will not read again. */
  isFenced(): boolean;
}

export function createIngest(options: IngestOptions): Ingest {
  return new StreamIngest(options);
}

class StreamIngest implements Ingest {
  readonly #options: Required<Omit<IngestOptions, 'onCommit' | 'readingThread'>> &
    Pick<IngestOptions, 'onCommit' | 'readingThread'>;
  readonly #stopping = new AbortController();
  /** Sequences of messages on which the engine failed. */
  readonly #poison = new Set<number>();
  #engine: IngestEngine | null = null;
  #reader: BatchReader | null = null;
  #running: Promise<void> = Promise.resolve();
  #committer: Promise<void> = Promise.resolve();
  #commitFailure: unknown = null;
  #problem: string | null = 'reading has not begun';
  #lag = 0;
  /** Messages for this reader behind the last one, when the broker sent it. */
  #waiting = 0;
  /** Newest sequence of the reader that was applied. */
  #applied = 0;
  /** Commits since then. */
  #quietCommits = 0;
  /** When the broker stored it. */
  #appliedAt: number | null = null;
  #isFenced = false;
  #isHandedOver = false;

  constructor(options: IngestOptions) {
    this.#options = {
      maximumUncommittedBytes: 64 * 1_048_576,
      clockSkewMs: 60_000,
      retryMs: 500,
      instruments: noInstruments,
      handOverAt: 1_000,
      ...options,
    };
  }

  async start(): Promise<void> {
    this.#engine = await this.#options.openEngine();
    this.#running = this.#run();
    this.#committer = this.#commitRegularly();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reader?.close();
    await this.#running;
    await this.#committer;
    if (this.#engine !== null && this.#commitFailure === null && !this.#isFenced) await this.#commit(this.#engine);
    this.#problem = 'reading has stopped';
  }

  lagMessages(): number {
    return this.#lag;
  }

  behindSince(): number | null {
    return this.#lag === 0 ? null : this.#appliedAt;
  }

  problems(): readonly string[] {
    return this.#problem === null ? [] : [this.#problem];
  }

  isFenced(): boolean {
    return this.#isFenced;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping && !this.#isFenced) {
      try {
        this.#engine ??= await this.#options.openEngine();
        await this.#read(this.#engine);
      } catch (error) {
        await this.#fail(error);
        await this.#pause();
      }
    }
  }

  /** Reads until the order of the stream is in doubt, or told to stop. */
  async #read(engine: IngestEngine): Promise<void> {
    const { bus, logger } = this.#options;
    // No commit may be under way when the position changes below.
    await this.#commit(engine);
    const stream = await bus.stream();
    const point = await resumeOn(engine, stream, bus.messageAt);
    if (point.regressed) logger.error({ ...stream, after: point.after }, 'stream regressed');
    if (point.missed > 0) logger.error({ ...stream, missed: point.missed }, 'messages removed before they were read');
    this.#lag = Math.max(0, stream.lastSequence - Math.max(point.after, stream.firstSequence - 1));

    const owned = engine instanceof PartitionEngine ? engine.partitions : undefined;
    // Who reads everything needs no filter, which costs the broker a search for every message.
    const partitions = owned?.length === bus.partitions ? undefined : owned;
    await using reader = await this.#open({ after: point.after, partitions }, this.#lag);
    this.#reader = reader;
    this.#applied = point.after;
    this.#waiting = 0;
    if (this.#isStopping) return;
    logger.info({ after: point.after, lastSequence: stream.lastSequence }, 'reading');
    this.#problem = null;
    let turnAt = performance.now();
    let before = Math.max(point.after, stream.firstSequence - 1);
    for await (const read of reader.messages()) {
      const { message } = read;
      if (this.#commitFailure !== null) break;
      // Of a file that broke the broker says nothing: it leaves out what was in it. To who reads a part, a gap may be others' messages.
      const missed = message.sequence - before - 1;
      if (partitions === undefined && missed > 0) {
        engine.missed(missed);
        logger.error({ after: before, missed }, 'messages are gone from the middle of the stream');
      }
      before = message.sequence;
      await this.#apply(engine, read);
      this.#applied = message.sequence;
      this.#quietCommits = 0;
      this.#appliedAt = message.storedAt;
      this.#lag = message.waiting;
      this.#waiting = message.waiting;
      if (this.#isStopping) return;
      if (this.#isWorthHandingOver(message.waiting)) return;
      if (engine.uncommittedBytes() >= this.#options.maximumUncommittedBytes) await this.#commit(engine);
      // Messages that are there already come without a turn of the event loop: others want theirs.
      if (performance.now() - turnAt > longestTurnMs) {
        await nextTurn();
        turnAt = performance.now();
      }
    }
    if (this.#commitFailure !== null) throw this.#commitFailure;
    if (this.#isStopping) return;
    this.#problem = `reading was interrupted (${reader.interruption})`;
    logger.warn({ interruption: reader.interruption }, 'reading interrupted');
  }

  async #open(from: ReadFrom, behind: number): Promise<BatchReader> {
    const { bus, readingThread, logger } = this.#options;
    if (readingThread !== undefined && this.#isWorthHandingOver(behind)) {
      this.#isHandedOver = true;
      logger.info({ event: 'reading.handed_over', behind }, 'a thread of its own reads from now on');
    }
    return readingThread !== undefined && this.#isHandedOver
      ? readingThread.read(from)
      : batchReader(await bus.read(from));
  }

  /** The thread costs memory and a tenth more processor: it pays for who cannot follow without. */
  #isWorthHandingOver(behind: number): boolean {
    return this.#options.readingThread !== undefined && !this.#isHandedOver && behind >= this.#options.handOverAt;
  }

  async #apply(engine: IngestEngine, { message, found }: ReadMessage): Promise<void> {
    if (this.#poison.has(message.sequence)) {
      return this.#refuse(engine, message, refuse('INTERNAL', 'the collector failed on this batch; see its log'), 0);
    }
    if (found.kind === 'refusal') return this.#refuse(engine, message, found, 0);
    const { sequence, storedAt, messageId } = message;
    const counted = found.kind === 'inference' ? wholeWeights(found) : found;
    const { batch, clamped } = clampTimes(counted, storedAt, this.#options.clockSkewMs);
    const place = { partition: message.address?.partition ?? 0, sequence, storedAt, messageId };
    const position = { ...place, clamped, replayed: isReplay(message) };
    if (engine instanceof PartitionEngine) {
      const id = engine.misplaced(batch, position.partition);
      if (id !== undefined) {
        const reason = `${JSON.stringify(id)} does not belong on partition ${position.partition}: its outcomes could not find it`;
        return this.#refuse(engine, message, refuse('WRONG_PARTITION', reason), 0);
      }
    }
    const { instruments } = this.#options;
    if (clamped > 0) instruments.clamped(clamped);
    try {
      const startedAt = performance.now();
      const result = engine.apply(batch, position);
      if (result === 'applied') instruments.folded((performance.now() - startedAt) / 1_000);
      if (result === 'duplicate') instruments.repeated('duplicate');
      if (result === 'repeated') instruments.repeated('redelivered');
      if (result !== 'unknown_model') return;
    } catch (error) {
      // A new engine leaves out the message that this one failed on.
      if (!(error instanceof EngineClosedError)) this.#poison.add(sequence);
      throw error;
    }
    const reason = `no model named ${JSON.stringify(batch.model)} is configured`;
    await this.#refuse(engine, message, refuse('UNKNOWN_MODEL', reason), batch.count);
  }

  async #refuse(
    engine: IngestEngine,
    message: StreamMessage,
    { code, reason }: Refusal,
    events: number,
  ): Promise<void> {
    const { sequence, subject, storedAt, messageId, data } = message;
    const position = { partition: message.address?.partition ?? 0, sequence, storedAt, messageId };
    // The broker has the letter before the position moves past the message.
    const aside = await this.#putAside(message, { code, reason });
    this.#options.logger.warn({ sequence, subject, code, reason }, 'dead letter');
    this.#options.instruments.refused(code, events);
    const place = aside === undefined ? {} : { aside };
    const letter = { id: String(sequence), at: storedAt, subject, code, reason, bytes: data.length, ...place };
    engine.refuse(position, letter, code === 'UNKNOWN_MODEL' ? events : 0);
  }

  /** A letter the broker will not take must not hold up everything behind it: its record in the store has to do. */
  async #putAside(message: StreamMessage, cause: DeadLetterCause): Promise<number | undefined> {
    const { bus, logger } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await bus.deadLetter(message, cause);
      } catch (error) {
        if (bus.problem() !== null || this.#isStopping) throw error;
        logger.error({ error, sequence: message.sequence, attempt }, 'dead letter not stored by the broker');
        if (attempt === deadLetterAttempts) return undefined;
        await this.#pause();
      }
    }
  }

  async #commitRegularly(): Promise<void> {
    while (!this.#isStopping) {
      await this.#pause(this.#options.commitEveryMs);
      const engine = this.#engine;
      if (engine === null || this.#commitFailure !== null || this.#isStopping) continue;
      await this.#askForMore(engine).catch(() => undefined);
      await this.#commit(engine).catch(() => this.#reader?.close());
    }
  }

  /**
   * Asks whether there is more once nothing comes: the broker counts what lies in a broken file among what waits, and never
   * sends it. Who reads a part of the stream also says how far, so that the others need not wait for it.
   */
  async #askForMore(engine: IngestEngine): Promise<void> {
    const reader = this.#reader;
    const isQuiet = ++this.#quietCommits >= quietAfterCommits;
    if (this.#problem !== null || reader === null || reader.interruption !== null) return;
    const readsPart = engine instanceof PartitionEngine;
    if (this.#waiting > 0 ? !isQuiet : !readsPart) return;
    const { lastSequence, at } = await this.#options.bus.stream();
    const sent = await reader.sentAll();
    const isSame = reader === this.#reader && reader.interruption === null && !engine.isClosed;
    if (!isSame || sent !== this.#applied) return;
    if (this.#waiting > 0) {
      this.#options.logger.warn({ after: sent, waiting: this.#waiting }, 'messages that were to come are not there');
    }
    this.#waiting = 0;
    this.#lag = 0;
    if (readsPart && at !== undefined) engine.readThrough(lastSequence, at);
  }

  async #commit(engine: IngestEngine): Promise<void> {
    let result: CommitResult;
    const { instruments } = this.#options;
    const startedAt = performance.now();
    try {
      result = await engine.commit();
    } catch (error) {
      instruments.committed((performance.now() - startedAt) / 1_000, 'failed');
      if (!(error instanceof EngineClosedError)) this.#commitFailure ??= error;
      throw error;
    }
    if (result.inferences + result.outcomes + result.closed.length === 0) return;
    instruments.committed((performance.now() - startedAt) / 1_000, 'stored');
    this.#options.onCommit?.(result);
  }

  async #fail(error: unknown): Promise<void> {
    const isStoreFailure = this.#commitFailure !== null;
    const cause = this.#commitFailure ?? error;
    if (isStoreFailure || this.#engine?.isClosed === true) {
      // A new engine may begin only when the old one has written all it ever will.
      await this.#engine?.close();
      this.#engine = null;
      this.#commitFailure = null;
    }
    this.#isFenced =
      isPlumblineError(cause, 'REVISION_CONFLICT') && positionCollections.has(String(cause.details?.collection));
    this.#problem = this.#isFenced
      ? 'another collector has taken over this stream: this one has stopped reading'
      : failureText(isStoreFailure ? 'counts cannot be stored' : 'the stream cannot be read', cause);
    this.#options.logger.error({ error: cause, fenced: this.#isFenced }, 'ingest failed');
  }

  async #pause(ms = this.#options.retryMs): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

async function resumeOn(engine: IngestEngine, stream: StreamState, messageAt: Bus['messageAt']): Promise<ResumePoint> {
  if (engine instanceof PartitionEngine) return engine.resume(stream, messageAt);
  const point = await findResumePoint(engine.anchorLog(), stream, messageAt);
  engine.resume(stream.created, point.after, point);
  return point;
}

/** Whoever fails to write one of these has lost what it read to another collector. */
const positionCollections: ReadonlySet<string> = new Set(['stream_positions', 'partition_positions']);

const longestTurnMs = 20;
/** What was announced and has not come for so many commits may never come; on a busy machine it may, and asking takes time. */
const quietAfterCommits = 8;
const deadLetterAttempts = 3;
