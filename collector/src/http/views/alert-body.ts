import type { z } from 'zod';
import {
  type Alert,
  inhibitorOf,
  readAlertsOfModel,
  readLiveSilences,
  type Silence,
  type StoredAlert,
  silenceOf,
  silenceState,
} from '../../alert/index.ts';
import type { ReadTransaction } from '../../store/port.ts';
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
  const silences = await readLiveSilences(transaction, now);
  const beside = new Map<string, readonly Alert[]>();
  const bodies: AlertBody[] = [];
  for (const { alert: one, revision } of stored) {
    const key = JSON.stringify([one.environment, one.model]);
    const others = beside.get(key) ?? (await readAlertsOfModel(transaction, one)).map(({ alert: other }) => other);
    beside.set(key, others);
    const inhibitor = inhibitorOf(one, others);
    const silencedBy = silenceOf(one, silences, now);
    bodies.push({
      ...one,
      findings: one.findings.map((finding) => ({ ...finding, statistics: { ...finding.statistics } })),
      silence: silencedBy && {
        id: silencedBy.id,
        by: silencedBy.by,
        until: silencedBy.endsAt,
        reason: silencedBy.reason,
      },
      inhibitedBy: inhibitor && { alert: inhibitor.id, kind: inhibitor.kind },
      notifiedAt: await services.notifications.notifiedAt(transaction, one),
      revision,
    });
  }
  return bodies;
}

export function silenceBody(one: Silence, revision: number, now: number): z.input<typeof silence> {
  const { createdAt: _, ...body } = one;
  return { ...body, state: silenceState(one, now), revision };
}
