/** The only thing the SDK ever throws, and only from `createMonitor`: options that cannot work. */
export class MonitorOptionsError extends Error {
  readonly code = 'BAD_OPTIONS';
  /** The option at fault, for example `nats.servers`. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(`createMonitor: ${option} ${message}`);
    this.name = 'MonitorOptionsError';
    this.option = option;
  }
}

/** Thrown by `startMonitoring` alone: the app has a set-up of OpenTelemetry of its own. */
export class TelemetryExistsError extends Error {
  readonly code = 'TELEMETRY_EXISTS';
  /** Signals with a provider: `trace`, `metrics`. */
  readonly signals: readonly string[];

  constructor(signals: readonly string[]) {
    super(
      `startMonitoring: OpenTelemetry is set up already (${signals.join(', ')}). Make the monitor with createMonitor of @plumbline/sdk, and add createSpanProcessor(monitor) of @plumbline/sdk/otel to the span processors there are`,
    );
    this.name = 'TelemetryExistsError';
    this.signals = signals;
  }
}
