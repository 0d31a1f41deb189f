import { inferenceMetrics } from '../otel/conventions.ts';

export { attributes, scopeName } from '../otel/conventions.ts';

export const metricNames = { duration: inferenceMetrics.duration.name, rows: inferenceMetrics.rows.name } as const;

export const durationBuckets: number[] = [...inferenceMetrics.duration.buckets];
