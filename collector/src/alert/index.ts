export type { Alert, AlertKind, AlertState } from './alert.ts';
export {
  type AlertChange,
  AlertService,
  type AlertWindow,
  readAlert,
  readAlerts,
  type StoredAlert,
} from './service.ts';
