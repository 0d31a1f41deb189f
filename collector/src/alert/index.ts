export {
  type Alert,
  type AlertKind,
  type AlertSeverity,
  type AlertState,
  alertKinds,
  isOpen,
  severityRank,
} from './alert.ts';
export { changeReference, referenceOfRange } from './change-reference.ts';
export { markExpected } from './expect.ts';
export { takeExpectedReference } from './expected-reference.ts';
export { type AlertEvent, keptEvents, readAlertHistory, recordEvent } from './history.ts';
export { inhibitorOf } from './inhibition.ts';
export {
  alertAtRevision,
  readAlert,
  readAlerts,
  readAlertsOfModel,
  readAlertsOfModels,
  readLiveSilences,
  readSilences,
  type StoredAlert,
} from './records.ts';
export { AlertService, type AlertWindow } from './service.ts';
export { isHarm } from './severity.ts';
export { type Silence, silenceOf, silenceState } from './silence.ts';
export { SilenceService } from './silences.ts';
