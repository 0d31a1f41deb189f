import { NodeSDK } from '@opentelemetry/sdk-node';
import { createMonitor } from '../create-monitor.ts';
import { exitTimeoutMs, shutdownTimeoutMs, timeoutOf, within } from '../deadline.ts';
import { MonitorOptionsError, TelemetryExistsError } from '../errors.ts';
import { atExit, atSignal } from '../exit.ts';
import type { Monitor } from '../monitor.ts';
import type { MonitorOptions } from '../options.ts';
import { bool, object } from '../options-checks.ts';
import { createSpanProcessor, type ModelCallOptions } from '../otel/index.ts';
import { registeredProvider } from '../otel/registry.ts';
import type { FlushResult } from '../status.ts';

type Configuration = NonNullable<ConstructorParameters<typeof NodeSDK>[0]>;

export interface MonitoringOptions extends MonitorOptions {
  /**
   * What the SDK of OpenTelemetry gets beside the monitor: where spans and measurements are exported to, instrumentations,
   * a sampler. Default: nothing leaves for anywhere but the broker.
   */
  readonly openTelemetry?: Partial<Omit<Configuration, 'traceExporter' | 'serviceName'>>;
  /** How model calls found in spans of instrumentations become inferences; `false` leaves spans alone. */
  readonly spans?: ModelCallOptions | false;
}

export interface Monitoring {
  readonly monitor: Monitor;
  /** Flushes and ends the SDK of OpenTelemetry and the monitor, in 5 s or as many as are given. Never rejects. */
  shutdown(options?: { readonly timeoutMs?: number }): Promise<FlushResult>;
}

/**
 * For apps without OpenTelemetry: sets it up, and a monitor with it. Call it first, before clients are made.
 *
 * Throws a `TelemetryExistsError` where somebody has registered a provider: an app's own set-up is never replaced or
 * doubled. Such an app makes its monitor with `createMonitor` and adds `createSpanProcessor(monitor)` to its provider.
 */
export function startMonitoring(options: MonitoringOptions): Monitoring {
  const existing = (['trace', 'metrics'] as const).filter((signal) => registeredProvider(signal) !== undefined);
  if (existing.length > 0) {
    throw new TelemetryExistsError(existing);
  }
  const { openTelemetry: given = {}, spans = {}, ...monitorOptions } = options ?? {};
  // JavaScript may give anything.
  const openTelemetry: NonNullable<MonitoringOptions['openTelemetry']> = object(given, 'openTelemetry');
  list(openTelemetry.spanProcessors, 'openTelemetry.spanProcessors');
  const flushAtExit = bool(options.flushAtExit, 'flushAtExit') ?? true;
  const flushAtSignals = bool(options.flushAtSignals, 'flushAtSignals') ?? false;
  // Its end comes after that of OpenTelemetry, and is seen to here.
  const monitor = createMonitor({ ...monitorOptions, flushAtExit: false, flushAtSignals: false });
  let sdk: NodeSDK;
  try {
    sdk = startOpenTelemetry(monitor, options.service, openTelemetry, spans);
  } catch (error) {
    // Nobody will ever get it.
    void monitor.shutdown({ timeoutMs: 0 });
    throw error;
  }
  const end = async (timeoutMs: number): Promise<FlushResult> => {
    forgetExit();
    forgetSignals();
    const startedAt = performance.now();
    // Spans end in the monitor, so it goes last; an exporter that hangs leaves it half of the time.
    await within(
      timeoutMs / 2,
      Promise.resolve().then(() => sdk.shutdown()),
    ).catch(() => {});
    return monitor.shutdown({ timeoutMs: Math.max(0, timeoutMs - (performance.now() - startedAt)) });
  };
  let ended: Promise<FlushResult> | undefined;
  const shutdown = (limits?: { readonly timeoutMs?: number }) => {
    ended ??= end(timeoutOf(limits, shutdownTimeoutMs));
    return ended;
  };
  const forgetExit = flushAtExit ? atExit(() => void shutdown({ timeoutMs: exitTimeoutMs })) : () => {};
  const forgetSignals = flushAtSignals ? atSignal(shutdown) : () => {};
  return { monitor, shutdown };
}

function startOpenTelemetry(
  monitor: Monitor,
  serviceName: string,
  configuration: NonNullable<MonitoringOptions['openTelemetry']>,
  spans: ModelCallOptions | false,
): NodeSDK {
  const processor = spans === false ? undefined : createSpanProcessor(monitor, spans);
  const { sampler, spanProcessors = [] } = configuration;
  const sdk = new NodeSDK({
    // The environment's default would be to export to this machine, where most often nobody listens.
    metricReaders: [],
    logRecordProcessors: [],
    ...configuration,
    serviceName,
    spanProcessors: [...(processor === undefined ? [] : [processor]), ...spanProcessors],
    // What it decides is what the app's own sampler decides, or to record.
    ...(sampler === undefined ? {} : { sampler: (processor?.sampler(sampler) ?? sampler) as typeof sampler }),
  });
  sdk.start();
  return sdk;
}

function list(value: unknown, where: string): void {
  if (value !== undefined && !Array.isArray(value)) {
    throw new MonitorOptionsError(where, 'must be a list');
  }
}
