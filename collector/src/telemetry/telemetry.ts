import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { createInstruments, type Instruments } from './instruments.ts';
import { openOtlpReader } from './otlp-reader.ts';

/** Figures that are asked for when somebody looks. */
export interface StateGauges {
  /** Messages that wait on the stream. */
  lagMessages(): number;
  /** Age of what is read now; 0 when nothing waits. */
  lagSeconds(): number;
  isReady(): boolean;
}

export interface Telemetry {
  readonly instruments: Instruments;
  /** Sends figures of the state too, where metrics are sent; `/metrics` has them under names of its own. */
  observe(state: StateGauges): void;
  /** What was measured since the process started, for `/metrics`. */
  collect(): Promise<readonly ScopeMetrics[]>;
  /** Where metrics are sent over OTLP; `null`: nowhere. */
  readonly exportsTo: string | null;
  /** What of the environment's OTEL variables is not understood, in sentences. */
  readonly warnings: readonly string[];
  /** Sends what is left. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  readonly version: string;
  /** The standard variables `OTEL_*`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Longest that the end of the process waits for a receiver of metrics. */
const goodbyeMs = 2_000;

/**
 * Measures the collector itself. `/metrics` has what is measured at all times; over OTLP it is sent when the environment
 * names a receiver (`OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`), and else nothing is loaded.
 */
export async function startTelemetry({ version, environment }: TelemetryOptions): Promise<Telemetry> {
  const scrape = new ScrapeReader();
  const { reader, exportsTo, warnings } = await openOtlpReader(environment);
  const resource = resourceFromAttributes({ 'service.name': 'plumbline-collector', 'service.version': version });
  const provider = new MeterProvider({
    resource: resource.merge(detectResources({ detectors: [envDetector] })),
    readers: reader === null ? [scrape] : [scrape, reader],
  });
  return {
    instruments: createInstruments(provider.getMeter('plumbline', version)),
    observe(state) {
      if (reader !== null) observe(provider, state);
    },
    collect: async () => (await scrape.collect()).resourceMetrics.scopeMetrics,
    exportsTo,
    warnings,
    stop: () => provider.shutdown({ timeoutMillis: goodbyeMs }).catch(() => undefined),
  };
}

/** The scope of figures that `/metrics` already has under names of its own. */
export const stateScope = 'plumbline.state';

function observe(provider: MeterProvider, state: StateGauges): void {
  const meter = provider.getMeter(stateScope);
  const gauge = (name: string, description: string, unit: string, read: () => number) =>
    meter.createObservableGauge(name, { description, unit }).addCallback((result) => result.observe(read()));
  gauge('plumbline.stream.lag.messages', 'Messages that wait on the stream', '{message}', state.lagMessages);
  gauge('plumbline.stream.lag.time', 'Age of what is read now; 0 when nothing waits', 's', state.lagSeconds);
  gauge('plumbline.ready', '1 when the collector takes traffic', '1', () => (state.isReady() ? 1 : 0));
}

/** Gives what was measured when it is asked for. */
class ScrapeReader extends MetricReader {
  protected async onShutdown(): Promise<void> {}
  protected async onForceFlush(): Promise<void> {}
}
