import { Counts } from './pipeline/counts.ts';
import { Capture } from './privacy/capture.ts';
import type { Pseudonyms } from './privacy/pseudonyms.ts';
import type { Redactor } from './privacy/redactor.ts';
import type { ModelSettings } from './read-options.ts';
import type { RecordDefaults } from './record.ts';
import type { RoutedVersion } from './routing/document.ts';
import { FeatureTypes } from './wire/index.ts';

/** What a monitor keeps of one model. */
export class ModelState {
  readonly name: string;
  readonly spanName: string;
  readonly compiledInVersion: string;
  readonly types: FeatureTypes;
  readonly capture: Capture;
  readonly defaults: RecordDefaults;
  readonly counts = new Counts();
  readonly shadows = { started: 0, timedOut: 0, skipped: 0 };
  /** Version to digest. */
  readonly #loaded = new Map<string, string>();
  /** Versions whose digest is being computed. */
  readonly #loading = new Map<string, Promise<string>>();

  constructor({ name, version, digest, features, capture }: ModelSettings, tools: CaptureTools) {
    this.name = name;
    this.spanName = `predict ${name}`;
    this.compiledInVersion = version;
    this.types = new FeatureTypes(features, maxInferredText);
    this.capture = new Capture(capture, tools.pseudonyms, tools.redactor);
    this.defaults = { model: name, version, capture: this.capture.mode };
    if (digest !== undefined) {
      this.#loaded.set(version, digest);
    }
  }

  get loaded(): readonly RoutedVersion[] {
    return [...this.#loaded].map(([version, digest]) => ({ version, digest }));
  }

  /** Version to digest. */
  get digests(): ReadonlyMap<string, string> {
    return this.#loaded;
  }

  load(version: string, digest: string): void {
    this.#loading.delete(version);
    this.#loaded.set(version, digest);
  }

  /** Loads a version once its digest is known, unless it was loaded anew or unloaded meanwhile. Rejects as the digest does. */
  async loadOnce(version: string, digest: Promise<string>): Promise<string> {
    this.#loading.set(version, digest);
    try {
      const known = await digest;
      if (this.#loading.get(version) === digest) {
        this.load(version, known);
      }
      return known;
    } finally {
      if (this.#loading.get(version) === digest) {
        this.#loading.delete(version);
      }
    }
  }

  unload(version: string): void {
    this.#loading.delete(version);
    this.#loaded.delete(version);
  }
}

export interface CaptureTools {
  readonly pseudonyms: Pseudonyms | undefined;
  readonly redactor: Redactor | undefined;
}

/** Longer text is prose rather than a category, and leaves only when it is declared. */
const maxInferredText = 64;
