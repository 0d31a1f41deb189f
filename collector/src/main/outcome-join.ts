import type { OutcomeBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../config/settings.ts';
import type { VersionKey } from '../store/history.ts';
import type { ReadTransaction, Transaction } from '../store/port.ts';
import { JoinBlocks, type JoinBlocksOptions, type LooseRows } from './join-blocks.ts';
import type { JoinColumns } from './join-columns.ts';
import { type JoinAge, JoinPruner } from './join-pruner.ts';
import {
  decodeJoinRecord,
  type JoinRecord,
  joinEncoder,
  joinKey,
  joinPrefix,
  joins,
  primaryId,
  readJoinKey,
} from './join-record.ts';
import {
  type JoinCounts,
  type JoinEffects,
  JoinRun,
  type ModelBatch,
  readOutcomes,
  type ShadowRow,
} from './join-run.ts';
import { type WaitDecision, WaitingOutcomes } from './waiting-outcomes.ts';

/**
 * Brings outcomes to their inferences, whichever comes first and however much later the other. Inferences are kept in
 * blocks of columns; those that got a label or a shadow, and those whose ids tell no time, have a record under their id,
 * which counts before what a block says.
 */
export class OutcomeJoin {
  readonly #blocks: JoinBlocks;
  readonly #pruner = new JoinPruner();
  readonly #waiting = new WaitingOutcomes();
  /** Records written since the last pruning. */
  #written = 0;

  constructor(options: JoinBlocksOptions) {
    this.#blocks = new JoinBlocks(options);
  }

  /** `isOwn`: which inferences, by key, will come here; default: all. */
  load(transaction: ReadTransaction, isOwn: (key: string) => boolean = () => true): Promise<void> {
    return this.#waiting.load(transaction, isOwn);
  }

  /** Labels whose inference has not come. */
  get waitingLabels(): number {
    return this.#waiting.labels;
  }

  /** Joins everything of one commit. The order of batches within it does not matter. */
  async join(
    transaction: Transaction,
    inferences: readonly ModelBatch<JoinColumns>[],
    outcomes: readonly ModelBatch<OutcomeBatch>[],
    effects: JoinEffects,
  ): Promise<JoinCounts> {
    for (const rows of await this.#blocks.put(transaction, inferences)) {
      this.#written += await putInferences(transaction, rows);
    }
    const arrived = this.#waiting.take(inferences);
    const came = readOutcomes(outcomes);
    const shadows = [...shadowRows(inferences), ...arrived.shadows];
    const labels = [...arrived.labels, ...came.labels];

    const run = new JoinRun(transaction, (keys) => this.#read(transaction, keys), effects);
    const { counts } = run;
    const note = (decision: WaitDecision) => {
      if (decision !== 'waits') counts[decision]++;
    };
    counts.unlabelled = came.unlabelled;
    await run.prefetch([...shadows.map(({ primary }) => primary), ...labels.map(({ key }) => key)]);
    await run.rate(came.ratings);
    for (const shadow of shadows) {
      if (!(await run.compare(shadow))) note(this.#waiting.addShadow(shadow));
    }
    for (const one of labels) {
      if (!(await run.label(one))) note(this.#waiting.addLabel(one));
    }
    this.#written += await run.write();
    await this.#waiting.write(transaction, arrived);
    return counts;
  }

  /** Gives up on what has waited longer than its model's horizon; returns how many labels that were. */
  giveUp(transaction: Transaction, settings: ModelSettings, latestEventAt: number): Promise<number> {
    return this.#waiting.giveUp(transaction, settings, latestEventAt);
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
}

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
    if (!batch.hasShadows) return [];
    const { roles, times } = batch;
    const code = roles.dictionary.indexOf('shadow') + 1;
    return batch.ids.flatMap((id, row) =>
      roles.codes[row] === code && primaryId(id) !== id
        ? [{ settings, id, primary: joinKey(settings.name, primaryId(id)), time: times[row]! }]
        : [],
    );
  });
}
