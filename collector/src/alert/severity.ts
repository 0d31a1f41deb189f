import { type Alert, type AlertKind, type AlertSeverity, isOpen } from './alert.ts';

/** How much depends on a model: `high` when wrong or unfair decisions of its must wake somebody. */
export type Criticality = 'normal' | 'high';

const hurts: ReadonlySet<AlertKind> = new Set(['performance', 'fairness']);

/**
 * Who has to know, and how fast. Drift alone may be harmless and never pages; decisions that are wrong or unfair page for
 * models of high criticality, and for every model when the drift that explains them fires with them.
 *
 * @param alerts the alerts of the model, in any order
 */
export function severityOf(kind: AlertKind, alerts: readonly Alert[], criticality: Criticality): AlertSeverity {
  const open = new Set(alerts.filter(isOpen).map((alert) => alert.kind));
  const somebodyIsHurt = open.has('performance') || open.has('fairness');
  switch (kind) {
    case 'drift':
      return somebodyIsHurt ? 'page' : 'ticket';
    case 'performance':
    case 'fairness':
      return criticality === 'high' || open.has('drift') ? 'page' : 'ticket';
    case 'traffic':
      return criticality === 'high' ? 'page' : 'ticket';
    case 'data_quality':
      return 'ticket';
  }
}

/** Which alerts mean that people get wrong or unfair decisions now. */
export function isHarm({ kind }: Pick<Alert, 'kind'>): boolean {
  return hurts.has(kind);
}
