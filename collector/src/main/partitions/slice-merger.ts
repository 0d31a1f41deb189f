import { type Counts, noCounts, putCounts, readCounts } from '../../store/counts.ts';
import { versionKey } from '../../store/history.ts';
import { type ReadTransaction, sortableNumber, type Transaction } from '../../store/port.ts';
import type { CommitResult, EngineOptions } from '../engine.ts';
import { type CommitOutcome, runCommit } from '../engine-commit.ts';
import { LiveWindows } from '../live-windows.ts';
import { Stretch } from '../pending.ts';
import { ReadProgress } from '../read-progress.ts';
import { RollingUp } from '../rolling-up.ts';
import { VersionTraffic } from '../version-traffic.ts';
import { forgetContributions, readContributions, type StoredContribution } from './contribution.ts';
import { foldContributions } from './fold-contributions.ts';
import { LearnedOutcomes } from './learned-outcomes.ts';
import { partitionPositions } from './ownership.ts';

export interface SliceMergerOptions extends EngineOptions {
  /** Partitions of the stream: a slice is complete when all of them have been read through it. */
  readonly partitions: number;
}

/**
 * Puts together what all collectors counted, slice by slice in the order of the stream, and closes windows in between:
 * detectors, alerts and whatever follows from them happen here, in one place. How far it has come is written in the same
 * transaction as what it changed, at a revision that only one leader can know; an earlier leader that wakes up late
 * fails there.
 */
export interface SliceMerger {
  /** Merges what is complete, a bounded part of it; `more` says whether there is more right now. */
  merge(): Promise<CommitResult & { readonly more: boolean }>;
}

export async function createSliceMerger(options: SliceMergerOptions): Promise<SliceMerger> {
  const merger = new StoreSliceMerger(options);
  await options.store.read((transaction) => merger.load(transaction));
  return merger;
}

class StoreSliceMerger implements SliceMerger {
  readonly #options: SliceMergerOptions;
  readonly #traffics = new Map<string, VersionTraffic>();
  readonly #windows = new LiveWindows();
  readonly #rollingUp = new RollingUp();
  readonly #learned = new LearnedOutcomes();
  readonly #progress = new ReadProgress(1);
  #counts: Counts = noCounts;
  #merged = 0;

  constructor(options: SliceMergerOptions) {
    this.#options = options;
  }

  async load(transaction: ReadTransaction): Promise<void> {
    this.#counts = { ...noCounts, ...(await readCounts(transaction)) };
    await this.#progress.load(transaction);
    this.#merged = this.#progress.anchorLog().anchors.at(-1)?.sequence ?? 0;
    this.#progress.resume(progressOf, this.#merged);
    const { models } = this.#options;
    const settingsOf = (model: string, environment: string) =>
      models.find((settings) => settings.name === model && settings.environment === environment);
    for (const traffic of await VersionTraffic.readAll(transaction, settingsOf)) {
      this.#traffics.set(versionKey(traffic.key), traffic);
    }
  }

  async merge(): Promise<CommitResult & { readonly more: boolean }> {
    const { store } = this.#options;
    const { slices, through } = await store.read((transaction) => this.#complete(transaction));
    const last = slices.at(-1)?.slice;
    if (last === undefined) return { inferences: 0, outcomes: 0, closed: [], more: false };
    const before = this.#counts;
    const outcome = await store.transaction((transaction) => this.#write(transaction, slices, last));
    this.#windows.trim();
    this.#merged = last;
    return {
      inferences: this.#counts.inferences - before.inferences,
      outcomes: this.#counts.outcomes - before.outcomes,
      closed: outcome.closed,
      more: last < through,
    };
  }

  /** Slices with something in them, that are complete and not merged. */
  async #complete(transaction: ReadTransaction): Promise<{ slices: Slice[]; through: number }> {
    const { partitions } = this.#options;
    const positions = await transaction.getMany(
      partitionPositions,
      Array.from({ length: partitions }, (_, partition) => sortableNumber(partition)),
    );
    const through = Math.min(...positions.map((stored) => stored?.value.readThrough ?? 0));
    if (through <= this.#merged) return { slices: [], through };
    for (let limit = contributionsAtOnce; ; limit *= 4) {
      const found = await readContributions(transaction, this.#merged, through, limit);
      const slices = bySlice(found);
      if (found.length < limit) return { slices, through };
      // The last slice may have been cut off.
      if (slices.length > 1) return { slices: slices.slice(0, -1), through };
    }
  }

  async #write(transaction: Transaction, slices: readonly Slice[], last: number): Promise<CommitOutcome> {
    this.#progress.note({ sequence: last, storedAt: 0, messageId: '' });
    await this.#progress.write(transaction, this.#progress.take());
    const stretches = slices.map(({ contributions }) => {
      const stretch = new Stretch();
      stretch.elsewhere.push((context) => foldContributions(context, contributions, this.#learned));
      return stretch;
    });
    const context = {
      options: this.#options,
      transaction,
      traffics: this.#traffics,
      windows: this.#windows,
      join: this.#learned,
    };
    const learning = [...this.#traffics.values()].filter(({ state }) => state.learning !== null);
    const outcome = await runCommit(context, stretches, false);
    for (const { key, state } of learning) {
      if (state.learning === null) await this.#learned.forget(transaction, key);
    }
    for (const { contributions } of slices) {
      for (const { contribution } of contributions) {
        if (contribution.kind === 'counts') this.#counts = addCounts(this.#counts, contribution.counts);
      }
    }
    this.#counts = { ...this.#counts, lateInferences: this.#counts.lateInferences + outcome.lateRows };
    await putCounts(transaction, this.#counts);
    await this.#rollingUp.step(transaction, this.#traffics, this.#windows);
    await forgetContributions(transaction, last);
    return outcome;
  }
}

/** Parts of slices that are read at once: some ten megabytes when each is a batch of rows, mostly a few. */
const contributionsAtOnce = 500;
/** The progress of the leader counts slices, which are no stream that anybody could make anew. */
const progressOf = 'slices';

interface Slice {
  readonly slice: number;
  readonly contributions: StoredContribution[];
}

function bySlice(found: readonly StoredContribution[]): Slice[] {
  const slices: Slice[] = [];
  for (const one of found) {
    const last = slices.at(-1);
    if (last?.slice === one.slice) last.contributions.push(one);
    else slices.push({ slice: one.slice, contributions: [one] });
  }
  return slices;
}

function addCounts(counts: Counts, more: Partial<Counts>): Counts {
  const sum: Record<string, unknown> = { ...counts };
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === 'number') sum[name] = Number(sum[name] ?? 0) + value;
  }
  const models = { ...counts.models };
  for (const [model, { inferences, outcomes }] of Object.entries(more.models ?? {})) {
    const known = models[model] ?? { inferences: 0, outcomes: 0 };
    models[model] = { inferences: known.inferences + inferences, outcomes: known.outcomes + outcomes };
  }
  // Every number of `Counts` was there before, and is again.
  return { ...sum, models } as Counts;
}
