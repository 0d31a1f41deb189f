import type { HookSettings, ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { appendAudit } from '../store/audit.ts';
import { compositeKey, jsonCollection, type ReadTransaction, type Store, type Transaction } from '../store/port.ts';
import { type InboundRequest, verifyInbound } from '../webhook/index.ts';
import { type Happening, interpret } from './interpret.ts';

interface HookState {
  readonly accepted: number;
  readonly refused: number;
  readonly lastAt: number | null;
  readonly lastText: string | null;
}

const states = jsonCollection<HookState>('hook_states');
/** When requests came, by their ids: twice the tolerance of their timestamps and more. */
const seen = jsonCollection<number>('hook_requests');
const seenMs = 24 * 3_600_000;
const longestId = 200;

export interface HookServiceOptions {
  readonly store: Store;
  readonly clock: () => number;
  readonly hooks: readonly HookSettings[];
  readonly models: readonly ModelSettings[];
  readonly hasArtefact: (digest: string) => Promise<boolean>;
  /** Registers a version whose artefact is stored; refusals throw. Runs in the transaction of the request. */
  readonly register: (
    settings: ModelSettings,
    version: { readonly version: string; readonly digest: string },
    requestId: string,
  ) => Promise<void>;
}

export interface HookResult {
  readonly accepted: number;
  readonly repeated: boolean;
  readonly texts: readonly string[];
  /** Models that something was recorded about. */
  readonly models: readonly string[];
}

/** Takes what others tell: proves who they are, does each thing once, records all of it. */
export class HookService {
  readonly #options: HookServiceOptions;

  constructor(options: HookServiceOptions) {
    this.#options = options;
  }

  /** Throws `NOT_FOUND`, `BAD_SIGNATURE`, `BAD_REQUEST`; a version that cannot be registered throws why. */
  async receive(name: string, request: InboundRequest): Promise<HookResult> {
    const { hooks, store, clock } = this.#options;
    const hook = hooks.find((one) => one.name === name);
    if (hook === undefined) throw new PlumblineError('NOT_FOUND', 'the settings have no hook of that name');
    const now = clock();
    const verdict = verifyInbound(hook.scheme, request, hook.secret, now);
    if (!verdict.ok) {
      await this.#count(hook, { refused: 1, text: verdict.reason, now });
      throw new PlumblineError('BAD_SIGNATURE', verdict.reason);
    }
    const happenings = interpret(hook.scheme, parsed(request.rawBody));
    if (typeof happenings === 'string') {
      await this.#count(hook, { refused: 1, text: happenings, now });
      throw new PlumblineError('BAD_REQUEST', happenings);
    }
    const id = verdict.id.slice(0, longestId);
    return store.transaction(async (transaction) => {
      const key = compositeKey(hook.name, id);
      const before = (await transaction.get(seen, key))?.value;
      if (before !== undefined && now - before < seenMs) {
        return { accepted: 0, repeated: true, texts: [], models: [] };
      }
      await transaction.put(seen, key, now);
      await this.#forgetOld(transaction, hook, now);
      const texts: string[] = [];
      const models = new Set<string>();
      for (const happening of happenings) {
        texts.push(await this.#record(transaction, hook, happening, id, now));
        models.add(happening.model);
      }
      await this.#countIn(transaction, hook, { accepted: texts.length, text: texts.at(-1) ?? '', now });
      return { accepted: texts.length, repeated: false, texts, models: [...models] };
    });
  }

  async list(transaction: ReadTransaction) {
    const { hooks } = this.#options;
    const found = await transaction.getMany(
      states,
      hooks.map(({ name }) => name),
    );
    return hooks.map(({ name, scheme, model }, index) => ({
      name,
      scheme,
      model: model ?? null,
      ...(found[index]?.value ?? nothingYet),
    }));
  }

  async #record(
    transaction: Transaction,
    hook: HookSettings,
    happening: Happening,
    id: string,
    now: number,
  ): Promise<string> {
    const settings = this.#options.models.find(({ name }) => name === happening.model);
    if (settings === undefined || (hook.model !== undefined && hook.model !== happening.model)) {
      throw new PlumblineError('UNKNOWN_MODEL', 'the settings declare no such model, or not for this hook');
    }
    if (happening.kind === 'version' && (await this.#options.hasArtefact(happening.digest))) {
      const { version, digest } = happening;
      await this.#options.register(settings, { version, digest }, `hook:${hook.name}:${id}`);
      return `version ${version} is registered`;
    }
    const text =
      happening.kind === 'annotation'
        ? happening.text
        : `version ${happening.version} waits for its artefact: upload ${happening.digest}, and send this again`;
    await appendAudit(transaction, {
      at: now,
      actor: `hook:${hook.name}`,
      action: 'annotation.recorded',
      target: `model/${settings.environment}/${settings.name}`,
      reason: text,
      before: null,
      after: null,
      requestId: id,
    });
    return text;
  }

  async #forgetOld(transaction: Transaction, hook: HookSettings, now: number): Promise<void> {
    const some = await transaction.range(seen, { prefix: `${compositeKey(hook.name)}/`, limit: forgottenAtOnce });
    for (const { key, value } of some) if (now - value >= seenMs) await transaction.delete(seen, key);
  }

  #count(hook: HookSettings, change: { readonly refused: number; readonly text: string; readonly now: number }) {
    return this.#options.store.transaction((transaction) => this.#countIn(transaction, hook, change));
  }

  async #countIn(
    transaction: Transaction,
    { name }: HookSettings,
    change: { readonly accepted?: number; readonly refused?: number; readonly text: string; readonly now: number },
  ): Promise<void> {
    const before = (await transaction.get(states, name))?.value ?? nothingYet;
    await transaction.put(states, name, {
      accepted: before.accepted + (change.accepted ?? 0),
      refused: before.refused + (change.refused ?? 0),
      lastAt: change.now,
      lastText: change.text,
    });
  }
}

const nothingYet: HookState = { accepted: 0, refused: 0, lastAt: null, lastText: null };
const forgottenAtOnce = 200;

function parsed(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    throw new PlumblineError('BAD_REQUEST', 'the body is not JSON');
  }
}
