import type { Alert } from '../alert/index.ts';

const shownFeatures = 5;

/** What a trainer may want to look at: no rows, nobody's data. */
export function evidenceOf(alert: Alert) {
  const [first] = alert.findings;
  return {
    alert: alert.id,
    windows: alert.firingWindows,
    from: first === undefined ? null : new Date(first.from).toISOString(),
    to: first === undefined ? null : new Date(first.to).toISOString(),
    rows: first?.rows ?? 0,
    referenceDigest: first?.reference ?? null,
    topFeatures: alert.findings.slice(0, shownFeatures).map(({ signal, evidence }) => ({
      name: signal,
      evidence: evidence?.level ?? null,
    })),
  };
}
