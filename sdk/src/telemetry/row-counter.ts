import type { Attributes, Meter } from '@opentelemetry/api';
import type { ServingRole } from '../event.ts';
import { attributes, inferenceMetrics } from '../otel/conventions.ts';

/** What inferences are counted and timed by. */
export interface Dimensions {
  readonly model: string;
  readonly version: string;
  readonly role: ServingRole;
  readonly error: string | null;
  readonly attributes: Attributes;
  rows: number;
}

export type Dimensioned = Pick<Dimensions, 'model' | 'version' | 'role' | 'error'>;

export function isOf(dimensions: Dimensions, { model, version, role, error }: Dimensioned): boolean {
  return (
    dimensions.version === version &&
    dimensions.role === role &&
    dimensions.error === error &&
    dimensions.model === model
  );
}

/**
 * Counts rows itself and lets the meter ask: adding to a counter of OpenTelemetry costs more than all else of a fast
 * inference's record, because it hashes the attributes every time.
 */
export class RowCounter {
  readonly #known = new Map<string, Dimensions>();

  constructor(meter: Meter) {
    meter
      .createObservableCounter(inferenceMetrics.rows.name, {
        description: inferenceMetrics.rows.description,
        unit: inferenceMetrics.rows.unit,
      })
      .addCallback((result) => {
        for (const dimensions of this.#known.values()) {
          result.observe(dimensions.rows, dimensions.attributes);
        }
      });
  }

  dimensionsOf(of: Dimensioned): Dimensions {
    const { model, version, role, error } = this.#known.size < maxDimensions ? of : { ...of, ...other };
    const key = JSON.stringify([model, version, role, error]);
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    const made: Dimensions = {
      model,
      version,
      role,
      error,
      rows: 0,
      attributes: {
        [attributes.model]: model,
        [attributes.version]: version,
        [attributes.variant]: role,
        ...(error === null ? {} : { [attributes.errorType]: error }),
      },
    };
    this.#known.set(key, made);
    return made;
  }
}

/**
 * The counter of a meter provider: one for all monitors of the process, since two instruments of one name would each
 * hide what the other observed.
 */
export function rowCounterOf(provider: object, meter: Meter): RowCounter {
  const known = counters.get(provider);
  if (known !== undefined) {
    return known;
  }
  const counter = new RowCounter(meter);
  counters.set(provider, counter);
  return counter;
}

const counters = new WeakMap<object, RowCounter>();

/** Versions and errors are few; where an app makes them up, everything further counts as one. */
const maxDimensions = 1_000;
const other = { version: '_other', error: null };
