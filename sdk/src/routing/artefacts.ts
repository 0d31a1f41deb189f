import type { Diagnostics } from '../diagnostics.ts';
import { errorTypeOf } from '../error-type.ts';
import type { ModelState } from '../model-state.ts';
import { maxNameLength } from '../wire/limits.ts';
import {
  type ArtefactCheck,
  artefactCheck,
  artefactDigest,
  type LoadedArtefact,
  notLoaded,
} from './artefact-digest.ts';
import type { RoutingTable } from './table.ts';

export interface ArtefactsOptions {
  readonly models: ReadonlyMap<string, ModelState>;
  readonly routing: RoutingTable;
  readonly diagnostics: Diagnostics;
  /** What is loaded has changed: whoever waits for it is to hear soon. */
  readonly changed: () => void;
}

/** Which artefacts this process has loaded, and whether they are those that routing names. */
export class Artefacts {
  readonly #options: ArtefactsOptions;

  constructor(options: ArtefactsOptions) {
    this.#options = options;
  }

  async loaded(artefact: LoadedArtefact): Promise<ArtefactCheck> {
    const { routing, diagnostics, changed } = this.#options;
    try {
      const model = this.#modelNamed(artefact.model);
      const { version, digest } = artefact;
      if (model === undefined || !isName(version) || (digest !== undefined && !isName(digest))) {
        diagnostics.warn('loaded', 'loaded() was told of no model of the options, or no version or digest');
        return notLoaded;
      }
      if (digest === undefined) {
        await model.loadOnce(version, artefactDigest(artefact));
        diagnostics.clear('artefact_unreadable');
      } else {
        model.load(version, digest);
      }
      this.compare();
      changed();
      return artefactCheck(model.digests.get(version) ?? null, routing.digestOf(model.name, version));
    } catch (error) {
      diagnostics.raise('artefact_unreadable', errorTypeOf(error));
      return notLoaded;
    }
  }

  unloaded(version: { readonly version: string; readonly model?: string }): void {
    this.#modelNamed(version.model)?.unload(String(version.version));
    this.compare();
    this.#options.changed();
  }

  /** Tells the status of versions that do not serve here. */
  compare(): void {
    const { models, routing, diagnostics } = this.#options;
    const refused = [...models.keys()].flatMap((model) =>
      routing.refused(model).map((version) => `${model} ${version}`),
    );
    if (refused.length === 0) {
      diagnostics.clear('artefact_mismatch');
    } else {
      diagnostics.raise('artefact_mismatch', refused.join(', '));
    }
  }

  #modelNamed(name: string | undefined): ModelState | undefined {
    const { models } = this.#options;
    const [only] = models.values();
    return name === undefined && models.size === 1 ? only : models.get(name ?? '');
  }
}

/** Heartbeats hold it every few seconds, so it is short. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxNameLength;
}
