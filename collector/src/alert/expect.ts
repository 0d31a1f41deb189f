import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { profileTotals, referenceOfWindows } from '../profile/index.ts';
import { appendAudit } from '../store/audit.ts';
import { readProfiles, readReference } from '../store/history.ts';
import type { Store } from '../store/port.ts';
import { putExpectedReference } from './expected-reference.ts';
import { alertAtRevision, type StoredAlert } from './records.ts';
import type { AlertControl, AlertService } from './service.ts';

/** Fewer rows say too little about what is normal. */
const fewestRows = 200;
const mostWindows = 10_000;

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
    const key = { model: alert.model, environment: alert.environment, version: alert.version };
    const base = await readReference(transaction, key);
    if (base === undefined) {
      throw new PlumblineError('REFUSED', 'the version has no reference yet', { details: { reason: 'no_reference' } });
    }
    const from = request.from ?? alert.findings[0]?.from ?? alert.since - settings.window;
    const windows = (await readProfiles(transaction, { ...key, from, to: request.to, limit: mostWindows })).filter(
      (window) => window.closed && window.profile.shape.id === base.shape.id,
    );
    const rows = windows.reduce((sum, { profile }) => sum + profileTotals(profile).rows, 0);
    if (rows < fewestRows) {
      throw new PlumblineError('REFUSED', `the closed windows hold ${rows} rows: it takes ${fewestRows}`, {
        details: { reason: 'too_few_rows', rows },
      });
    }
    const reference = referenceOfWindows(
      base,
      windows.map(({ profile }) => profile),
    );
    const last = windows.at(-1);
    await putExpectedReference(transaction, key, { base: base.id, judgedFrom: last?.to ?? from, reference });
    await appendAudit(transaction, {
      ...{ at: clock(), actor: actor.subject, action: 'reference.changed' },
      target: `model/${alert.environment}/${alert.model}`,
      reason: request.reason,
      before: { version: alert.version, reference: base.id, rows: base.rows },
      after: {
        version: alert.version,
        reference: reference.id,
        rows,
        from: windows[0]?.from ?? from,
        to: last?.to ?? null,
      },
      requestId: control.requestId,
    });
    const expected = { reason: request.reason, reference: reference.id };
    const resolved = await alerts.resolveExpected(transaction, actor, stored, expected, control.requestId);
    return { ...resolved, rows, windows: windows.length, reference: reference.id };
  });
}
