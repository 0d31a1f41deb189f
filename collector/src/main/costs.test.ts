import { type ModelCallInference, modelCallFeatures } from '@plumbline/sdk/spans';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { priceOfModel, withCosts } from './costs.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { hourMs, inference, outcome, Producer } from './testing/traffic.ts';

const start = Date.UTC(2026, 10, 20);

const prices = {
  'gpt-4o-mini': { input: 0.15, cachedInput: 0.075, output: 0.6 },
  'claude-sonnet': { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 },
  'text-embedding-3-small': { input: 0.02 },
};

type Features = ModelCallInference['features'];

/** As the SDK records a call: every signal it knows of, unknown ones missing. */
function call(features: Features): Features {
  return { ...Object.fromEntries(Object.keys(modelCallFeatures).map((name) => [name, null])), ...features };
}

function costsOf(rows: readonly Features[], table: object = prices): (number | null)[] {
  const settings = modelSettings.parse({ name: 'credit', prices: table });
  const batch = new Producer('p').inferences(rows.map((features, i) => inference(`${i}`, start, { features })));
  const priced = withCosts(settings, batch);
  expect(priced.features).toHaveLength(priced.schema.features.length);
  const column = priced.features[priced.schema.features.findIndex(({ name }) => name === 'cost_usd')];
  if (column?.type !== 'number') throw new Error('no cost');
  return [...column.values].map((value) => (Number.isNaN(value) ? null : value));
}

describe('what a call of a language model costs', () => {
  const mini = { response_model: 'gpt-4o-mini-2024-07-18', request_model: 'gpt-4o-mini' };

  it('is each kind of its tokens at its own price, a million at a time', () => {
    const claude = { response_model: 'claude-sonnet', cached_input_tokens: 1_000, cache_write_tokens: 2_000 };
    expect(
      costsOf([
        call({ ...mini, input_tokens: 1_000_000, output_tokens: 1_000_000 }),
        call({ ...mini, input_tokens: 1_000, cached_input_tokens: 400, output_tokens: 100, reasoning_tokens: 60 }),
        call({ ...claude, input_tokens: 10_000, output_tokens: 500, token_semantics: 'inclusive' }),
        call({ request_model: 'text-embedding-3-small', input_tokens: 500_000 }),
      ]).map((cost) => Number(cost?.toFixed(9))),
    ).toEqual([0.75, (600 * 0.15 + 400 * 0.075 + 100 * 0.6) / 1e6, (7_000 * 3 + 300 + 7_500 + 7_500) / 1e6, 0.01]);
  });

  it('is what the app says, where it does', () => {
    expect(costsOf([call({ ...mini, input_tokens: 10, output_tokens: 10, cost_usd: 0.5 })])).toEqual([0.5]);
  });

  it('is missing, not zero, where it cannot be known', () => {
    const known = { ...mini, input_tokens: 10, output_tokens: 10 };
    expect(
      costsOf([
        call(known),
        call({ ...known, response_model: 'other', request_model: null }),
        call({ ...mini, input_tokens: 10 }),
        call({ ...mini, output_tokens: 10 }),
        call({ ...known, cached_input_tokens: 5, token_semantics: 'unknown' }),
        call({ ...known, input_tokens: -5 }),
      ]).map((cost) => cost !== null),
    ).toEqual([true, false, false, false, false, true]);
    // Less went in than nothing: that is 0, of the tokens that came out the price stays.
    const without = modelSettings.parse({ name: 'credit' });
    const batch = new Producer('p').inferences([inference('a', start, { features: call(known) })]);
    expect(withCosts(without, batch)).toBe(batch);
    const listed = modelSettings.parse({ name: 'credit', prices: { other: { input: 1 } } });
    expect(withCosts(listed, batch)).toBe(batch);
  });

  it.each([
    ['gpt-4o-mini', 0.15],
    ['gpt-4o-mini-2024-07-18', 0.15],
    ['gpt-4o-mini-20240718', 0.15],
    ['gpt-4o-mini@latest', 0.15],
    ['gpt-4o', undefined],
    ['gpt-4o-mini-audio', undefined],
    ['__proto__', undefined],
  ])('%s is listed at %s', (id, input) => {
    expect(priceOfModel(prices, id)?.input).toBe(input);
  });

  test.each([{ m: { input: -1 } }, { m: { output: 1 } }, { m: { input: 1, extra: 1 } }, { '': { input: 1 } }])(
    'a table like %j is refused',
    (table) => {
      expect(modelSettings.safeParse({ name: 'm', prices: table }).success).toBe(false);
    },
  );
});

describe('calls of a language model, from the event to the chart', () => {
  let api: TestApi;

  beforeAll(async () => {
    const ratings = ['feedback' as const, 'evaluation' as const];
    const model = { name: 'assistant', window: '1h', reference: { rows: 400 }, ratings, prices };
    api = await startTestApi({ models: [model] });
    const producer = new Producer('app');
    const random = seededRandom(4);
    for (let hour = 0; hour < 16; hour++) {
      // From the tenth hour on answers are longer, later, more often refused, and people like them less.
      const isWorse = hour >= 10;
      const events = Array.from({ length: 100 }, (_, row) => {
        const tokens = Math.round(Math.exp(5 + 0.4 * normal(random)) * (isWorse ? 3 : 1));
        const isRefused = random() < (isWorse ? 0.4 : 0.05);
        return inference(`${hour}-${row}`, start + hour * hourMs + row * 1_000, {
          model: 'assistant',
          prediction: null,
          score: null,
          groups: {},
          latencyMs: 400 + 3 * tokens,
          features: call({
            operation: 'chat',
            provider: 'openai',
            request_model: 'gpt-4o-mini',
            token_semantics: 'inclusive',
            response_model: 'gpt-4o-mini-2024-07-18',
            finish_reason: isRefused ? 'refusal' : 'stop',
            input_tokens: 300 + Math.round(100 * random()),
            output_tokens: tokens,
            time_to_first_token_ms: 200 + 50 * normal(random) + (isWorse ? 150 : 0),
          }),
        });
      });
      api.engine.apply(producer.inferences(events), null);
      const rated = events.flatMap(({ id, time }) => [
        { ...outcome(id, time + 5_000, random() < (isWorse ? 0.3 : 0.8) ? 1 : 0), type: 'feedback' as const },
        { ...outcome(id, time + 6_000, random() * (isWorse ? 0.5 : 1)), id: `${id} e`, type: 'evaluation' as const },
      ]);
      api.engine.apply(producer.outcomes(rated.map((event) => ({ ...event, model: 'assistant' }))), null);
      await api.engine.commit();
    }
  });
  afterAll(() => api.stop());

  it.each(['input_tokens', 'output_tokens', 'cost_usd', 'time_to_first_token_ms', 'finish_reason'])(
    'have a profile of %s that is compared and drawn',
    async (name) => {
      const drawn = (await api.ask(`/v1/models/assistant/distribution?signal=feature:${name}`)).body;
      expect(drawn).toMatchObject({ referenceRows: expect.any(Number), currentRows: 100 });
      expect(drawn.bins.length).toBeGreaterThan(1);
      const { body } = await api.ask('/v1/models/assistant/drift');
      const found = body.signals.find(({ signal }: { signal: string }) => signal === `feature:${name}`);
      const alarmed = Math.max(...found.evidenceLevel);
      if (name === 'input_tokens') expect(alarmed).toBeLessThan(1);
      else expect(alarmed, found.latest.sentence).toBeGreaterThanOrEqual(1);
    },
  );

  it('have a latency that drifts, and ratings that got worse', async () => {
    const { body } = await api.ask('/v1/models/assistant/drift');
    const latency = body.signals.find(({ signal }: { signal: string }) => signal === 'latency');
    expect(Math.max(...latency.evidenceLevel)).toBeGreaterThanOrEqual(1);
    const { items } = (await api.ask('/v1/alerts?model=assistant')).body;
    const sentences = items.map(({ sentence }: { sentence: string }) => sentence).join('\n');
    expect(sentences).toMatch(/^(feedback|evaluation) got worse: mean 0\.\d+ → 0\.\d+ over 100 ratings; /m);
    const { concerns } = (await api.ask('/v1/models/assistant')).body;
    const ofRatings = concerns.filter(({ signal }: { signal: string }) => signal.startsWith('performance:'));
    expect(ofRatings.map(({ signal }: { signal: string }) => signal).sort()).toEqual([
      'performance:evaluation',
      'performance:feedback',
    ]);
  });
});
