import type { CategoryColumn, FeatureDeclaration, InferenceBatch } from '@plumbline/sdk/event';

/** A seeded batch of inferences with all kinds of columns, for tests. */
export function sampleBatch(count: number, seed: number, start = 0): InferenceBatch {
  const random = seededRandom(seed);
  const features: FeatureDeclaration[] = [
    { name: 'income', type: 'number' },
    { name: 'visits', type: 'number' },
    { name: 'region', type: 'category' },
  ];
  const income = new Float64Array(count);
  const visits = new Float64Array(count);
  const scores = new Float64Array(count);
  const latencies = new Float64Array(count);
  const times = new Float64Array(count);
  const region: (string | null)[] = [];
  const predictions: (string | null)[] = [];
  const sex: (string | null)[] = [];
  for (let i = 0; i < count; i++) {
    const draw = random();
    income[i] = draw < 0.03 ? Number.NaN : draw < 0.04 ? Number.POSITIVE_INFINITY : Math.exp(10 + random() + random());
    visits[i] = Math.floor(random() * random() * 6);
    scores[i] = random();
    latencies[i] = 1 + 20 * random() ** 4;
    times[i] = start + i * 1_000;
    region.push(random() < 0.05 ? null : ['north', 'south', 'east', 'west'][Math.floor(random() * random() * 4)]!);
    predictions.push(random() < 0.01 ? null : scores[i]! > 0.5 ? '1' : '0');
    sex.push(random() < 0.02 ? null : random() < 0.4 ? 'female' : 'male');
  }
  return {
    kind: 'inference',
    producer: 'sample',
    batch: seed,
    model: 'credit-risk',
    count,
    schema: { id: 'sample', features },
    ids: Array.from({ length: count }, (_, i) => `${seed}-${i}`),
    times,
    versions: categoryColumn(Array(count).fill('1')),
    roles: categoryColumn(Array(count).fill('champion')),
    features: [{ type: 'number', values: income }, { type: 'number', values: visits }, categoryColumn(region)],
    predictions: categoryColumn(predictions),
    scores: { type: 'number', values: scores },
    groups: { sex: categoryColumn(sex) },
    latenciesMs: { type: 'number', values: latencies },
    traceIds: categoryColumn(Array(count).fill(null)),
    errors: categoryColumn(Array.from({ length: count }, (_, i) => (i % 97 === 0 ? 'timeout' : null))),
  };
}

export function categoryColumn(texts: readonly (string | null)[]): CategoryColumn {
  const codes = new Map<string, number>();
  const column = Uint32Array.from(texts, (text) => {
    if (text === null) return 0;
    const code = codes.get(text) ?? codes.size + 1;
    codes.set(text, code);
    return code;
  });
  return { type: 'category', codes: column, dictionary: [...codes.keys()] };
}

/** Numbers in [0, 1) that repeat for a seed (mulberry32, Tommy Ettinger, 2017). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
