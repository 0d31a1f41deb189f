import { chooseRoute, type LoadedDigests, type Route, refusedVersions } from './choose.ts';
import type { RoutingDocument } from './document.ts';
import type { LastGoodFolder } from './last-good.ts';
import { parseRouting } from './parse.ts';

/** Where the routing in force came from: the collector, the folder of last good documents, or the app itself. */
export type RoutingSource = 'live' | 'disk' | 'compiled-in';

export interface RoutingTableOptions {
  readonly environment: string;
  /** Model names and the versions compiled into the app. */
  readonly models: ReadonlyMap<string, string>;
  /** What this process has loaded of a model. */
  readonly loaded: (model: string) => LoadedDigests | undefined;
  readonly random: () => number;
  readonly lastGood: LastGoodFolder | undefined;
  readonly changed: (document: RoutingDocument) => void;
  readonly malformed: (model: string, reason: string) => void;
  readonly notKept: (error: unknown) => void;
}

/** The routing document in force for each model. A newer one replaces it; an older or broken one changes nothing. */
export class RoutingTable {
  readonly #options: RoutingTableOptions;
  readonly #entries = new Map<string, { document: RoutingDocument; source: RoutingSource }>();

  constructor(options: RoutingTableOptions) {
    this.#options = options;
    for (const model of options.models.keys()) {
      const bytes = options.lastGood?.read(options.environment, model);
      if (bytes !== undefined) {
        this.#offer(model, bytes, 'disk');
      }
    }
  }

  /** A value of the routing bucket has arrived. */
  received(model: string, bytes: Uint8Array): void {
    if (this.#offer(model, bytes, 'live')) {
      this.#options.lastGood?.write(this.#options.environment, model, bytes).catch(this.#options.notKept);
    }
  }

  route(model: string, key: string | undefined): Route {
    const compiledIn = this.#options.models.get(model) ?? '';
    const { random, loaded } = this.#options;
    return chooseRoute(this.#entries.get(model)?.document ?? null, compiledIn, key, random, loaded(model));
  }

  document(model: string): RoutingDocument | null {
    return this.#entries.get(model)?.document ?? null;
  }

  /** The digest that routing names for a version. */
  digestOf(model: string, version: string): string | undefined {
    const { champion, canary, shadow } = this.document(model) ?? {};
    return [champion, canary, shadow].find((routed) => routed?.version === version)?.digest;
  }

  /** Versions that do not serve here: another artefact is loaded than routing names. */
  refused(model: string): readonly string[] {
    const document = this.document(model);
    const loaded = this.#options.loaded(model);
    return document === null || loaded === undefined ? [] : refusedVersions(document, loaded);
  }

  source(model: string): RoutingSource {
    return this.#entries.get(model)?.source ?? 'compiled-in';
  }

  #offer(model: string, bytes: Uint8Array, source: RoutingSource): boolean {
    const document = parseRouting(bytes);
    if ('malformed' in document) {
      this.#options.malformed(model, document.malformed);
      return false;
    }
    const { environment } = this.#options;
    if (document.model !== model || document.environment !== environment) {
      this.#options.malformed(model, `it is about ${document.model} in ${document.environment}`);
      return false;
    }
    const known = this.#entries.get(model);
    if (known !== undefined && document.revision <= known.document.revision) {
      if (document.revision === known.document.revision) {
        known.source = source;
      }
      return false;
    }
    this.#entries.set(model, { document, source });
    this.#options.changed(document);
    return true;
  }
}
