import type { CategoryColumn, Column, InferenceBatch, OutcomeBatch } from '@plumbline/sdk/event';
import { uuidTexts } from '@plumbline/sdk/wire';
import { encodePiece, type JoinPiece } from './join-piece.ts';

/** What outcomes will need of a batch of inferences. */
export interface JoinColumns
  extends Pick<
    InferenceBatch,
    | 'model'
    | 'count'
    | 'ids'
    | 'uuids'
    | 'times'
    | 'versions'
    | 'roles'
    | 'predictions'
    | 'scores'
    | 'groups'
    | 'weights'
  > {
  /** The columns as they will be stored, where ids are UUIDs. */
  readonly piece?: JoinPiece;
}

/**
 * These columns of a batch in memory of their own, about 60 bytes a row: one piece, which a commit can store as it is. The
 * batch itself, and with it the message that it is a view of, can be let go as soon as it is folded: what waits for the
 * next commit is a tenth of what was read, and the collector of garbage finds most of what it looks at dead.
 *
 * `groups`: those to keep with it; default: its own.
 */
export function joinColumns(batch: InferenceBatch, groups = batch.groups): JoinColumns {
  const { model, count, versions, roles, predictions } = batch;
  const piece = encodePiece(batch, groups, batch.uuids?.bytes ?? null, null);
  const columns = {
    model,
    count,
    times: piece.times,
    versions: { ...versions, codes: piece.versions },
    roles: { ...roles, codes: piece.roles },
    predictions: columnOf(predictions, piece.predictions),
    scores: { type: 'number', values: piece.scores } as const,
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, column], index) => [name, { ...column, codes: piece.groups[index]! }]),
    ),
    ...(piece.weights === null ? {} : { weights: { type: 'number', values: piece.weights } as const }),
  };
  if (batch.uuids === undefined) return { ...columns, ids: batch.ids };
  const uuids = { bytes: batch.uuids.bytes.slice(), suffixes: ownCategories(batch.uuids.suffixes) };
  let texts: readonly string[] | undefined;
  return {
    ...columns,
    piece,
    uuids,
    // UUIDs become texts when somebody asks, which is seldom.
    get ids() {
      texts ??= uuidTexts(uuids);
      return texts;
    },
  };
}

/** Outcomes wait for a commit as they are, for that is when they are joined. */
export function ownOutcomes(batch: OutcomeBatch): OutcomeBatch {
  const { times, types, values } = batch;
  return {
    ...batch,
    times: times.slice(),
    types: ownCategories(types),
    values: values.type === 'number' ? { ...values, values: values.values.slice() } : ownCategories(values),
  };
}

function ownCategories(column: CategoryColumn): CategoryColumn {
  return { ...column, codes: column.codes.slice() };
}

/** A column like another one, with these numbers or codes. */
function columnOf(like: Column, values: JoinPiece['predictions']): Column {
  return like.type === 'number' || values instanceof Float64Array
    ? { type: 'number', values: values as Float64Array }
    : { ...like, codes: values };
}
