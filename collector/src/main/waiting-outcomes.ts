import type { ModelSettings } from '../config/settings.ts';
import { jsonCollection, type ReadTransaction, type Transaction } from '../store/port.ts';
import type { JoinColumns } from './join-columns.ts';
import { joinKey, joinPrefix } from './join-record.ts';
import type { KeyedLabel, ModelBatch, ShadowRow } from './join-run.ts';
import { type Label, stands } from './labels.ts';

/** What waits for an inference: a label, and shadows that want to be compared with it. */
interface Waiting {
  readonly label: Label | null;
  readonly shadows: readonly string[];
  /** Event time of the first that came. */
  readonly since: number;
}

const waitings = jsonCollection<Waiting>('waiting_outcomes');
/** More labels than this wait only if somebody sends labels of inferences that nobody records. */
const mostWaiting = 100_000;

/** What waited for inferences that have come. */
export interface Arrived {
  readonly keys: readonly string[];
  readonly labels: readonly KeyedLabel[];
  readonly shadows: readonly ShadowRow[];
}

/** How what came became known: it waits, another one of its kind waits already, or there is no room. */
export type WaitDecision = 'waits' | 'repeated' | 'refused';

/**
 * What came before its inference. It is kept in memory as well as in the store, because every new inference is asked for.
 */
export class WaitingOutcomes {
  /** By key of the inference that is waited for. */
  readonly #waiting = new Map<string, Waiting>();
  #labels = 0;
  /** Keys of those that came to wait in the transaction under way. */
  readonly #unwritten = new Set<string>();

  /** `isOwn`: which inferences, by key, will come here. */
  async load(transaction: ReadTransaction, isOwn: (key: string) => boolean): Promise<void> {
    for (const { key, value } of await transaction.range(waitings, {})) if (isOwn(key)) this.#keep(key, value);
  }

  /** Labels among what waits. */
  get labels(): number {
    return this.#labels;
  }

  /** Lets go of what waits for any of these. */
  take(inferences: readonly ModelBatch<JoinColumns>[]): Arrived {
    const keys: string[] = [];
    const labels: KeyedLabel[] = [];
    const shadows: ShadowRow[] = [];
    if (this.#waiting.size === 0) return { keys, labels, shadows };
    for (const { settings, batch } of inferences) {
      for (const inferenceId of batch.ids) {
        const key = joinKey(settings.name, inferenceId);
        const waiting = this.#waiting.get(key);
        if (waiting === undefined) continue;
        this.#drop(key);
        keys.push(key);
        if (waiting.label !== null) labels.push({ settings, key, label: waiting.label });
        for (const id of waiting.shadows) shadows.push({ settings, id, primary: key, time: waiting.since });
      }
    }
    return { keys, labels, shadows };
  }

  addLabel({ key, label }: KeyedLabel): WaitDecision {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined && this.#isFull) return 'refused';
    const isFirst = !waiting?.label;
    if (isFirst || stands(label, waiting.label)) {
      this.#add(key, { label, shadows: waiting?.shadows ?? [], since: waiting?.since ?? label.time });
    }
    return isFirst ? 'waits' : 'repeated';
  }

  addShadow({ id, primary, time }: ShadowRow): WaitDecision {
    const waiting = this.#waiting.get(primary);
    if (waiting === undefined && this.#isFull) return 'refused';
    const { label = null, shadows = [], since = time } = waiting ?? {};
    this.#add(primary, { label, shadows: [...shadows, id], since });
    return 'waits';
  }

  /** Stores what came to wait, and forgets what was taken. */
  async write(transaction: Transaction, { keys }: Arrived): Promise<void> {
    const entries = [...this.#unwritten].flatMap((key) => {
      const value = this.#waiting.get(key);
      return value === undefined ? [] : [{ key, value }];
    });
    this.#unwritten.clear();
    await transaction.putMany(waitings, entries);
    await Promise.all(keys.map((key) => transaction.delete(waitings, key)));
  }

  /** Gives up on what has waited longer than its model's horizon; returns how many labels that were. */
  async giveUp(transaction: Transaction, settings: ModelSettings, latestEventAt: number): Promise<number> {
    let labels = 0;
    const prefix = joinPrefix(settings.name);
    for (const [key, waiting] of this.#waiting) {
      if (!key.startsWith(prefix) || waiting.since >= latestEventAt - settings.outcomeHorizon) continue;
      if (waiting.label !== null) labels++;
      this.#drop(key);
      await transaction.delete(waitings, key);
    }
    return labels;
  }

  get #isFull(): boolean {
    return this.#waiting.size >= mostWaiting;
  }

  #add(key: string, waiting: Waiting): void {
    this.#keep(key, waiting);
    this.#unwritten.add(key);
  }

  #keep(key: string, waiting: Waiting): void {
    this.#drop(key);
    this.#waiting.set(key, waiting);
    if (waiting.label !== null) this.#labels++;
  }

  #drop(key: string): void {
    if (this.#waiting.get(key)?.label) this.#labels--;
    this.#waiting.delete(key);
  }
}
