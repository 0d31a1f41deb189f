import type { Alert } from '../alert.ts';

/** A ticket for drift that has just fired, unless said otherwise. */
export function testAlert(changes: Partial<Alert> = {}): Alert {
  return {
    id: 'alert-1',
    model: 'credit-risk',
    environment: 'production',
    kind: 'drift',
    severity: 'ticket',
    state: 'firing',
    heldState: null,
    version: '1',
    since: 0,
    firedAt: 0,
    resolvedAt: null,
    changedAt: 0,
    firedWallAt: 0,
    alarms: 1,
    climb: 0,
    windowsSinceAlarm: 0,
    quietWindows: 0,
    firingWindows: 1,
    sentence: 'income moved up',
    findings: [],
    acknowledgement: null,
    expected: null,
    ...changes,
  };
}
