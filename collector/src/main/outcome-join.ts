import type { OutcomeBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../config/settings.ts';
import { type RatingType, ratingTypes } from '../monitor/index.ts';
import type { VersionKey } from '../store/history.ts';
import { jsonCollection, type ReadTransaction, type Transaction } from '../store/port.ts';
import { JoinBlocks, type JoinBlocksOptions, type LooseRows } from './join-blocks.ts';
import type { JoinColumns } from './join-columns.ts';
import { type JoinAge, JoinPruner } from './join-pruner.ts';
import {
  decodeJoinRecord,
  encodeJoinRecord,
  type JoinRecord,
  joinEncoder,
  joinKey,
  joinPrefix,
  joins,
  primaryId,
  readJoinKey,
} from './join-record.ts';
import { agrees, applyLabel, type Label, type LabelDecision, stands } from './labels.ts';

/** What the join asks of the windows. */
export interface JoinEffects {
  /** An inference got a label: `record` is as it was before, `key` is its `joinKey`. */
  labelled(settings: ModelSettings, record: JoinRecord, label: Label['value'], key: string): Promise<void>;
  /** Somebody, or an evaluator, said how good an answer was. */
  rated(settings: ModelSettings, record: JoinRecord, type: RatingType, value: string | number): Promise<void>;
  /** A shadow's prediction could be compared with the one that was served. */
  compared(settings: ModelSettings, shadow: JoinRecord, agree: boolean): Promise<void>;
  /** Standard deviation of a version's predictions, for comparing numbers. */
  predictionScale(settings: ModelSettings, shadow: JoinRecord): number;
}

/** What became of the outcomes of a commit. */
export interface JoinCounts extends Record<LabelDecision, number> {
  /** Feedback and evaluations. */
  unlabelled: number;
}

export interface ModelBatch<Batch> {
  readonly settings: ModelSettings;
  readonly batch: Batch;
  readonly partition: number;
}

/**
 * Brings outcomes to their inferences, whichever comes first and however much later the other. Inferences are kept in
 * blocks of columns; those that got a label or a shadow, and those whose ids tell no time, have a record under their id,
 * which counts before what a block says. What waits for an inference is kept in memory too, because every new one is
 * asked for.
 */
export class OutcomeJoin {
  readonly #blocks: JoinBlocks;
  readonly #pruner = new JoinPruner();
  /** By key of the inference that is waited for. */
  readonly #waiting = new Map<string, Waiting>();
  #waitingLabels = 0;
  /** Keys of those that came to wait in the transaction under way. */
  readonly #unwritten = new Set<string>();
  /** Records written since the last pruning. */
  #written = 0;

  constructor(options: JoinBlocksOptions) {
    this.#blocks = new JoinBlocks(options);
  }

  /** `isOwn`: which inferences, by key, will come here; default: all. */
  async load(transaction: ReadTransaction, isOwn: (key: string) => boolean = () => true): Promise<void> {
    for (const { key, value } of await transaction.range(waitings, {})) if (isOwn(key)) this.#keep(key, value);
  }

  /** Labels whose inference has not come. */
  get waitingLabels(): number {
    return this.#waitingLabels;
  }

  /** Joins everything of one commit. The order of batches within it does not matter. */
  async join(
    transaction: Transaction,
    inferences: readonly ModelBatch<JoinColumns>[],
    outcomes: readonly ModelBatch<OutcomeBatch>[],
    effects: JoinEffects,
  ): Promise<JoinCounts> {
    const read = (keys: readonly string[]) => this.#read(transaction, keys);
    const run = new JoinRun(transaction, read, effects);
    for (const rows of await this.#blocks.put(transaction, inferences)) {
      this.#written += await putInferences(transaction, rows);
    }
    const arrived = this.#waiting.size === 0 ? [] : this.#takeArrived(inferences);
    const shadows = [...shadowRows(inferences), ...arrived.flatMap((one) => shadowsOf(one))];
    const known = run.outcomes(outcomes);
    const labels = [...arrived.flatMap((one) => labelOf(one)), ...known.labels];

    await run.prefetch([...shadows.map(({ primary }) => primary), ...labels.map(({ key }) => key)]);
    await run.rate(known.ratings);
    for (const shadow of shadows) {
      if (!(await run.compare(shadow))) this.#waitForPrimary(shadow, run.counts);
    }
    for (const one of labels) {
      if (!(await run.label(one))) this.#waitForInference(one, run.counts);
    }
    this.#written += await run.write();
    await this.#writeWaiting(transaction);
    await Promise.all(arrived.map(({ key }) => transaction.delete(waitings, key)));
    return run.counts;
  }

  /** Gives up on what has waited longer than its model's horizon; returns how many labels that were. */
  async giveUp(transaction: Transaction, settings: ModelSettings, latestEventAt: number): Promise<number> {
    let refused = 0;
    const prefix = joinPrefix(settings.name);
    for (const [key, waiting] of this.#waiting) {
      if (!key.startsWith(prefix) || waiting.since >= latestEventAt - settings.outcomeHorizon) continue;
      if (waiting.label !== null) refused++;
      this.#drop(key);
      await transaction.delete(waitings, key);
    }
    return refused;
  }

  /** What is kept of these inferences, in their order; `undefined` for those that are not known, or no longer. */
  records(
    transaction: ReadTransaction,
    { model }: VersionKey,
    ids: readonly string[],
  ): Promise<(JoinRecord | undefined)[]> {
    return this.#read(
      transaction,
      ids.map((id) => joinKey(model, id)),
    );
  }

  /** Removes inferences that are too old to get an outcome; a bounded number at once. `ages`: of every model. */
  async prune(transaction: Transaction, ages: ReadonlyMap<string, JoinAge>): Promise<void> {
    await this.#pruner.prune(transaction, this.#written, ages);
    this.#written = 0;
    for (const [model, { horizon, oldest }] of ages) {
      if (oldest < horizon) await this.#blocks.expire(transaction, model, horizon);
    }
  }

  async #read(transaction: ReadTransaction, keys: readonly string[]): Promise<(JoinRecord | undefined)[]> {
    const stored = await transaction.getMany(joins, keys);
    const found = stored.map((one) => one && decodeJoinRecord(one.value));
    const idsByModel = new Map<string, { readonly index: number; readonly id: string }[]>();
    keys.forEach((key, index) => {
      if (found[index] !== undefined) return;
      const { model, inferenceId: id } = readJoinKey(key);
      const known = idsByModel.get(model);
      if (known === undefined) idsByModel.set(model, [{ index, id }]);
      else known.push({ index, id });
    });
    for (const [model, wanted] of idsByModel) {
      const records = await this.#blocks.find(
        transaction,
        model,
        wanted.map(({ id }) => id),
      );
      wanted.forEach(({ index }, place) => {
        found[index] = records[place];
      });
    }
    return found;
  }

  #takeArrived(inferences: readonly ModelBatch<JoinColumns>[]): Arrived[] {
    const arrived: Arrived[] = [];
    for (const { settings, batch } of inferences) {
      for (const id of batch.ids) {
        const key = joinKey(settings.name, id);
        const waiting = this.#waiting.get(key);
        if (waiting === undefined) continue;
        this.#drop(key);
        arrived.push({ settings, key, waiting });
      }
    }
    return arrived;
  }

  #waitForInference(one: KeyedLabel, counts: JoinCounts): void {
    const waiting = this.#waiting.get(one.key);
    if (waiting === undefined && this.#waiting.size >= mostWaiting) {
      counts.refused++;
      return;
    }
    if (waiting?.label) {
      counts.repeated++;
      if (!stands(one.label, waiting.label)) return;
    }
    const kept = { label: one.label, shadows: waiting?.shadows ?? [], since: waiting?.since ?? one.label.time };
    this.#keep(one.key, kept);
    this.#unwritten.add(one.key);
  }

  #waitForPrimary(shadow: ShadowRow, counts: JoinCounts): void {
    const waiting = this.#waiting.get(shadow.primary);
    if (waiting === undefined && this.#waiting.size >= mostWaiting) {
      counts.refused++;
      return;
    }
    const kept = {
      label: waiting?.label ?? null,
      shadows: [...(waiting?.shadows ?? []), shadow.id],
      since: waiting?.since ?? shadow.time,
    };
    this.#keep(shadow.primary, kept);
    this.#unwritten.add(shadow.primary);
  }

  async #writeWaiting(transaction: Transaction): Promise<void> {
    const entries = [...this.#unwritten].flatMap((key) => {
      const value = this.#waiting.get(key);
      return value === undefined ? [] : [{ key, value }];
    });
    this.#unwritten.clear();
    await transaction.putMany(waitings, entries);
  }

  #keep(key: string, waiting: Waiting): void {
    this.#drop(key);
    this.#waiting.set(key, waiting);
    if (waiting.label !== null) this.#waitingLabels++;
  }

  #drop(key: string): void {
    if (this.#waiting.get(key)?.label) this.#waitingLabels--;
    this.#waiting.delete(key);
  }
}

/** What waits for an inference: a label, and shadows that want to be compared with it. */
interface Waiting {
  readonly label: Label | null;
  readonly shadows: readonly string[];
  /** Event time of the first that came. */
  readonly since: number;
}

interface Arrived {
  readonly settings: ModelSettings;
  readonly key: string;
  readonly waiting: Waiting;
}

interface ShadowRow {
  readonly settings: ModelSettings;
  readonly id: string;
  /** Key of the inference that was served. */
  readonly primary: string;
  readonly time: number;
}

interface KeyedLabel {
  readonly settings: ModelSettings;
  readonly key: string;
  readonly label: Label;
}

interface KeyedRating {
  readonly settings: ModelSettings;
  readonly key: string;
  readonly type: RatingType;
  readonly value: string | number;
}

const waitings = jsonCollection<Waiting>('waiting_outcomes');
/** More labels than this wait only if somebody sends labels of inferences that nobody records. */
const mostWaiting = 100_000;

/** Returns how many there were. */
async function putInferences(transaction: Transaction, { batch, rows }: LooseRows): Promise<number> {
  const encode = joinEncoder(batch);
  const prefix = joinPrefix(batch.model);
  const entries = Array.from(rows ?? batch.ids.keys(), (row) => ({
    key: prefix + encodeURIComponent(batch.ids[row]!),
    value: encode(row),
  }));
  await transaction.putMany(joins, entries);
  return entries.length;
}

function shadowRows(inferences: readonly ModelBatch<JoinColumns>[]): ShadowRow[] {
  return inferences.flatMap(({ settings, batch }) => {
    const code = batch.roles.dictionary.indexOf('shadow') + 1;
    if (code === 0) return [];
    return batch.ids.flatMap((id, row) =>
      batch.roles.codes[row] === code && primaryId(id) !== id
        ? [{ settings, id, primary: joinKey(settings.name, primaryId(id)), time: batch.times[row]! }]
        : [],
    );
  });
}

function shadowsOf({ settings, key, waiting }: Arrived): ShadowRow[] {
  return waiting.shadows.map((id) => ({ settings, id, primary: key, time: waiting.since }));
}

function labelOf({ settings, key, waiting }: Arrived): KeyedLabel[] {
  return waiting.label === null ? [] : [{ settings, key, label: waiting.label }];
}

type ReadRecords = (keys: readonly string[]) => Promise<readonly (JoinRecord | undefined)[]>;

/** The records one commit reads and changes. */
class JoinRun {
  readonly counts: JoinCounts = { first: 0, corrected: 0, repeated: 0, refused: 0, unlabelled: 0 };
  readonly #transaction: Transaction;
  readonly #readRecords: ReadRecords;
  readonly #effects: JoinEffects;
  readonly #records = new Map<string, JoinRecord | undefined>();
  readonly #changed = new Set<string>();

  constructor(transaction: Transaction, readRecords: ReadRecords, effects: JoinEffects) {
    this.#transaction = transaction;
    this.#readRecords = readRecords;
    this.#effects = effects;
  }

  outcomes(outcomes: readonly ModelBatch<OutcomeBatch>[]): { labels: KeyedLabel[]; ratings: KeyedRating[] } {
    const labels: KeyedLabel[] = [];
    const ratings: KeyedRating[] = [];
    for (const { settings, batch } of outcomes) {
      const { types, values, times } = batch;
      batch.inferenceIds.forEach((id, row) => {
        const value =
          values.type === 'number' ? values.values[row]! : (values.dictionary[values.codes[row]! - 1] ?? '');
        const key = joinKey(settings.name, id);
        const type = types.dictionary[types.codes[row]! - 1];
        if (type === 'label') labels.push({ settings, key, label: { value, time: times[row]! } });
        else {
          this.counts.unlabelled++;
          const rating = ratingTypes.find((candidate) => candidate === type);
          if (rating !== undefined) ratings.push({ settings, key, type: rating, value });
        }
      });
    }
    return { labels, ratings };
  }

  /** Ratings of inferences that are not known, or no longer, say nothing about any version. */
  async rate(ratings: readonly KeyedRating[]): Promise<void> {
    await this.#read(ratings.map(({ key }) => key));
    for (const { settings, key, type, value } of ratings) {
      const record = this.#records.get(key);
      if (record !== undefined) await this.#effects.rated(settings, record, type, value);
    }
  }

  /** Reads many records at once, so that the steps below mostly find them here. */
  async prefetch(keys: readonly string[]): Promise<void> {
    await this.#read(keys);
    const shadows = keys.flatMap((key) => this.#shadowKeys(key));
    if (shadows.length > 0) await this.#read(shadows);
  }

  /** Compares a shadow with the inference that was served; false when that has not come yet. */
  async compare({ settings, id, primary }: ShadowRow): Promise<boolean> {
    const served = await this.#find(primary);
    if (served === undefined) return false;
    const shadowKey = joinKey(settings.name, id);
    const shadow = await this.#find(shadowKey);
    if (shadow === undefined || served.shadows.includes(id)) return true;
    this.#put(primary, { ...served, shadows: [...served.shadows, id] });
    const scale = this.#effects.predictionScale(settings, shadow);
    await this.#effects.compared(settings, shadow, agrees(shadow.prediction, served.prediction, scale));
    if (served.label !== null && served.labelTime !== null) {
      await this.#settle(settings, shadowKey, shadow, { value: served.label, time: served.labelTime });
    }
    return true;
  }

  /** Gives an inference and its shadows their label; false when the inference has not come yet. */
  async label({ settings, key, label }: KeyedLabel): Promise<boolean> {
    const record = await this.#find(key);
    if (record === undefined) return false;
    this.counts[await this.#settle(settings, key, record, label)]++;
    for (const shadowKey of this.#shadowKeys(key)) {
      const shadow = await this.#find(shadowKey);
      if (shadow !== undefined) await this.#settle(settings, shadowKey, shadow, label);
    }
    return true;
  }

  /** Returns how many were written. */
  async write(): Promise<number> {
    const entries = [...this.#changed].flatMap((key) => {
      const record = this.#records.get(key);
      return record === undefined ? [] : [{ key, value: encodeJoinRecord(record) }];
    });
    await this.#transaction.putMany(joins, entries);
    return entries.length;
  }

  async #settle(settings: ModelSettings, key: string, record: JoinRecord, label: Label): Promise<LabelDecision> {
    const effect = applyLabel(record, label, settings.outcomeHorizon);
    if (effect.decision === 'first' || effect.decision === 'corrected') {
      await this.#effects.labelled(settings, record, label.value, key);
    }
    if (effect.labelTime !== record.labelTime || effect.label !== record.label) {
      this.#put(key, { ...record, label: effect.label, labelTime: effect.labelTime });
    }
    return effect.decision;
  }

  #shadowKeys(key: string): string[] {
    const shadows = this.#records.get(key)?.shadows ?? [];
    const prefix = key.slice(0, key.indexOf('/') + 1);
    return shadows.map((id) => prefix + encodeURIComponent(id));
  }

  async #find(key: string): Promise<JoinRecord | undefined> {
    if (!this.#records.has(key)) await this.#read([key]);
    return this.#records.get(key);
  }

  async #read(keys: readonly string[]): Promise<void> {
    const unknown = [...new Set(keys)].filter((key) => !this.#records.has(key));
    const found = await this.#readRecords(unknown);
    unknown.forEach((key, index) => void this.#records.set(key, found[index]));
  }

  #put(key: string, record: JoinRecord): void {
    this.#records.set(key, record);
    this.#changed.add(key);
  }
}
