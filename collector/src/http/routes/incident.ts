import { z } from 'zod';
import { readAlert } from '../../alert/index.ts';
import { PlumblineError } from '../../errors.ts';
import { parseInput, type RawRoute, rawRoute } from '../route.ts';
import { incidentReport } from '../views/incident.ts';

const alertParams = z.strictObject({ alert: z.string().min(1).max(128) });

export const incidentRoutes: readonly RawRoute[] = [
  rawRoute({
    method: 'GET',
    path: '/v1/alerts/:alert/incident',
    summary: 'An alert as a document: what, since when, who was hurt, evidence, timeline, actions with audit hashes',
    access: { kind: 'read' },
    errors: ['NOT_FOUND'],
    params: alertParams,
    produces: 'text/markdown; charset=utf-8',
    async respond({ services, params: given }, reply) {
      const { alert: id } = parseInput(alertParams, given, 'path');
      const report = await services.store.read(async (transaction) => {
        const stored = await readAlert(transaction, id);
        if (stored === undefined) throw new PlumblineError('NOT_FOUND', 'there is no such alert');
        const settings = services.settings.models.find(({ name }) => name === stored.alert.model);
        return incidentReport(transaction, stored.alert, settings, services.clock());
      });
      return reply
        .type('text/markdown; charset=utf-8')
        .header('content-disposition', `attachment; filename="incident-${id.replace(/[^\w-]/g, '')}.md"`)
        .send(report);
    },
  }),
];
