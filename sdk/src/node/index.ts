export { TelemetryExistsError } from '../errors.ts';
export { type Monitoring, type MonitoringOptions, startMonitoring } from './start-monitoring.ts';
