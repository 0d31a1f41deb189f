import { type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

type Environment = Readonly<Record<string, string | undefined>>;

export interface OtlpReader {
  /** `null`: the environment names no receiver. */
  readonly reader: MetricReader | null;
  readonly exportsTo: string | null;
  readonly warnings: readonly string[];
}

const nowhere = { reader: null, exportsTo: null };
const defaultIntervalMs = 60_000;

/** Sends metrics to the receiver that the standard OTEL variables name. The exporter reads the rest of them itself. */
export async function openOtlpReader(environment: Environment): Promise<OtlpReader> {
  const value = (name: string) => environment[name]?.trim() || undefined;
  const endpoint = value('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT') ?? value('OTEL_EXPORTER_OTLP_ENDPOINT');
  const isOff =
    value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || value('OTEL_METRICS_EXPORTER')?.toLowerCase() === 'none';
  if (endpoint === undefined || isOff) return { ...nowhere, warnings: [] };
  if (!URL.canParse(endpoint)) {
    return { ...nowhere, warnings: [`OTEL_EXPORTER_OTLP_ENDPOINT ${JSON.stringify(endpoint)} is not a URL`] };
  }
  const protocol =
    value('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') ?? value('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  if (protocol !== 'http/protobuf' && protocol !== 'http/json') {
    const text = `OTEL_EXPORTER_OTLP_PROTOCOL ${protocol} is not spoken here: metrics are not sent; use http/protobuf`;
    return { ...nowhere, warnings: [text] };
  }
  const { OTLPMetricExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  const interval = positive(value('OTEL_METRIC_EXPORT_INTERVAL')) ?? defaultIntervalMs;
  const timeout = Math.min(interval, positive(value('OTEL_METRIC_EXPORT_TIMEOUT')) ?? 30_000);
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: interval,
    exportTimeoutMillis: timeout,
  });
  // An address may hold a password.
  const { origin, pathname } = new URL(endpoint);
  return { reader, exportsTo: `${origin}${pathname}`, warnings: [] };
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}
