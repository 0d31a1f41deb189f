import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ActionResult, ApiErrorBody, Me } from '@plumbline/collector/api';
import { decodeJwt } from 'jose';
import * as fixtures from './fixtures/index.ts';

export interface RecordedRequest {
  readonly method: string;
  /** Path with query, as it arrived. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly body: unknown;
  /** Other than JSON: then the body is a text. */
  readonly type?: string;
}

type Answer = Reply | ((request: RecordedRequest) => Reply | Promise<Reply>);

/** A real HTTP server that answers as a collector would, for pages that must be seen in states hard to bring about. */
export interface TestCollector {
  readonly url: string;
  readonly requests: RecordedRequest[];
  /** Replaces the answer to a method and path (decoded, without query). */
  answer(method: string, path: string, answer: Answer): void;
  /** Resolves when a page listens to live events. */
  listening(): Promise<void>;
  /** Tells every page that listens. */
  announce(type: 'alert' | 'version' | 'window' | 'retrain', model: string): void;
  /** Back to the fleet of the fixtures, and forgets the requests. */
  reset(): void;
  stop(): Promise<void>;
}

export function apiError(code: string, message: string, details?: Record<string, unknown>): ApiErrorBody {
  return { error: { code, message, ...(details === undefined ? {} : { details }) } };
}

export async function startTestCollector(): Promise<TestCollector> {
  const requests: RecordedRequest[] = [];
  const listeners = new Set<ServerResponse>();
  let answers = standardAnswers();

  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const request: RecordedRequest = {
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '/',
      headers: incoming.headers,
      body: text === '' ? null : JSON.parse(text),
    };
    if (request.url === '/v1/stream') {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write(': watching\n\n');
      listeners.add(outgoing);
      outgoing.once('close', () => listeners.delete(outgoing));
      return;
    }
    requests.push(request);
    const path = decodeURIComponent(request.url.split('?')[0] ?? '/');
    const answer = answers.get(`${request.method} ${path}`) ?? {
      status: 404,
      body: apiError('NOT_FOUND', `There is nothing at ${path}.`),
    };
    const { status = 200, body, type } = typeof answer === 'function' ? await answer(request) : answer;
    outgoing.writeHead(status, { 'content-type': type ?? 'application/json' });
    outgoing.end(type === undefined ? JSON.stringify(body) : String(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (method, path, answer) => void answers.set(`${method} ${path}`, answer),
    async listening() {
      while (listeners.size === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    announce(type, model) {
      for (const listener of listeners) {
        listener.write(`event: ${type}\ndata: ${JSON.stringify({ model, at: 0 })}\n\n`);
      }
    },
    reset() {
      answers = standardAnswers();
      requests.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function standardAnswers(): Map<string, Answer> {
  const model = '/v1/models/credit-risk';
  const answers = new Map<string, Answer>([
    ['GET /v1/me', ({ headers }) => ({ body: meOf(headers) })],
    ['GET /v1/people', { body: fixtures.people }],
    ['GET /v1/status', { body: fixtures.collectorStatus }],
    ['GET /v1/models', { body: fixtures.modelList }],
    [`GET ${model}`, { body: fixtures.modelDetail }],
    [`GET ${model}/drift`, { body: fixtures.driftReport }],
    [
      `GET ${model}/distribution`,
      ({ url }) => ({ body: url.includes('region') ? fixtures.categoryDistribution : fixtures.distribution }),
    ],
    [`GET ${model}/fairness`, { body: fixtures.fairnessReport }],
    [`GET ${model}/performance`, { body: fixtures.performanceReport }],
    [`GET ${model}/weak-segments`, { body: fixtures.weakSegmentReport }],
    [`GET ${model}/versions`, { body: fixtures.versionList }],
    ['GET /v1/alerts', { body: fixtures.alertList }],
    ['GET /v1/retrain-jobs', { body: fixtures.retrainJobList }],
    ['GET /v1/audit', { body: fixtures.auditPage }],
    ['GET /v1/audit/verify', { body: fixtures.auditVerification }],
    [`GET ${model}/data-quality`, { body: fixtures.dataQualityReport }],
    [`GET ${model}/retrain`, { body: fixtures.retrainRecommendation }],
    ['GET /v1/silences', { body: fixtures.silenceList }],
    ['GET /v1/webhooks', { body: fixtures.webhookList }],
    ['GET /v1/deliveries', { body: fixtures.deliveryList }],
    ['GET /v1/dead-letters', { body: fixtures.deadLetterList }],
    ['GET /v1/dead-letters/dl_01', { body: fixtures.deadLetterDetail }],
    ['GET /v1/dead-letter-codes', { body: fixtures.deadLetterCodeList }],
    [`GET ${model}/exemplars`, { body: fixtures.exemplars }],
    ['GET /v1/models/assistant', { body: fixtures.assistantDetail }],
    ['GET /v1/models/assistant/usage', { body: fixtures.usageReport }],
    ['GET /v1/models/assistant/performance', { body: fixtures.assistantPerformance }],
    ['GET /v1/models/assistant/drift', { body: fixtures.assistantDrift }],
    ['GET /v1/models/assistant/distribution', { body: fixtures.distribution }],
    ['GET /v1/models/assistant/versions', { body: fixtures.versionList }],
  ]);
  for (const alert of fixtures.alerts) {
    answers.set(`GET /v1/alerts/${alert.id}`, { body: alert });
    answers.set(`GET /v1/alerts/${alert.id}/history`, { body: fixtures.alertHistory });
    answers.set(`GET /v1/alerts/${alert.id}/changes`, { body: fixtures.alertChanges });
    answers.set(`GET /v1/alerts/${alert.id}/incident`, { body: `# Incident ${alert.id}\n`, type: 'text/markdown' });
    answers.set(`GET /v1/alerts/${alert.id}/certificates`, { body: { certificates: [] } });
    answers.set(`POST /v1/actions/expect/${alert.id}`, { body: done('expect') });
  }
  answers.set('POST /v1/actions/unsilence/si_02', { body: done('unsilence') });
  answers.set('POST /v1/actions/cancel-retrain/rt_02', { body: done('cancel-retrain') });
  answers.set('POST /v1/actions/test-webhook/pager', { body: done('test-webhook') });
  answers.set('POST /v1/actions/replay-deliveries/pager', { body: done('replay-deliveries') });
  answers.set('POST /v1/actions/replay-dead-letter/dl_01', { body: done('replay-dead-letter') });
  answers.set('POST /v1/actions/replay-dead-letters/BAD_FRAME', { body: done('replay-dead-letters') });
  answers.set('POST /v1/actions/replay-delivery/de_02', { body: done('replay-delivery') });
  for (const verb of ['shadow', 'canary', 'promote', 'roll-back', 'pause', 'resume', 'retrain', 'silence']) {
    answers.set(`POST /v1/actions/${verb}/credit-risk`, { body: done(verb) });
  }
  answers.set('POST /v1/actions/approve/ap_01', { body: done('approve') });
  for (const { id } of fixtures.alerts) {
    answers.set(`POST /v1/actions/acknowledge/${id}`, { body: done('acknowledge') });
  }
  return answers;
}

/** Who asks, by the identity token that the host signs. */
function meOf(headers: IncomingHttpHeaders): Me {
  const { username } = decodeJwt<{ username: string }>(String(headers['x-grafana-id']));
  const known = Object.values(fixtures.me).find(({ subject }) => subject === `user:${username}`);
  if (known === undefined) {
    throw new Error(`no such person: ${username}`);
  }
  return known;
}

function done(verb: string): ActionResult {
  return { revision: 15, outcome: 'done', text: `Done: ${verb}`, approval: null };
}
