import { z } from 'zod';
import { markExpected, readAlert } from '../../alert/index.ts';
import { PlumblineError } from '../../errors.ts';
import { actionRequests, actionResult } from '../api.ts';
import { type JsonRoute, jsonRoute } from '../route.ts';
import { action, known } from './action.ts';
import { knownModel } from './known-model.ts';

export const expectRoutes: readonly JsonRoute[] = [
  jsonRoute({
    ...action('expect', 'Mark an alert as expected: what it is about is what its version is compared with', 'alert'),
    errors: ['NOT_FOUND', 'UNKNOWN_MODEL'],
    params: z.strictObject({ alert: z.string().min(1).max(128) }),
    body: actionRequests.expect,
    response: actionResult,
    async handle({ services, actor, params, body, control, announce }) {
      const { expectedRevision, idempotencyKey } = known(control);
      const stored = await services.store.read((transaction) => readAlert(transaction, params.alert));
      if (stored === undefined) {
        throw new PlumblineError('NOT_FOUND', 'there is no such alert');
      }
      const settings = knownModel(services.settings, stored.alert.model);
      const { revision, rows, windows, reference } = await markExpected(
        services,
        actor,
        settings,
        { alert: params.alert, ...body },
        { expectedRevision, requestId: idempotencyKey },
      );
      announce('alert', settings.name);
      const text = `Resolved; compared with ${rows} rows of ${windows} windows from now on (${reference.slice(0, 15)})`;
      return { revision, outcome: 'done' as const, text, approval: null, id: reference };
    },
  }),
];
