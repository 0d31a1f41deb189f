import type { ModelSettings } from './options.ts';
import { Counts } from './pipeline/counts.ts';
import { Capture } from './privacy/capture.ts';
import type { Pseudonyms } from './privacy/pseudonyms.ts';
import type { Redactor } from './privacy/redactor.ts';
import type { RoutedVersion } from './routing/document.ts';
import { FeatureTypes } from './wire/index.ts';

/** What a monitor keeps of one model. */
export class ModelState {
  readonly name: string;
  readonly spanName: string;
  readonly compiledInVersion: string;
  readonly types: FeatureTypes;
  readonly capture: Capture;
  readonly counts = new Counts();
  /** Version to digest. */
  readonly #loaded = new Map<string, string>();

  constructor({ name, version, digest, features, capture }: ModelSettings, tools: CaptureTools) {
    this.name = name;
    this.spanName = `predict ${name}`;
    this.compiledInVersion = version;
    this.types = new FeatureTypes(features, maxInferredText);
    this.capture = new Capture(capture, tools.pseudonyms, tools.redactor);
    if (digest !== undefined) {
      this.#loaded.set(version, digest);
    }
  }

  get loaded(): readonly RoutedVersion[] {
    return [...this.#loaded].map(([version, digest]) => ({ version, digest }));
  }

  digestOf(version: string): string | undefined {
    return this.#loaded.get(version);
  }

  load(version: string, digest: string): void {
    this.#loaded.set(version, digest);
  }

  unload(version: string): void {
    this.#loaded.delete(version);
  }
}

export interface CaptureTools {
  readonly pseudonyms: Pseudonyms | undefined;
  readonly redactor: Redactor | undefined;
}

/** Longer text is prose rather than a category, and leaves only when it is declared. */
const maxInferredText = 64;
