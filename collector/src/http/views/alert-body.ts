import type { z } from 'zod';
import {
  type Alert,
  inhibitorOf,
  readAlertsOfModels,
  readLiveSilences,
  type Silence,
  type StoredAlert,
  silenceOf,
  silenceState,
} from '../../alert/index.ts';
import { compositeKey, type ReadTransaction } from '../../store/port.ts';
import type { alert, silence } from '../api.ts';
import type { Services } from '../ports.ts';

type AlertBody = z.input<typeof alert>;

/** Alerts as the API shows them: with what keeps people from being told of them, and when somebody last was. */
export async function alertBodies(
  services: Pick<Services, 'clock' | 'notifications'>,
  transaction: ReadTransaction,
  stored: readonly StoredAlert[],
): Promise<AlertBody[]> {
  const now = services.clock();
  const alerts = stored.map(({ alert: one }) => one);
  const silences = await readLiveSilences(transaction, now);
  const notifiedAt = await services.notifications.notifiedAt(transaction, alerts);
  const models = new Map(alerts.map((one) => [modelKeyOf(one), one]));
  const beside = Map.groupBy(
    (await readAlertsOfModels(transaction, [...models.values()])).map(({ alert: one }) => one),
    modelKeyOf,
  );
  return stored.map(({ alert: one, revision }) => {
    const inhibitor = inhibitorOf(one, beside.get(modelKeyOf(one)) ?? []);
    const silencedBy = silenceOf(one, silences, now);
    return {
      ...one,
      findings: one.findings.map((finding) => ({ ...finding, statistics: { ...finding.statistics } })),
      silence: silencedBy && {
        id: silencedBy.id,
        by: silencedBy.by,
        until: silencedBy.endsAt,
        reason: silencedBy.reason,
      },
      inhibitedBy: inhibitor && { alert: inhibitor.id, kind: inhibitor.kind },
      notifiedAt: notifiedAt.get(one.id) ?? null,
      revision,
    };
  });
}

const modelKeyOf = ({ environment, model }: Alert) => compositeKey(environment, model);

export function silenceBody(one: Silence, revision: number, now: number): z.input<typeof silence> {
  const { createdAt: _, ...body } = one;
  return { ...body, state: silenceState(one, now), revision };
}
