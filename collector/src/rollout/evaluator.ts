import type { ModelSettings } from '../config/settings.ts';
import { isPlumblineError, type PlumblineError } from '../errors.ts';
import type { Store, Transaction } from '../store/port.ts';
import type { ArtefactStore } from './artefacts.ts';
import type { Intent } from './command.ts';
import { type Evaluation, evaluateVersions } from './evaluation/evaluate.ts';
import type { GateResult } from './gate.ts';
import { worstVerdict } from './gate.ts';
import { readEvaluation, readState, writeEvaluation } from './records.ts';
import { findVersion, type RolloutState, type VersionRecord, type VersionState } from './state.ts';

export interface EvaluatorOptions {
  readonly store: Store;
  readonly clock: () => number;
  readonly randomId: () => string;
  readonly models: readonly ModelSettings[];
  readonly artefacts: Pick<ArtefactStore, 'read'>;
  readonly onError: (error: unknown) => void;
  /** Tells the state machine, in the transaction that stores the evaluation. */
  readonly record: (
    transaction: Transaction,
    settings: ModelSettings,
    intent: Intent,
    gates: readonly GateResult[],
  ) => Promise<unknown>;
}

/** States in which an evaluation still decides something. */
const evaluated: ReadonlySet<VersionState> = new Set<VersionState>(['registered', 'evaluated', 'rolled_back']);
/** How often an evaluation is done again because the champion changed meanwhile. */
const attempts = 3;

/** Runs evaluations one at a time: each takes a processor for seconds, and none of them is in a hurry. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /**
   * Evaluates a version beside the present champion. `null` when there is nothing to evaluate: no held-out rows, no champion,
   * or a version that is on its way already. What cannot be run is an evaluation too, whose gate says why.
   */
  evaluate(settings: ModelSettings, version: string): Promise<Evaluation | null> {
    const work = this.#queue.then(() => this.#evaluateNow(settings, version));
    this.#queue = work.catch(() => undefined);
    return work;
  }

  async evaluatePending(): Promise<void> {
    for (const settings of this.#options.models) {
      for (const version of await this.#pending(settings)) {
        await this.evaluate(settings, version).catch(this.#options.onError);
      }
    }
  }

  async #pending(settings: ModelSettings): Promise<string[]> {
    const { environment, name: model } = settings;
    return this.#options.store.read(async (transaction) => {
      const state = await readState(transaction, environment, model);
      const pending: string[] = [];
      for (const record of state.versions) {
        if (!canBeEvaluated(state, record) || record.state === 'rolled_back') continue;
        const last = await readEvaluation(transaction, { environment, model, version: record.version });
        if (last?.champion !== state.champion) pending.push(record.version);
      }
      return pending;
    });
  }

  async #evaluateNow(settings: ModelSettings, version: string): Promise<Evaluation | null> {
    const { environment, name: model } = settings;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const state = await this.#options.store.read((transaction) => readState(transaction, environment, model));
      const record = findVersion(state, version);
      if (record === undefined || !canBeEvaluated(state, record)) return null;
      const about = { environment, model, version };
      const last = await this.#options.store.read((transaction) => readEvaluation(transaction, about));
      if (last !== undefined && stillHolds(last, state, record)) return last;
      const evaluation = await this.#run(settings, state, record);
      if (await this.#store(settings, evaluation)) return evaluation;
    }
    return null;
  }

  async #run(settings: ModelSettings, state: RolloutState, candidate: VersionRecord): Promise<Evaluation> {
    const { artefacts, clock, randomId } = this.#options;
    const champion = state.champion === null ? undefined : findVersion(state, state.champion);
    const heldOut = candidate.spec.heldOut ?? '';
    const training = candidate.spec.training ?? null;
    const id = `ev_${randomId()}`;
    try {
      const withBytes = async ({ version, spec }: VersionRecord) => ({
        version,
        spec,
        bytes: await artefacts.read(spec.digest),
      });
      return await evaluateVersions({
        id,
        settings,
        candidate: await withBytes(candidate),
        champion: champion === undefined ? null : await withBytes(champion),
        heldOut: { digest: heldOut, bytes: await artefacts.read(heldOut) },
        training: training === null ? null : await artefacts.read(training),
        at: clock(),
      });
    } catch (error) {
      if (!isPlumblineError(error)) throw error;
      return {
        id,
        model: settings.name,
        version: candidate.version,
        champion: state.champion,
        dataset: heldOut,
        rows: 0,
        metrics: {},
        groups: [],
        gates: [impossible(error, clock())],
        at: clock(),
      };
    }
  }

  /** False when the champion is another one by now: the comparison is about nothing. */
  async #store(settings: ModelSettings, evaluation: Evaluation): Promise<boolean> {
    const { environment, name: model } = settings;
    const { version, champion, gates } = evaluation;
    return this.#options.store.transaction(async (transaction) => {
      const state = await readState(transaction, environment, model);
      const record = findVersion(state, version);
      if (state.champion !== champion || record === undefined || !canBeEvaluated(state, record)) return false;
      await writeEvaluation(transaction, environment, evaluation);
      const verdict = worstVerdict(gates);
      const intent: Intent = { kind: 'recordEvaluation', version, evaluationId: evaluation.id, champion, verdict };
      await this.#options.record(transaction, settings, intent, gates);
      return true;
    });
  }
}

function canBeEvaluated(state: RolloutState, { version, state: stage, spec }: VersionRecord): boolean {
  return (
    state.champion !== null &&
    state.champion !== version &&
    spec.heldOut !== null &&
    evaluated.has(stage) &&
    spec.digest !== ''
  );
}

/** The same versions on the same rows give the same evaluation; only what could not be run is worth another try. */
function stillHolds(evaluation: Evaluation, state: RolloutState, { spec }: VersionRecord): boolean {
  return (
    evaluation.champion === state.champion &&
    evaluation.dataset === spec.heldOut &&
    evaluation.gates.every(({ verdict }) => verdict !== 'error')
  );
}

function impossible(error: PlumblineError, at: number): GateResult {
  return {
    gate: 'offline_performance',
    verdict: 'error',
    code: 'CANNOT_EVALUATE',
    reason: error.message,
    numbers: {},
    at,
  };
}
