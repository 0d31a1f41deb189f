import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import type { Store } from '../store/port.ts';
import type { Alert } from './alert.ts';
import { changeReference, type StoredReference } from './change-reference.ts';
import { alertAtRevision, type StoredAlert } from './records.ts';
import type { AlertControl, AlertService } from './service.ts';

/**
 * Marks an alert as expected: what windows since it fired hold is the new normal. They become the reference of the
 * version, the alert is resolved, and both are audited with the reason.
 */
export async function markExpected(
  { store, alerts, clock }: { readonly store: Store; readonly alerts: AlertService; readonly clock: () => number },
  actor: { readonly subject: string },
  settings: ModelSettings,
  request: {
    readonly alert: string;
    readonly from?: number | undefined;
    readonly to?: number | undefined;
    readonly reason: string;
  },
  control: AlertControl,
): Promise<StoredAlert & { readonly rows: number; readonly windows: number; readonly reference: string }> {
  return store.transaction(async (transaction) => {
    const stored = await alertAtRevision(transaction, request.alert, control.expectedRevision);
    const { alert } = stored;
    if (alert.kind === 'traffic' || alert.state === 'resolved') {
      const reason = alert.kind === 'traffic' ? 'nothing_to_compare' : 'alert_resolved';
      throw new PlumblineError('REFUSED', 'only what is open and is about a comparison can be expected', {
        details: { reason },
      });
    }
    const from = request.from ?? alert.findings[0]?.from ?? alert.since - settings.window;
    const change = { actor: actor.subject, at: clock(), reason: request.reason, requestId: control.requestId };
    const changed: StoredReference[] = [];
    for (const segment of segmentsOf(alert)) {
      const { model, environment, version } = alert;
      const key = { model, environment, version, ...(segment === undefined ? {} : { segment }) };
      changed.push(await changeReference(transaction, settings, key, { from, to: request.to }, change));
    }
    // An alert has findings, and so at least one of these; the whole comes first.
    const { rows, windows, reference } = changed[0]!;
    const expected = { reason: request.reason, reference: reference.id };
    const resolved = await alerts.resolveExpected(transaction, actor, stored, expected, control.requestId);
    return { ...resolved, rows, windows, reference: reference.id };
  });
}

/** What the alert is about: the whole (`undefined`), segments, or both. */
function segmentsOf({ findings }: Alert): (string | undefined)[] {
  const isWhole = findings.length === 0 || findings.some(({ segment }) => segment === undefined);
  const segments = new Set(findings.flatMap(({ segment }) => segment ?? []));
  return [...(isWhole ? [undefined] : []), ...[...segments].sort()];
}
