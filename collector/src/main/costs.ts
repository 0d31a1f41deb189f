import type { CategoryColumn, Column, InferenceBatch } from '@plumbline/sdk/event';
import type { TokenPrice } from '../config/prices.ts';
import type { ModelSettings } from '../config/settings.ts';
import { textAt } from '../profile/fold/columns.ts';

/** What a call of a language model cost in US dollars, as apps record it. */
const costFeature = 'cost_usd';

/**
 * The batch with what each call cost, by the model's `prices`, where the app did not say. A call costs
 *
 *     (input - cached - written) * input price + cached * its price + written * its price + output * output price
 *
 * with input tokens that include those read from and written to a cache. It is missing, not zero, where no price is
 * listed for the model that answered, where a number of tokens is not known, and where it is not known whether the input
 * includes what was cached.
 */
export function withCosts({ prices }: ModelSettings, batch: InferenceBatch): InferenceBatch {
  if (Object.keys(prices).length === 0) return batch;
  const inputs = numbersOf(batch, 'input_tokens');
  const stated = columnOf(batch, costFeature);
  if (inputs === null || (stated !== null && stated.type !== 'number')) return batch;
  const tokens = {
    output: numbersOf(batch, 'output_tokens'),
    cached: numbersOf(batch, 'cached_input_tokens'),
    written: numbersOf(batch, 'cache_write_tokens'),
  };
  const priceOf = pricesByRow(batch, prices);
  const semantics = categoriesOf(batch, 'token_semantics');
  const values = new Float64Array(batch.count);
  let isPriced = false;
  for (let row = 0; row < batch.count; row++) {
    const own = stated?.values[row] ?? Number.NaN;
    const price = Number.isNaN(own) ? priceOf(row) : undefined;
    values[row] =
      price === undefined
        ? own
        : costOf(price, {
            input: inputs[row]!,
            output: tokens.output?.[row] ?? Number.NaN,
            cached: orNone(tokens.cached?.[row]),
            written: orNone(tokens.written?.[row]),
            isInclusive: semantics === null || textAt(semantics, row) !== 'unknown',
          });
    isPriced ||= !Number.isNaN(values[row]!);
  }
  if (!isPriced) return batch;
  const at = batch.schema.features.findIndex(({ name }) => name === costFeature);
  const column: Column = { type: 'number', values };
  return at < 0
    ? {
        ...batch,
        schema: {
          id: `${batch.schema.id} ${costFeature}`,
          features: [...batch.schema.features, { name: costFeature, type: 'number' }],
        },
        features: [...batch.features, column],
      }
    : { ...batch, features: batch.features.with(at, column) };
}

interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly written: number;
  readonly isInclusive: boolean;
}

function costOf(price: TokenPrice, { input, output, cached, written, isInclusive }: Tokens): number {
  if (!isInclusive && cached + written > 0) return Number.NaN;
  const { input: perInput, cachedInput = perInput, cacheWrite = perInput } = price;
  const plain = Math.max(0, input - cached - written);
  const paidOut = price.output === undefined ? 0 : output * price.output;
  const cost = (plain * perInput + cached * cachedInput + written * cacheWrite + paidOut) / 1e6;
  return Number.isFinite(cost) && cost >= 0 ? cost : Number.NaN;
}

/** The price of the model that answered, else of the one that was asked for. */
function pricesByRow(batch: InferenceBatch, prices: ModelSettings['prices']): (row: number) => TokenPrice | undefined {
  const answered = categoriesOf(batch, 'response_model');
  const asked = categoriesOf(batch, 'request_model');
  const known = new Map<string, TokenPrice | undefined>();
  const find = (column: CategoryColumn | null, row: number): TokenPrice | undefined => {
    const id = column === null ? null : textAt(column, row);
    if (id === null) return undefined;
    if (!known.has(id)) known.set(id, priceOfModel(prices, id));
    return known.get(id);
  };
  return (row) => find(answered, row) ?? find(asked, row);
}

/** Listed by its id, or by its id without a date at the end: `gpt-4o-mini` also for `gpt-4o-mini-2024-07-18`. */
export function priceOfModel(prices: ModelSettings['prices'], id: string): TokenPrice | undefined {
  const undated = id.replace(/[-@:](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '');
  const listed = [id, undated].find((name) => Object.hasOwn(prices, name));
  return listed === undefined ? undefined : prices[listed];
}

function columnOf(batch: InferenceBatch, name: string): Column | null {
  const at = batch.schema.features.findIndex((feature) => feature.name === name);
  return batch.features[at] ?? null;
}

function numbersOf(batch: InferenceBatch, name: string): Float64Array | null {
  const column = columnOf(batch, name);
  return column?.type === 'number' ? column.values : null;
}

function categoriesOf(batch: InferenceBatch, name: string): CategoryColumn | null {
  const column = columnOf(batch, name);
  return column?.type === 'category' ? column : null;
}

/** Where nothing is said of a cache, nothing was read from it. */
function orNone(tokens: number | undefined): number {
  return tokens === undefined || Number.isNaN(tokens) ? 0 : tokens;
}
