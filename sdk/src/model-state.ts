import type { ModelSettings } from './options.ts';
import { Counts } from './pipeline/counts.ts';
import type { RoutedVersion } from './routing/document.ts';
import { FeatureTypes } from './wire/index.ts';

/** What a monitor keeps of one model. */
export class ModelState {
  readonly name: string;
  readonly spanName: string;
  readonly compiledInVersion: string;
  readonly types: FeatureTypes;
  readonly counts = new Counts();
  /** Version to digest. */
  readonly #loaded = new Map<string, string>();

  constructor({ name, version, digest, features }: ModelSettings) {
    this.name = name;
    this.spanName = `predict ${name}`;
    this.compiledInVersion = version;
    this.types = new FeatureTypes(features);
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
