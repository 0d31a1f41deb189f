import type { Alert, AlertChanges, AlertHistory } from '@plumbline/collector/api';

/** Everything known about an alert, for programs; for people the collector writes a document. */
export interface Incident {
  readonly alert: Alert;
  readonly history: AlertHistory['items'];
  readonly changes: AlertChanges['items'];
  /** What its alarms were computed from; `plumbline certificate verify` computes them again. */
  readonly certificates: unknown;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly exportedAt: number;
}

/** A record that a program reads: everything, as the collector gave it. */
export function incidentJson(incident: Incident): string {
  return `${JSON.stringify({ format: 'plumbline-incident', formatVersion: 1, ...incident }, null, 2)}\n`;
}
