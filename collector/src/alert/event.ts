import type { OutgoingEvent } from '../store/outgoing.ts';
import type { Alert } from './alert.ts';

/** What receivers are sent about an alert: no rows, nobody's data. */
export function eventOf(alert: Alert, type: string, time: number): OutgoingEvent {
  return {
    type,
    subject: `${alert.model}/${alert.version}`,
    time,
    data: {
      alertId: alert.id,
      model: alert.model,
      environment: alert.environment,
      version: alert.version,
      kind: alert.kind,
      severity: alert.severity,
      state: alert.state,
      sentence: alert.sentence,
      since: new Date(alert.since).toISOString(),
      acknowledgement: alert.acknowledgement,
    },
  };
}
