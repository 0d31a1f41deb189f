import type { Meter } from '@opentelemetry/api';

/**
 * What the collector measures of itself while it works. Names and units are those of OpenTelemetry; `/metrics` has them in
 * the spelling of Prometheus. Attributes have few values: codes, routes, models of the settings.
 */
export interface Instruments {
  /** A batch was folded in `seconds`. */
  folded(seconds: number): void;
  /** A batch came again: its producer sent it twice, or the stream brought it twice. */
  repeated(reason: 'duplicate' | 'redelivered'): void;
  /** A message became a dead letter; `events` of it could be read. */
  refused(code: string, events: number): void;
  /** Events were counted at the broker's time instead of their own. */
  clamped(events: number): void;
  committed(seconds: number, result: 'stored' | 'failed'): void;
  /** One transaction of the store, its waiting for others included. */
  storeUsed(operation: 'read' | 'write', seconds: number): void;
  windowClosed(model: string): void;
  answered(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
}

/** Folding a batch takes microseconds to milliseconds, a commit milliseconds to seconds. */
const foldBuckets = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1];
const storeBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Of OpenTelemetry's semantic conventions for HTTP. */
const httpBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export function createInstruments(meter: Meter): Instruments {
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } });
  const counter = (name: string, description: string, unit: string) => meter.createCounter(name, { description, unit });
  const fold = histogram('plumbline.fold.duration', 'Time to fold one batch into profiles', foldBuckets);
  const commit = histogram('plumbline.commit.duration', 'Time of a commit of what was read', storeBuckets);
  const store = histogram('plumbline.store.duration', 'Time of one transaction of the store', storeBuckets);
  const http = histogram('http.server.request.duration', 'Time of one HTTP request', httpBuckets);
  const repeated = counter(
    'plumbline.batches.repeated',
    'Batches that came again and were not counted again',
    '{batch}',
  );
  const refused = counter('plumbline.batches.refused', 'Batches that became dead letters, by code', '{batch}');
  const events = counter('plumbline.events.refused', 'Events that were read and could not be counted', '{event}');
  const clamped = counter('plumbline.events.clamped', 'Events counted at another time than their own', '{event}');
  const windows = counter('plumbline.windows.closed', 'Windows that detectors have judged', '{window}');
  return {
    folded: (seconds) => fold.record(seconds),
    repeated: (reason) => repeated.add(1, { reason }),
    refused(code, count) {
      refused.add(1, { code });
      if (count > 0) events.add(count, { reason: code });
    },
    clamped: (count) => clamped.add(count, { reason: 'dated_in_the_future' }),
    committed: (seconds, result) => commit.record(seconds, { result }),
    storeUsed: (operation, seconds) => store.record(seconds, { operation }),
    windowClosed: (model) => windows.add(1, { model }),
    answered: ({ method, route, status, seconds }) =>
      http.record(seconds, {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
      }),
  };
}

/** Measures nothing. */
export const noInstruments: Instruments = {
  folded() {},
  repeated() {},
  refused() {},
  clamped() {},
  committed() {},
  storeUsed() {},
  windowClosed() {},
  answered() {},
};
