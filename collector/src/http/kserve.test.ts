import { decodeBatch } from '@plumbline/sdk/wire';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import { giveUpHalves } from '../main/unpaired-halves.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    // One partition, so that the rows of a call are one batch.
    collector: { nats: { partitions: 1 } },
    models: [
      {
        name: 'iris',
        task: 'multiclass_classification',
        features: ['sepal_length', 'sepal_width'].map((name) => ({ name, type: 'number' as const })),
      },
      { name: 'credit', positive: 'repaid', groups: [{ attribute: 'sex', reference: 'male' }] },
      { name: 'price', task: 'regression' },
    ],
  });
});
afterAll(() => api.stop());
afterEach(() => void api.published.splice(0));

const requestType = 'org.kubeflow.serving.inference.request';
const responseType = 'org.kubeflow.serving.inference.response';

/** One half of a call, in the binary mode that KServe's logger uses. */
function send(type: string, id: string, body: unknown, more: { at?: string; path?: string; service?: string } = {}) {
  return api.ask(more.path ?? '/v1/kserve', {
    as: 'gateway',
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-type': type,
      'ce-source': 'http://localhost:9081/',
      'ce-time': more.at ?? '2026-11-22T10:00:00Z',
      'ce-inferenceservicename': more.service ?? 'iris',
      'ce-namespace': 'models',
    },
  });
}

function batch() {
  const [first] = api.published;
  if (first === undefined) throw new Error('nothing was published');
  const decoded = decodeBatch(first.bytes, first.contentType, { producer: 'x', batch: 1 });
  if (decoded.kind !== 'inference') throw new Error('not inferences');
  const texts = ({ codes, dictionary }: { codes: ArrayLike<number>; dictionary: readonly string[] }) =>
    Array.from(codes, (code) => (code === 0 ? null : dictionary[code - 1]));
  return {
    ids: decoded.ids,
    versions: texts(decoded.versions),
    predictions: decoded.predictions.type === 'number' ? [...decoded.predictions.values] : texts(decoded.predictions),
    scores: [...decoded.scores.values],
    latencies: [...decoded.latenciesMs.values],
    times: [...decoded.times],
    groups: Object.fromEntries(Object.entries(decoded.groups).map(([name, column]) => [name, texts(column)])),
    features: Object.fromEntries(
      decoded.schema.features.map(({ name }, index) => {
        const column = decoded.features[index];
        return [name, column?.type === 'number' ? [...column.values] : column === undefined ? [] : texts(column)];
      }),
    ),
  };
}

describe("what KServe's logger sends", () => {
  it('is one inference a row once request and response have come (V1)', async () => {
    const request = {
      instances: [
        [6.8, 2.8],
        [6.0, 3.4],
      ],
    };
    expect(await send(requestType, 'call-1', request)).toMatchObject({ status: 202, body: { accepted: 0 } });
    const response = await send(responseType, 'call-1', { predictions: [1, 2] }, { at: '2026-11-22T10:00:00.012Z' });
    expect(response).toMatchObject({ status: 202, body: { accepted: 2 } });
    expect(batch()).toMatchObject({
      ids: ['call-1.0', 'call-1.1'],
      features: { sepal_length: [6.8, 6], sepal_width: [2.8, 3.4] },
      predictions: ['1', '2'],
      latencies: [12, 12],
      times: [Date.parse('2026-11-22T10:00:00Z'), Date.parse('2026-11-22T10:00:00Z')],
    });
  });

  it('is paired in either order, and kept over a restart in between', async () => {
    await send(responseType, 'call-2', { predictions: [0] }, { at: '2026-11-22T10:00:01Z' });
    await send(requestType, 'call-2', { instances: [[1, 2]] });
    expect(batch()).toMatchObject({ ids: ['call-2'], predictions: ['0'], latencies: [1000] });
  });

  it('is read from tensors of the Open Inference Protocol (V2), with labels and probabilities', async () => {
    const column = (name: string, datatype: string, data: unknown[]) => ({ name, datatype, shape: [2, 1], data });
    const inputs = [column('income', 'FP64', [41_000, 52_000]), column('sex', 'BYTES', ['female', 'male'])];
    await send(requestType, 'call-3', { id: 'x', inputs }, { service: 'credit' });
    const outputs = [
      { name: 'output_label', datatype: 'BYTES', shape: [2], data: ['repaid', 'defaulted'] },
      { name: 'output_probability', datatype: 'FP32', shape: [2, 2], data: [0.2, 0.8, 0.7, 0.3] },
    ];
    await send(responseType, 'call-3', { model_name: 'credit', model_version: '7', outputs }, { service: 'credit' });
    expect(batch()).toMatchObject({
      versions: ['7', '7'],
      predictions: ['repaid', 'defaulted'],
      scores: [0.8, 0.3],
      groups: { sex: ['female', 'male'] },
      features: { income: [41_000, 52_000] },
    });
  });

  it('is read from one wide tensor in the order of the declared features', async () => {
    const inputs = [{ name: 'input-0', datatype: 'FP32', shape: [2, 2], data: [1, 2, 3, 4] }];
    await send(requestType, 'call-4', { inputs });
    await send(responseType, 'call-4', { outputs: [{ name: 'predict', datatype: 'INT64', shape: [2], data: [0, 1] }] });
    expect(batch().features).toEqual({ sepal_length: [1, 3], sepal_width: [2, 4] });
  });

  it('has a number as prediction where the task is regression, and probabilities as score where it is not', async () => {
    await send(requestType, 'call-5', { instances: [{ rooms: 3 }] }, { service: 'price' });
    await send(responseType, 'call-5', { predictions: [181.5] }, { service: 'price' });
    expect(batch()).toMatchObject({ predictions: [181.5], features: { rooms: [3] } });
    api.published.splice(0);
    await send(requestType, 'call-6', { instances: [{ income: 1 }, { income: 2 }] }, { service: 'credit' });
    await send(responseType, 'call-6', { predictions: [[0.1, 0.9], 0.25] }, { service: 'credit' });
    expect(batch()).toMatchObject({ predictions: ['repaid', 'not repaid'], scores: [0.9, 0.25] });
  });

  it('takes model and version from the address where the logger does not name them', async () => {
    const path = '/v1/kserve?model=price&version=2026-11';
    await send(requestType, 'call-7', { instances: [{ rooms: 1 }] }, { path, service: '' });
    await send(responseType, 'call-7', { predictions: [1.5] }, { path, service: '' });
    expect(batch().versions).toEqual(['2026-11']);
  });

  it('is taken in structured mode, and with the token as password of the address', async () => {
    const event = (type: string, data: unknown) =>
      fetch(`${api.url}/v1/kserve`, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents+json',
          authorization: `Basic ${Buffer.from('any:secret-of-gateway').toString('base64')}`,
        },
        body: JSON.stringify({
          specversion: '1.0',
          id: 'call-8',
          type,
          source: 'x',
          inferenceservicename: 'price',
          data,
        }),
      });
    expect((await event(requestType, { instances: [{ rooms: 2 }] })).status).toBe(202);
    expect((await event(responseType, { predictions: [2.5] })).status).toBe(202);
    expect(batch().predictions).toEqual([2.5]);
  });

  it('finds its other half again after the broker was out of reach', async () => {
    await send(requestType, 'call-9', { instances: [[1, 2]] });
    api.failPublishing = true;
    expect((await send(responseType, 'call-9', { predictions: [1] })).status).toBe(503);
    api.failPublishing = false;
    expect((await send(responseType, 'call-9', { predictions: [1] })).body).toMatchObject({ accepted: 1 });
  });

  it.each([
    ['is no JSON', requestType, '{', 'BAD_JSON'],
    ['is of another type', 'org.example.other', {}, 'BAD_CLOUD_EVENT'],
  ])('is refused and kept aside when it %s', async (_name, type, body, reason) => {
    expect(await send(type, 'bad-1', body)).toMatchObject({ status: 400, body: { error: { details: { reason } } } });
    expect(api.published[0]?.headers).toMatchObject({ 'Plumbline-Refused-Code': reason });
  });

  it.each([
    [
      'an answer is missing',
      {
        instances: [
          [1, 2],
          [3, 4],
        ],
      },
      { predictions: [1] },
      /2 rows were asked about, 1 answered/,
    ],
    ['a row is too long', { instances: [[1, 2, 3]] }, { predictions: [1] }, /3 values, the settings declare 2/],
    ['a row is an image', { instances: [[[1], [2]]] }, { predictions: [1] }, /more than one dimension/],
    ['there are no instances', { rows: [] }, { predictions: [1] }, /neither `instances`/],
    [
      'a tensor is cut',
      { inputs: [{ name: 'a', shape: [3], data: [1] }] },
      { predictions: [1] },
      /its shape says otherwise/,
    ],
  ])('is refused with what is wrong when %s', async (name, request, response, reason) => {
    await send(requestType, `bad ${name}`.replaceAll(' ', '-'), request);
    const answer = await send(responseType, `bad ${name}`.replaceAll(' ', '-'), response);
    expect(answer.body.error.message).toMatch(reason);
    expect(api.published).toHaveLength(1);
  });

  it('is refused when nobody declared the model', async () => {
    expect(await send(requestType, 'call-x', {}, { service: 'unheard-of' })).toMatchObject({
      status: 404,
      body: { error: { code: 'UNKNOWN_MODEL' } },
    });
  });

  it('is given up with a dead letter when the other half does not come within an hour', async () => {
    const publish = async (batches: typeof api.published) => void api.published.push(...batches);
    await send(requestType, 'alone', { instances: [[1, 2]] });
    await giveUpHalves(api.store, publish as never, api.now + 3_500_000);
    expect(api.published).toEqual([]);
    await giveUpHalves(api.store, publish as never, api.now + 3_700_000);
    expect(api.published.map(({ headers }) => headers?.['Plumbline-Refused-Reason']).join()).toMatch(
      /alone\) never came/,
    );
    expect((await send(responseType, 'alone', { predictions: [1] })).body).toMatchObject({ accepted: 0 });
  });
});
