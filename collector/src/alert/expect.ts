import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { referenceOfWindows, rowCounts } from '../profile/index.ts';
import { appendAudit } from '../store/audit.ts';
import { readProfiles, readReference, type VersionKey } from '../store/history.ts';
import type { Store, Transaction } from '../store/port.ts';
import type { Alert } from './alert.ts';
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
    const from = request.from ?? alert.findings[0]?.from ?? alert.since - settings.window;
    const changed: ChangedReference[] = [];
    for (const segment of segmentsOf(alert)) {
      const { model, environment, version } = alert;
      const slice = segment === undefined ? { version } : { version, segment };
      const one = await changeReference(transaction, { model, environment, ...slice }, from, request.to);
      await appendAudit(transaction, {
        ...{ at: clock(), actor: actor.subject, action: 'reference.changed' },
        target: `model/${environment}/${model}`,
        reason: request.reason,
        before: { ...slice, reference: one.before, rows: one.rowsBefore },
        after: { ...slice, reference: one.reference, rows: one.rows, from: one.from, to: one.to },
        requestId: control.requestId,
      });
      changed.push(one);
    }
    // An alert has findings, and so at least one of these; the whole comes first.
    const { rows, windows, reference } = changed[0]!;
    const expected = { reason: request.reason, reference };
    const resolved = await alerts.resolveExpected(transaction, actor, stored, expected, control.requestId);
    return { ...resolved, rows, windows, reference };
  });
}

interface ChangedReference {
  readonly before: string;
  readonly rowsBefore: number;
  readonly reference: string;
  readonly rows: number;
  readonly windows: number;
  readonly from: number;
  readonly to: number;
}

/** What the alert is about: the whole (`undefined`), segments, or both. */
function segmentsOf({ findings }: Alert): (string | undefined)[] {
  const isWhole = findings.length === 0 || findings.some(({ segment }) => segment === undefined);
  const segments = new Set(findings.flatMap(({ segment }) => segment ?? []));
  return [...(isWhole ? [undefined] : []), ...[...segments].sort()];
}

/** Puts together what closed windows hold as the new reference of a version or a segment. */
async function changeReference(
  transaction: Transaction,
  key: VersionKey,
  from: number,
  to: number | undefined,
): Promise<ChangedReference> {
  const base = await readReference(transaction, key);
  if (base === undefined) {
    throw new PlumblineError('REFUSED', 'the version has no reference yet', { details: { reason: 'no_reference' } });
  }
  const windows = (await readProfiles(transaction, { ...key, from, to, limit: mostWindows })).filter(
    (window) => window.closed && window.profile.shape.id === base.shape.id,
  );
  const rows = windows.reduce((sum, { profile }) => sum + rowCounts(profile).effective, 0);
  if (rows < fewestRows) {
    const where = key.segment === undefined ? '' : ` of ${key.segment}`;
    throw new PlumblineError('REFUSED', `the closed windows${where} hold ${rows} rows: it takes ${fewestRows}`, {
      details: { reason: 'too_few_rows', rows },
    });
  }
  const reference = referenceOfWindows(
    base,
    windows.map(({ profile }) => profile),
  );
  const end = windows.at(-1)?.to ?? from;
  await putExpectedReference(transaction, key, { base: base.id, judgedFrom: end, reference });
  return {
    ...{ before: base.id, rowsBefore: base.rows, reference: reference.id, rows, windows: windows.length },
    ...{ from: windows[0]?.from ?? from, to: end },
  };
}
