import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import type { RolloutAction } from '../../rollout/index.ts';
import { actionRequests, actionResult } from '../api.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { championOf } from '../views/champion.ts';
import { approvalOfJob, isJobApproval } from '../views/retrain-approval.ts';
import { action, known } from './action.ts';
import { knownModel, modelParams } from './known-model.ts';

/**
 * Control actions. The verb comes first in the path, so that a proxy can give each verb its own permission by prefix.
 * Each needs the revision its caller saw, a key that makes repetitions harmless, and a reason.
 */
export const actionRoutes: readonly JsonRoute[] = [
  rolloutAction('shadow', 'Copy traffic to a version whose answers nobody sees', actionRequests.shadow, (body) => ({
    verb: 'shadow',
    ...body,
  })),
  rolloutAction('canary', 'Serve a share of the traffic with a version', actionRequests.canary, (body) => ({
    verb: 'canary',
    ...body,
  })),
  rolloutAction('promote', 'Make a version the champion, or ask others to agree', actionRequests.promote, (body) => ({
    verb: 'promote',
    ...body,
  })),
  rolloutAction('roll-back', 'Go back to the champion, or to the one before', actionRequests['roll-back'], (body) => ({
    verb: 'roll-back',
    ...body,
  })),
  rolloutAction('pause', 'Hold a rollout where it is; its guards go on', actionRequests.pause, (body) => ({
    verb: 'pause',
    ...body,
  })),
  rolloutAction('reject', 'Say that a version will not serve', actionRequests.reject, (body) => ({
    verb: 'reject',
    ...body,
  })),
  rolloutAction('retire', 'End the life of a version that takes no traffic', actionRequests.retire, (body) => ({
    verb: 'retire',
    ...body,
  })),
  rolloutAction('quarantine', 'Take a version out of service at once', actionRequests.quarantine, (body) => ({
    verb: 'quarantine',
    ...body,
  })),
  rolloutAction(
    'release',
    'End a quarantine: the version begins again as registered',
    actionRequests.release,
    (body) => ({
      verb: 'release',
      ...body,
    }),
  ),
  rolloutAction('dequeue', 'Take a version out of the queue', actionRequests.dequeue, (body) => ({
    verb: 'dequeue',
    ...body,
  })),
  rolloutAction(
    'break-glass',
    'Take the responsibility alone for some minutes, in front of everybody',
    actionRequests['break-glass'],
    (body) => ({ verb: 'break-glass', ...body }),
  ),
  rolloutAction(
    'close-break-glass',
    'End an emergency, or say that what was done in it has been looked at',
    actionRequests['close-break-glass'],
    (body) => ({ verb: 'close-break-glass', ...body }),
  ),
  rolloutAction('resume', 'Let a paused rollout go on', actionRequests.resume, (body) => ({ verb: 'resume', ...body })),

  jsonRoute({
    ...action('approve', 'Approve or deny what somebody else asked for', 'approval'),
    errors: ['NOT_FOUND'],
    params: z.strictObject({ approval: z.string().min(1).max(128) }),
    body: actionRequests.approve,
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey } = known(control);
      if (!isJobApproval(params.approval)) {
        const request = { expectedRevision, requestId: idempotencyKey };
        const result = await services.rollout.approve(actor, params.approval, body, request);
        if (result.approval !== null) {
          announce('version', result.approval.model);
        }
        return result;
      }
      const { job, revision } = await services.retrain.approve(actor, params.approval, body.decision, body.reason, {
        expectedRevision,
        requestId: idempotencyKey,
      });
      announce('retrain', job.model);
      const text =
        body.decision === 'approve'
          ? `Retrain job ${job.id} goes to the trainer`
          : `Retrain job ${job.id} is cancelled`;
      return { revision, outcome: 'done' as const, text, approval: approvalOfJob({ job, revision }, undefined) };
    },
  }),

  jsonRoute({
    ...action('acknowledge', 'Take an alert: somebody is on it', 'alert'),
    errors: ['NOT_FOUND'],
    params: z.strictObject({ alert: z.string().min(1).max(128) }),
    body: actionRequests.acknowledge,
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey } = known(control);
      const { alert, revision } = await services.alerts.acknowledge(actor, params.alert, body, {
        expectedRevision,
        requestId: idempotencyKey,
      });
      announce('alert', alert.model);
      const until = new Date(alert.acknowledgement?.until ?? services.clock()).toISOString();
      return { revision, outcome: 'done' as const, text: `Acknowledged until ${until}`, approval: null };
    },
  }),

  jsonRoute({
    ...action('retrain', 'Ask the trainer for a new version', 'model'),
    errors: ['UNKNOWN_MODEL'],
    params: modelParams,
    body: actionRequests.retrain,
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey } = known(control);
      const settings = knownModel(services.settings, params.model);
      const { version, state, lastEventAt } = await services.store.read((transaction) =>
        championOf(services, transaction, settings),
      );
      const { revision } = state;
      if (revision !== expectedRevision) {
        throw new PlumblineError('STALE_REVISION', `the model is at revision ${revision}, not ${expectedRevision}`, {
          details: { revision },
        });
      }
      if (version === null) {
        throw new PlumblineError('REFUSED', 'the model has no version yet: there is nothing to retrain', {
          details: { reason: 'no_champion' },
        });
      }
      const requested = await services.retrain.request(actor, settings, version, body.reason, {
        requestId: idempotencyKey,
        eventTime: lastEventAt ?? services.clock(),
      });
      const approval = approvalOfJob(requested, settings);
      announce('retrain', settings.name);
      return {
        revision,
        outcome: approval?.state === 'pending' ? ('awaiting_approval' as const) : ('done' as const),
        text: `Retrain job ${requested.job.id} is ${requested.job.state.replaceAll('_', ' ')}`,
        approval,
      };
    },
  }),
];

function rolloutAction<Body extends z.ZodType>(
  verb: RolloutAction['verb'],
  summary: string,
  body: Body,
  toAction: (body: z.output<Body>) => RolloutAction,
): JsonRoute {
  return jsonRoute({
    ...action(verb, summary, 'model'),
    errors: ['UNKNOWN_MODEL', 'UNKNOWN_VERSION'],
    params: modelParams,
    body,
    response: actionResult,
    async handle(request) {
      const { services, actor, params, announce } = request;
      const { expectedRevision, idempotencyKey } = known(request.control);
      const settings = knownModel(services.settings, params.model);
      // `Body` is the type of this route's own body schema.
      const asked = toAction(request.body as z.output<Body>);
      const result = await services.rollout.act(actor, settings, asked, {
        expectedRevision,
        requestId: idempotencyKey,
      });
      announce('version', settings.name);
      return result;
    },
  });
}
