import type { CategoryColumn, Column, InferenceBatch, NumberColumn } from '@plumbline/sdk/event';

/** Some rows of a batch as a batch of their own, in the order given. */
export function selectRows(batch: InferenceBatch, rows: Int32Array): InferenceBatch {
  const select = (column: Column): Column =>
    column.type === 'number' ? selectNumbers(column, rows) : selectCategories(column, rows);
  return {
    kind: 'inference',
    producer: batch.producer,
    batch: batch.batch,
    model: batch.model,
    count: rows.length,
    schema: batch.schema,
    ids: Array.from(rows, (row) => batch.ids[row]!),
    times: Float64Array.from(rows, (row) => batch.times[row]!),
    versions: selectCategories(batch.versions, rows),
    roles: selectCategories(batch.roles, rows),
    features: batch.features.map(select),
    predictions: select(batch.predictions),
    scores: selectNumbers(batch.scores, rows),
    groups: Object.fromEntries(
      Object.entries(batch.groups).map(([attribute, column]) => [attribute, selectCategories(column, rows)]),
    ),
    latenciesMs: selectNumbers(batch.latenciesMs, rows),
    traceIds: selectTexts(batch.traceIds, rows),
    errors: selectCategories(batch.errors, rows),
    weights: batch.weights && selectNumbers(batch.weights, rows),
    captures: batch.captures && selectCategories(batch.captures, rows),
    sources: batch.sources && selectCategories(batch.sources, rows),
    sampled: batch.sampled && selectCategories(batch.sampled, rows),
  };
}

function selectNumbers(column: NumberColumn, rows: Int32Array): NumberColumn {
  const values = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) values[index] = column.values[rows[index]!]!;
  return { type: 'number', values };
}

function selectCategories(column: CategoryColumn, rows: Int32Array): CategoryColumn {
  const codes = new Uint32Array(rows.length);
  for (let index = 0; index < rows.length; index++) codes[index] = column.codes[rows[index]!]!;
  return { type: 'category', codes, dictionary: column.dictionary };
}

/** With a dictionary of the chosen rows alone: of trace ids each is its own value. */
function selectTexts({ codes, dictionary }: CategoryColumn, rows: Int32Array): CategoryColumn {
  const places = new Map<number, number>();
  const chosen = Uint32Array.from(rows, (row) => {
    const code = codes[row]!;
    if (code === 0) return 0;
    const place = places.get(code) ?? places.size + 1;
    places.set(code, place);
    return place;
  });
  return { type: 'category', codes: chosen, dictionary: Array.from(places.keys(), (code) => dictionary[code - 1]!) };
}
