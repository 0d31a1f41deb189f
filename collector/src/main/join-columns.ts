import type {
  CategoryColumn,
  Column,
  InferenceBatch,
  NumberColumn,
  OutcomeBatch,
  UuidColumn,
} from '@plumbline/sdk/event';
import { uuidTexts } from '@plumbline/sdk/wire';

/** What is kept of batches until the next commit, in memory of its own: see `BatchReader`. */

/** What outcomes will need of a batch of inferences. */
export type JoinColumns = Pick<
  InferenceBatch,
  'model' | 'count' | 'ids' | 'uuids' | 'times' | 'versions' | 'roles' | 'predictions' | 'scores' | 'groups' | 'weights'
>;

/**
 * These columns of a batch in memory of their own, about 50 bytes a row. The batch itself, and with it the message that it
 * is a view of, can be let go as soon as it is folded: what waits for the next commit is a tenth of what was read, and the
 * collector of garbage finds most of what it looks at dead.
 *
 * `groups`: those to keep with it; default: its own.
 */
export function joinColumns(batch: InferenceBatch, groups = batch.groups): JoinColumns {
  const { model, count, uuids, predictions, weights } = batch;
  const kept = {
    model,
    count,
    times: own(batch.times),
    versions: ownCategories(batch.versions),
    roles: ownCategories(batch.roles),
    predictions: ownColumn(predictions),
    scores: ownNumbers(batch.scores),
    groups: Object.fromEntries(Object.entries(groups).map(([name, column]) => [name, ownCategories(column)])),
    ...(weights === undefined ? {} : { weights: ownNumbers(weights) }),
  };
  // UUIDs become texts when somebody asks, which is seldom.
  return uuids === undefined ? { ...kept, ids: batch.ids } : withUuids(kept, uuids);
}

/** Outcomes wait for a commit as they are, for that is when they are joined. */
export function ownOutcomes(batch: OutcomeBatch): OutcomeBatch {
  const { times, types, values } = batch;
  return { ...batch, times: own(times), types: ownCategories(types), values: ownColumn(values) };
}

function withUuids(columns: Omit<JoinColumns, 'ids' | 'uuids'>, { bytes, suffixes }: UuidColumn): JoinColumns {
  const uuids = { bytes: own(bytes), suffixes: ownCategories(suffixes) };
  let texts: readonly string[] | undefined;
  return {
    ...columns,
    uuids,
    get ids() {
      texts ??= uuidTexts(uuids);
      return texts;
    },
  };
}

function ownColumn(column: Column): Column {
  return column.type === 'number' ? ownNumbers(column) : ownCategories(column);
}

function ownNumbers({ type, values }: NumberColumn): NumberColumn {
  return { type, values: own(values) };
}

function ownCategories({ type, codes, dictionary }: CategoryColumn): CategoryColumn {
  return { type, codes: own(codes), dictionary };
}

/** The array itself where it keeps nothing else in memory and nobody else writes to that; else a copy. */
function own<Values extends Float64Array | CategoryColumn['codes']>(values: Values): Values {
  // `slice` gives an array of the same kind.
  const isOwn = values.buffer instanceof ArrayBuffer && values.buffer.byteLength < values.byteLength + 16;
  return isOwn ? values : (values.slice() as Values);
}
