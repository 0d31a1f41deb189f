import type { Descriptor } from '../descriptors/descriptor.ts';
import type { CaptureMode, FeatureType, FeatureValue, InferenceEvent, OutcomeEvent } from '../event.ts';
import type { RecordedInference } from '../record.ts';
import { asCategory, asNumber } from '../wire/columns.ts';
import { binValue } from './bin-value.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { Redactor } from './redactor.ts';

/**
 * How a feature leaves the app. `value`: as it is. `bin`: as the middle of its bin of the reference. `hash`: as a keyed
 * pseudonym. `drop`: not at all.
 */
export type FeatureCapture = 'value' | 'bin' | 'hash' | 'drop';

export const featureCaptures: readonly FeatureCapture[] = ['value', 'bin', 'hash', 'drop'];

export interface CapturedFeature {
  readonly name: string;
  readonly type: FeatureType;
  readonly capture: FeatureCapture;
  /** Of `bin`. */
  readonly edges: readonly number[];
}

/** A vector or a text: only numbers that describe it leave. */
export interface DescribedFeature {
  readonly name: string;
  readonly capture: 'describe';
  readonly descriptor: Descriptor;
}

/** Names under which a feature leaves, if it does. */
export function namesOf(feature: CapturedFeature | DescribedFeature): readonly string[] {
  return feature.capture === 'describe' ? feature.descriptor.names : [feature.name];
}

export interface CaptureSettings {
  readonly mode: 'inferred' | 'declared' | 'metadata';
  readonly features: readonly (CapturedFeature | DescribedFeature)[];
  /** Groups that may leave, by attribute; everything when nothing is declared. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Texts that predictions may leave as; everything when nothing is declared. */
  readonly classes: ReadonlySet<string> | undefined;
  /** Texts that outcomes may leave as. */
  readonly outcomes: ReadonlySet<string> | undefined;
  readonly hashIds: boolean;
}

/** Makes of an event what may leave the app. */
export class Capture {
  readonly #settings: CaptureSettings;
  readonly #features: ReadonlyMap<string, CapturedFeature | DescribedFeature>;
  /** Names that are a descriptor's: nothing else may leave under them. */
  readonly #described: ReadonlySet<string>;
  readonly #pseudonyms: Pseudonyms | undefined;
  readonly #redactor: Redactor | undefined;
  /** Nothing to do but to say so. */
  readonly #open: boolean;

  constructor(settings: CaptureSettings, pseudonyms: Pseudonyms | undefined, redactor: Redactor | undefined) {
    this.#settings = settings;
    this.#features = new Map(settings.features.map((feature) => [feature.name, feature]));
    this.#described = new Set(
      settings.features.flatMap((feature) => (feature.capture === 'describe' ? feature.descriptor.names : [])),
    );
    this.#pseudonyms = pseudonyms;
    this.#redactor = redactor;
    this.#open =
      settings.mode === 'inferred' &&
      redactor === undefined &&
      settings.groups === undefined &&
      settings.classes === undefined &&
      !settings.hashIds &&
      settings.features.every(({ capture }) => capture === 'value');
  }

  get mode(): CaptureMode {
    return this.#redactor === undefined || this.#settings.mode === 'metadata' ? this.#settings.mode : 'redacted';
  }

  /** Events that left as metadata because the redactor could not be trusted with them. */
  get notRedacted(): number {
    return this.#redactor?.failures ?? 0;
  }

  /** `metadataOnly`: the app wants less of this one to leave; more it cannot want. */
  inference(event: RecordedInference, metadataOnly: boolean): InferenceEvent {
    const id = this.#id(event.id);
    if (metadataOnly || this.#settings.mode === 'metadata') {
      return metadataOf(event, id);
    }
    if (this.#open) {
      // Columns take undefined for missing, and a vector that nobody declared for no feature at all.
      return event as InferenceEvent;
    }
    const captured: InferenceEvent = {
      ...event,
      id,
      features: this.#captured(event.features),
      groups: this.#groups(event.groups),
      prediction: this.#mayLeave(event.prediction, this.#settings.classes) ? event.prediction : null,
      capture: this.#settings.mode,
    };
    if (this.#redactor === undefined) {
      return captured;
    }
    const redacted = this.#redactor.redacted(captured);
    return redacted === undefined ? metadataOf(event, id) : { ...captured, ...redacted, capture: 'redacted' };
  }

  /** An outcome under every id its inference may have been recorded with; none when its value is not declared. */
  outcomes(event: OutcomeEvent): readonly OutcomeEvent[] {
    if (!this.#mayLeave(event.value, this.#settings.outcomes)) {
      return [];
    }
    if (!this.#settings.hashIds || this.#pseudonyms === undefined) {
      return [event];
    }
    const id = this.#id(event.id);
    return this.#pseudonyms
      .allOfId(event.inferenceId)
      .map((inferenceId, index) => ({ ...event, id: index === 0 ? id : `${id}.${index}`.slice(-128), inferenceId }));
  }

  #mayLeave(value: string | number | null, declared: ReadonlySet<string> | undefined): boolean {
    return typeof value !== 'string' || (declared?.has(value) ?? this.#settings.mode === 'inferred');
  }

  #id(id: string): string {
    return this.#settings.hashIds && this.#pseudonyms !== undefined ? this.#pseudonyms.ofId(id) : id;
  }

  #captured(given: RecordedInference['features']): Record<string, FeatureValue> {
    const features: Record<string, FeatureValue> = {};
    for (const name in given) {
      const declared = this.#features.get(name);
      // As above; of a declared number or category a vector is invalid.
      const value = given[name] as FeatureValue;
      if (declared === undefined) {
        if (this.#settings.mode === 'inferred' && !this.#described.has(name)) {
          features[name] = value;
        }
        continue;
      }
      switch (declared.capture) {
        case 'value':
          features[name] = value;
          break;
        case 'bin':
          features[name] = binValue(declared.edges, asNumber(value));
          break;
        case 'hash': {
          const text = asCategory(value);
          // Without a key the options were refused; should there be none all the same, nothing leaves.
          features[name] = text === null ? null : (this.#pseudonyms?.of(text) ?? null);
          break;
        }
        case 'describe':
          declared.descriptor.describe(value, features);
          break;
        case 'drop':
          break;
      }
    }
    return features;
  }

  #groups(given: InferenceEvent['groups']): InferenceEvent['groups'] {
    const { groups: declared, mode } = this.#settings;
    if (declared === undefined) {
      return mode === 'inferred' ? given : {};
    }
    const groups: Record<string, string> = {};
    for (const [attribute, known] of declared) {
      const group = given[attribute];
      if (typeof group === 'string' && known.has(group)) {
        groups[attribute] = group;
      }
    }
    return groups;
  }
}

function metadataOf(event: RecordedInference, id: string): InferenceEvent {
  return { ...event, id, features: {}, prediction: null, score: null, groups: {}, capture: 'metadata' };
}
