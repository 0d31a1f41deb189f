import type { OutcomeBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../config/settings.ts';
import { type RatingType, ratingTypes } from '../monitor/index.ts';
import type { Transaction } from '../store/port.ts';
import { encodeJoinRecord, type JoinRecord, joinKey, joins } from './join-record.ts';
import { agrees, applyLabel, type Label, type LabelDecision } from './labels.ts';

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

/** A shadow's prediction, to be compared with the one that was served. */
export interface ShadowRow {
  readonly settings: ModelSettings;
  readonly id: string;
  /** Key of the inference that was served. */
  readonly primary: string;
  readonly time: number;
}

export interface KeyedLabel {
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

/** What came of one commit: labels, and what else people and evaluators said. */
export interface ReadOutcomes {
  readonly labels: readonly KeyedLabel[];
  readonly ratings: readonly KeyedRating[];
  /** Feedback and evaluations, those that are no ratings included. */
  readonly unlabelled: number;
}

export function readOutcomes(outcomes: readonly ModelBatch<OutcomeBatch>[]): ReadOutcomes {
  const labels: KeyedLabel[] = [];
  const ratings: KeyedRating[] = [];
  let unlabelled = 0;
  for (const { settings, batch } of outcomes) {
    const { types, values, times } = batch;
    batch.inferenceIds.forEach((id, row) => {
      const value = values.type === 'number' ? values.values[row]! : (values.dictionary[values.codes[row]! - 1] ?? '');
      const key = joinKey(settings.name, id);
      const type = types.dictionary[types.codes[row]! - 1];
      if (type === 'label') {
        labels.push({ settings, key, label: { value, time: times[row]! } });
        return;
      }
      unlabelled++;
      const rating = ratingTypes.find((candidate) => candidate === type);
      if (rating !== undefined) ratings.push({ settings, key, type: rating, value });
    });
  }
  return { labels, ratings, unlabelled };
}

type ReadRecords = (keys: readonly string[]) => Promise<readonly (JoinRecord | undefined)[]>;

/** The records one commit reads and changes. */
export class JoinRun {
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
