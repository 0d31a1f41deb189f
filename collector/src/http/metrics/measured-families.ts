import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { stateScope } from '../../telemetry/index.ts';
import type { MetricFamily, Sample } from './prometheus-text.ts';

type Measured = ScopeMetrics['metrics'][number];
type Point = Measured['dataPoints'][number];

/** What OpenTelemetry measured, in the words of Prometheus: `plumbline.fold.duration` in `s` is `plumbline_fold_duration_seconds`. */
export function measuredFamilies(scopes: readonly ScopeMetrics[]): MetricFamily[] {
  return scopes
    .filter(({ scope }) => scope.name.startsWith('plumbline') && scope.name !== stateScope)
    .flatMap(({ metrics }) => metrics.map(familyOf));
}

function familyOf(metric: Measured): MetricFamily {
  const { name, description, unit } = metric.descriptor;
  const base = `${name.replace(/[^A-Za-z0-9]+/g, '_')}${unit === 's' ? '_seconds' : ''}`;
  const isHistogram = unit === 's';
  return isHistogram
    ? { name: base, help: description, type: 'histogram', samples: metric.dataPoints.flatMap(bucketsOf) }
    : { name: `${base}_total`, help: description, type: 'counter', samples: metric.dataPoints.map(sampleOf) };
}

function sampleOf({ attributes, value }: Point): Sample {
  return { labels: labelsOf(attributes), value: typeof value === 'number' ? value : null };
}

/** Buckets of Prometheus count everything below their bound; those of OpenTelemetry lie side by side. */
function bucketsOf({ attributes, value }: Point): Sample[] {
  if (typeof value === 'number' || !('buckets' in value)) return [];
  const labels = labelsOf(attributes);
  let count = 0;
  const buckets = value.buckets.counts.map((own, index) => {
    count += own;
    const bound = value.buckets.boundaries[index];
    return { suffix: '_bucket', labels: { ...labels, le: bound === undefined ? '+Inf' : String(bound) }, value: count };
  });
  return [
    ...buckets,
    { suffix: '_sum', labels, value: value.sum ?? null },
    { suffix: '_count', labels, value: value.count },
  ];
}

function labelsOf(attributes: Point['attributes']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name.replace(/[^A-Za-z0-9]+/g, '_'), String(value)]),
  );
}
