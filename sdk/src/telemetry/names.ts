/**
 * What the SDK calls things in OpenTelemetry. There is no accepted convention for classical machine learning yet, so they
 * carry our own prefix, and stand in this one table for the day there is.
 */
export const attributes = {
  inferenceId: 'plumbline.inference.id',
  model: 'plumbline.model.name',
  version: 'plumbline.model.version',
  /** `champion`, `canary` or `shadow`. */
  variant: 'plumbline.model.variant',
  digest: 'plumbline.model.digest',
  operation: 'plumbline.operation',
  routingRevision: 'plumbline.routing.revision',
  /** OpenTelemetry's own, stable. */
  errorType: 'error.type',
} as const;

export const metricNames = {
  duration: 'plumbline.inference.duration',
  rows: 'plumbline.inference.rows',
} as const;

/** Seconds. A tabular prediction takes microseconds, a remote model seconds: the usual buckets start far too high. */
export const durationBuckets = [0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

export const scopeName = '@plumbline/sdk';
