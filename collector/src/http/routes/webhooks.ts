import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import type { ReadTransaction, Stored } from '../../store/port.ts';
import {
  countDeliveries,
  type Delivery,
  type Endpoint,
  readDeliveries,
  readDelivery,
  readEndpointState,
} from '../../webhook/index.ts';
import {
  actionRequests,
  actionResult,
  delivery,
  deliveryList,
  deliveryState,
  type webhook,
  webhookList,
} from '../api.ts';
import { afterOf, defaultPageSize, pageOfRead, pageQuery } from '../page.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { action, known } from './action.ts';

const deliveryParams = z.strictObject({ delivery: z.string().min(1).max(256) });
const webhookParams = z.strictObject({ webhook: z.string().min(1).max(128) });

/** Whom the collector tells things, what came of it, and what people may do about that. */
export const webhookRoutes: readonly JsonRoute[] = [
  jsonRoute({
    method: 'GET',
    path: '/v1/webhooks',
    summary: 'Webhooks and notifiers, and how they do; never their secrets',
    access: { kind: 'read' },
    response: webhookList,
    handle: ({ services }) =>
      services.store.read(async (transaction) => ({
        items: await Promise.all(services.deliveries.endpoints().map((endpoint) => bodyOf(transaction, endpoint))),
        inbound: await services.hooks.list(transaction),
      })),
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/deliveries',
    summary: 'Deliveries and their attempts, the latest first',
    access: { kind: 'read' },
    query: pageQuery.extend({ webhook: z.string().max(128).optional(), state: deliveryState.optional() }),
    response: deliveryList,
    async handle({ services, query }) {
      const before = afterOf(query);
      const limit = query.limit ?? defaultPageSize;
      const { webhook: name, state } = query;
      const found = await services.store.read((transaction) =>
        readDeliveries(transaction, {
          before,
          webhook: name,
          state,
          limit: limit + 1,
        }),
      );
      const { items, nextCursor } = pageOfRead(found, limit, ({ key }) => key);
      return { items: items.map(deliveryBody), nextCursor };
    },
  }),

  jsonRoute({
    method: 'GET',
    path: '/v1/deliveries/:delivery',
    summary: 'One delivery and its attempts',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: deliveryParams,
    response: delivery,
    async handle({ services, params }) {
      const stored = await services.store.read((transaction) => readDelivery(transaction, params.delivery));
      if (stored === undefined) {
        throw new PlumblineError('NOT_FOUND', 'there is no such delivery');
      }
      return deliveryBody(stored);
    },
  }),

  jsonRoute({
    ...action('test-webhook', 'Send a webhook or notifier a test; its delivery says what came of it', 'webhook'),
    errors: ['NOT_FOUND'],
    params: webhookParams,
    body: actionRequests['test-webhook'],
    response: actionResult,
    async handle({ services, actor, params, body, control }) {
      const { expectedRevision, idempotencyKey: requestId } = known(control);
      const { revision, delivery: id } = await services.deliveries.test(actor, params.webhook, {
        expectedRevision,
        requestId,
        reason: body.reason,
      });
      return { revision, outcome: 'done' as const, text: 'A test is on its way', approval: null, id };
    },
  }),

  jsonRoute({
    ...action('replay-delivery', 'Send again what was given up', 'delivery'),
    errors: ['NOT_FOUND'],
    params: deliveryParams,
    body: actionRequests['replay-delivery'],
    response: actionResult,
    async handle({ services, actor, params, body, control }) {
      const { expectedRevision, idempotencyKey: requestId } = known(control);
      const revision = await services.deliveries.replay(actor, params.delivery, {
        expectedRevision,
        requestId,
        reason: body.reason,
      });
      const text = 'The delivery is tried again';
      return { revision, outcome: 'done' as const, text, approval: null, id: params.delivery };
    },
  }),

  jsonRoute({
    ...action('replay-deliveries', 'Send again everything to a receiver that was given up', 'webhook'),
    errors: ['NOT_FOUND'],
    params: webhookParams,
    body: actionRequests['replay-deliveries'],
    response: actionResult,
    async handle({ services, actor, params, body, control }) {
      const { expectedRevision, idempotencyKey: requestId } = known(control);
      const { reason, ...range } = body;
      const { revision, count } = await services.deliveries.replayAll(actor, params.webhook, range, {
        expectedRevision,
        requestId,
        reason,
      });
      const outcome = count === 0 ? ('unchanged' as const) : ('done' as const);
      return { revision, outcome, text: `${count} deliveries are tried again`, approval: null };
    },
  }),
];

async function bodyOf(transaction: ReadTransaction, endpoint: Endpoint): Promise<z.input<typeof webhook>> {
  const { name, kind, role, url, events, secrets } = endpoint;
  const { disabled, failingSince: _, ...state } = await readEndpointState(transaction, name);
  const isOpen = state.openUntil !== null;
  return {
    name,
    kind,
    role,
    events: [...events],
    secrets,
    origin: new URL(url).origin,
    ...state,
    state: disabled !== null ? 'disabled' : isOpen ? 'open' : state.failures > 0 ? 'failing' : 'ok',
    disabledReason: disabled?.reason ?? null,
    ...(await countDeliveries(transaction, name)),
  };
}

function deliveryBody({ value, revision }: Stored<Delivery>): z.input<typeof delivery> {
  const { event, attempts, mode: _, earlierAttempts: __, ...rest } = value;
  return {
    ...rest,
    event: event.id,
    type: event.type,
    subject: event.subject,
    attempts: attempts.map((attempt) => ({ ...attempt })),
    revision,
  };
}
