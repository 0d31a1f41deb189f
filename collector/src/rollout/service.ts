import type { ModelSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { decodeReference } from '../profile/index.ts';
import { appendAudit } from '../store/audit.ts';
import { putReference } from '../store/history.ts';
import type { EnqueueEvent } from '../store/outgoing.ts';
import type { ReadTransaction, Store, Transaction } from '../store/port.ts';
import type { Actor } from './actor.ts';
import { systemActor } from './actor.ts';
import { auditEntry, outgoingEvent } from './announcement.ts';
import { apply, requestKey } from './apply.ts';
import { type Approval, applyToApproval, approvalAt, approvalIdOf } from './approval.ts';
import type { ArtefactStore } from './artefacts.ts';
import type { Command, CommandMeta, Intent, RolloutEvent } from './command.ts';
import { decisionContext, problemWith } from './context.ts';
import { decide } from './decide.ts';
import { Evaluator } from './evaluator.ts';
import { frozenBecause } from './freeze.ts';
import type { GateResult } from './gate.ts';
import type { LoadedArtefacts } from './gates/integrity.ts';
import { intentOf, type RolloutAction } from './intents.ts';
import {
  readApproval,
  readRouting,
  readRoutingDocuments,
  readState,
  writeApproval,
  writeRouting,
  writeState,
} from './records.ts';
import type { Refusal } from './refusal.ts';
import { describeEvents } from './sentences.ts';
import { findVersion, type RolloutState, rollBackTarget, routingDocument, type VersionSpec } from './state.ts';
import { type Due, dueByIntegrity, dueByTime } from './upkeep.ts';
import { describeVersions, type VersionsView } from './versionsView.ts';
import { type ClosedWindow, latestWindowFrom, lookAfterPromotion, lookAtGates } from './watch.ts';

export interface RolloutServiceOptions {
  readonly store: Store;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly clock: () => number;
  /** Unique and unguessable: ids of rollouts and approvals, salts. */
  readonly randomId: () => string;
  readonly models: readonly ModelSettings[];
  readonly artefacts: Pick<ArtefactStore, 'has' | 'read'>;
  readonly enqueue: EnqueueEvent;
  /** What the SDK instances heard of lately have loaded. */
  readonly instances: (environment: string, model: string) => readonly LoadedArtefacts[];
  /** Told what goes wrong while nobody waits: an evaluation in the background. */
  readonly onError: (error: unknown) => void;
}

export interface Control {
  /** Revision of the target that the actor saw. */
  readonly expectedRevision: number;
  /** Idempotency key. */
  readonly requestId: string;
}

export interface RegisterVersion extends VersionSpec {
  readonly version: string;
}

export interface ActionOutcome {
  /** Revision of the model's version state. */
  readonly revision: number;
  readonly outcome: 'done' | 'awaiting_approval' | 'unchanged';
  readonly text: string;
  readonly approval: (Approval & { readonly revision: number }) | null;
}

/**
 * Version control with its effects: each change is one transaction that holds the new state, the routing document, an
 * audit record and an outgoing event for every event, and the approvals. What may happen is decided by `decide` alone.
 */
export class RolloutService {
  readonly #options: RolloutServiceOptions;
  readonly #evaluator: Evaluator;

  constructor(options: RolloutServiceOptions) {
    this.#options = options;
    this.#evaluator = new Evaluator({
      ...options,
      record: (transaction, settings, intent, gates) =>
        this.#carryOut(transaction, settings, this.#bySystem('evaluation', reasonOf(gates), intent), gates),
    });
  }

  state(transaction: ReadTransaction, environment: string, model: string): Promise<RolloutState> {
    return readState(transaction, environment, model);
  }

  /** What is written of the model's routing; `undefined` before the first champion or shadow. */
  routing(transaction: ReadTransaction, environment: string, model: string) {
    return readRouting(transaction, environment, model);
  }

  /** Every routing document: what is projected to the apps. */
  routingDocuments(transaction: ReadTransaction) {
    return readRoutingDocuments(transaction);
  }

  async versions(transaction: ReadTransaction, settings: ModelSettings): Promise<VersionsView> {
    const state = await readState(transaction, settings.environment, settings.name);
    const target = rollBackTarget(state);
    const problem = target === null ? null : await problemWith(state, target, this.#options);
    const now = this.#options.clock();
    const frozen = frozenBecause(settings.rollout.freeze, now);
    return describeVersions(transaction, state, problem, settings.rollout, frozen, now);
  }

  /**
   * Adds a version whose artefact was uploaded before. Registering the same artefact again changes nothing.
   * Throws `NOT_FOUND` (artefact, held-out rows or reference not uploaded), `CONFLICT` (version known with another
   * artefact), `BAD_DATA` (a reference that is none).
   */
  async register(actor: Actor, settings: ModelSettings, request: RegisterVersion, source: string): Promise<void> {
    const { version, training = null, ...described } = request;
    const spec: VersionSpec = { ...described, training };
    const { artefacts, store } = this.#options;
    for (const digest of [spec.digest, spec.heldOut, spec.reference, training]) {
      if (digest !== null && !(await artefacts.has(digest))) {
        throw new PlumblineError('NOT_FOUND', `no artefact ${digest} is stored: upload it first`);
      }
    }
    const reference =
      spec.reference === null ? null : decodeReference(new TextDecoder().decode(await artefacts.read(spec.reference)));
    await store.transaction(async (transaction) => {
      const meta = { actor, reason: `registered by ${source}`, requestId: null, expectedRevision: null };
      const { events } = await this.#carryOut(transaction, settings, {
        ...meta,
        kind: 'register',
        version,
        spec,
        source,
      });
      if (events.length === 0 || reference === null) return;
      const { name: model, environment } = settings;
      await putReference(transaction, { model, environment, version }, reference);
    });
  }

  /** Notes a version that sent events without being registered. */
  async versionSeen(transaction: Transaction, settings: ModelSettings, version: string, at: number): Promise<void> {
    const state = await readState(transaction, settings.environment, settings.name);
    if (findVersion(state, version) !== undefined) return;
    const command = this.#bySystem('events', 'sent events without being registered', { kind: 'observe', version });
    await this.#carryOut(transaction, settings, command, [], at);
  }

  /** A control action on a model. Throws `REFUSED` with `details.reason`, `STALE_REVISION`, `UNKNOWN_VERSION`. */
  async act(actor: Actor, settings: ModelSettings, action: RolloutAction, control: Control): Promise<ActionOutcome> {
    return this.#options.store.transaction(async (transaction) => {
      const intent = intentOf(action, await latestWindowFrom(transaction, settings), this.#options.randomId);
      const meta: CommandMeta = { actor, reason: action.reason, ...control };
      return this.#outcomeOf(transaction, await this.#carryOut(transaction, settings, { ...meta, ...intent }));
    });
  }

  /** Approves or denies a promotion that waits. `expectedRevision` is the approval's. Throws `NOT_FOUND` as well. */
  async approve(
    actor: Actor,
    approvalId: string,
    { decision, reason }: { readonly decision: 'approve' | 'deny'; readonly reason: string },
    { expectedRevision, requestId }: Control,
  ): Promise<ActionOutcome> {
    return this.#options.store.transaction(async (transaction) => {
      const stored = await readApproval(transaction, approvalId);
      const settings = this.#options.models.find(
        ({ name, environment }) => name === stored?.value.model && environment === stored.value.environment,
      );
      if (stored === undefined || settings === undefined) {
        throw new PlumblineError('NOT_FOUND', 'there is no such approval');
      }
      const from = await latestWindowFrom(transaction, settings);
      const meta = { actor, reason, requestId, expectedRevision: null };
      const command: Command =
        decision === 'approve'
          ? { ...meta, kind: decision, approvalId, from }
          : { ...meta, kind: decision, approvalId };
      const { requests } = await readState(transaction, settings.environment, settings.name);
      const isRepeated = requests.includes(requestKey(actor.subject, requestId));
      if (!isRepeated && stored.revision !== expectedRevision) {
        throw new PlumblineError(
          'STALE_REVISION',
          `the approval is at revision ${stored.revision}, not ${expectedRevision}`,
          { details: { revision: stored.revision } },
        );
      }
      return this.#outcomeOf(transaction, await this.#carryOut(transaction, settings, command));
    });
  }

  /**
   * Looks at the gates after a window of a model has closed, in the transaction that closed it: takes the version on its
   * way back when a gate fails, and on to its next step when all pass. Guards look while a rollout is paused and while it
   * waits for people, too. Returns what happened.
   */
  async windowClosed(transaction: Transaction, closed: ClosedWindow): Promise<readonly RolloutEvent[]> {
    const { settings } = closed;
    const { environment, name: model } = settings;
    const state = await readState(transaction, environment, model);
    const next = [
      ...(await lookAtGates(transaction, state, closed, this.#options.instances(environment, model))),
      ...(await lookAfterPromotion(transaction, state, closed)),
    ];
    const events: RolloutEvent[] = [];
    for (const { intent, reason, gates } of next) {
      const command = this.#bySystem('gates', reason, this.#filled(intent));
      // What the state machine refuses the collector itself waits for: the next window asks again.
      const carried = await this.#attempt(transaction, settings, command, gates, closed.at);
      if ('refusal' in carried) break;
      events.push(...carried.events);
    }
    return events;
  }

  /** Does what only time brings about: ends what has expired, retires old reserves, starts what waits in the queue. */
  async upkeep(): Promise<readonly RolloutEvent[]> {
    const { store, models, clock, randomId } = this.#options;
    const events: RolloutEvent[] = [];
    for (const settings of models) {
      const { environment, name: model } = settings;
      const started = { rolloutId: randomId(), salt: randomId(), from: 0 };
      const due = (state: RolloutState) => dueByTime(state, settings, clock(), started);
      // A look first: most rounds have nothing to write.
      if (due(await store.read((transaction) => readState(transaction, environment, model))).length === 0) continue;
      await store.transaction(async (transaction) => {
        started.from = await latestWindowFrom(transaction, settings);
        const state = await readState(transaction, environment, model);
        events.push(...(await this.#carryOutDue(transaction, settings, due(state))));
      });
    }
    return events;
  }

  /** Puts versions in quarantine of which an instance says that it loaded something else than what is registered. */
  async instancesChanged(environment: string, model: string): Promise<readonly RolloutEvent[]> {
    const { store, models, instances } = this.#options;
    const settings = models.find((candidate) => candidate.name === model && candidate.environment === environment);
    if (settings === undefined) return [];
    const due = (state: RolloutState) => dueByIntegrity(state, instances(environment, model));
    if (due(await store.read((transaction) => readState(transaction, environment, model))).length === 0) return [];
    return store.transaction(async (transaction) =>
      this.#carryOutDue(transaction, settings, due(await readState(transaction, environment, model))),
    );
  }

  /** What is refused now is asked for again in the next round. */
  async #carryOutDue(transaction: Transaction, settings: ModelSettings, due: readonly Due[]): Promise<RolloutEvent[]> {
    const events: RolloutEvent[] = [];
    for (const { intent, room, reason } of due) {
      const carried = await this.#attempt(
        transaction,
        settings,
        this.#bySystem(room, reason, intent),
        [],
        this.#options.clock(),
      );
      if (!('refusal' in carried)) events.push(...carried.events);
    }
    return events;
  }

  /** Evaluates a version beside the champion, if it has held-out rows, without keeping anybody waiting. */
  evaluateLater(model: string, version: string): void {
    const settings = this.#options.models.find(({ name }) => name === model);
    if (settings !== undefined) {
      this.#evaluator.evaluate(settings, version).catch((error: unknown) => this.#options.onError(error));
    }
  }

  /**
   * Evaluates every version that waits for it: registered with held-out rows, and not yet compared with the present
   * champion. For the start of the process, and after a promotion. Resolves when all are done.
   */
  evaluatePending(): Promise<void> {
    return this.#evaluator.evaluatePending();
  }

  async #carryOut(
    transaction: Transaction,
    settings: ModelSettings,
    command: Command,
    gates: readonly GateResult[] = [],
    now: number = this.#options.clock(),
  ): Promise<CarriedOut> {
    const carried = await this.#attempt(transaction, settings, command, gates, now);
    if ('refusal' in carried) throw refused(carried.refusal, carried.state);
    return carried;
  }

  async #attempt(
    transaction: Transaction,
    settings: ModelSettings,
    command: Command,
    gates: readonly GateResult[],
    now: number,
  ): Promise<CarriedOut | { readonly refusal: Refusal; readonly state: RolloutState }> {
    const { environment, name: model } = settings;
    const before = await readState(transaction, environment, model);
    const context = await decisionContext(transaction, settings, before, command, now, this.#options);
    const decision = decide(before, command, context);
    if ('refusal' in decision) return { refusal: decision.refusal, state: before };

    const shown = gates.length > 0 ? gates : context.gates;
    const promoted = decision.events.some(({ kind }) => kind === 'promoted');
    let state = before;
    for (const event of decision.events) {
      const after = apply(state, event);
      await appendAudit(transaction, auditEntry(event, state, after, shown, context.policy));
      await this.#options.enqueue(transaction, outgoingEvent(event, after));
      await updateApproval(transaction, event, { environment, model, promoted });
      state = after;
    }
    if (state !== before) await writeState(transaction, state, before);
    if (state.routingRevision !== before.routingRevision) await writeRouting(transaction, routingDocument(state));
    return { state, events: decision.events };
  }

  /** Gates know what should happen; ids come from here. */
  #filled(intent: Intent): Intent {
    if (intent.kind !== 'startCanary') return intent;
    return { ...intent, rolloutId: this.#options.randomId(), salt: this.#options.randomId() };
  }

  #bySystem(room: string, reason: string, intent: Intent): Command {
    return { actor: systemActor(room), reason, requestId: null, expectedRevision: null, ...intent };
  }

  async #outcomeOf(transaction: Transaction, { state, events }: CarriedOut): Promise<ActionOutcome> {
    const id = events.map(approvalIdOf).findLast((found) => found !== null) ?? null;
    const stored = id === null ? undefined : await readApproval(transaction, id);
    const approval =
      stored === undefined ? null : { ...approvalAt(stored.value, this.#options.clock()), revision: stored.revision };
    const waiting = approval?.state === 'pending';
    return {
      revision: state.revision,
      outcome: events.length === 0 ? 'unchanged' : waiting ? 'awaiting_approval' : 'done',
      text: describeEvents(events),
      approval,
    };
  }
}

interface CarriedOut {
  readonly state: RolloutState;
  readonly events: readonly RolloutEvent[];
}

async function updateApproval(
  transaction: Transaction,
  event: RolloutEvent,
  about: { readonly environment: string; readonly model: string; readonly promoted: boolean },
): Promise<void> {
  const id = approvalIdOf(event);
  if (id === null) return;
  const stored = await readApproval(transaction, id);
  const next = applyToApproval(stored?.value ?? null, event, about);
  if (next !== null) await writeApproval(transaction, next);
}

function refused({ reason, message }: Refusal, state: RolloutState): PlumblineError {
  const details = { reason, revision: state.revision };
  switch (reason) {
    case 'STALE_REVISION':
      return new PlumblineError('STALE_REVISION', message, { details });
    case 'UNKNOWN_VERSION':
      return new PlumblineError('UNKNOWN_VERSION', message, { details });
    case 'VERSION_EXISTS':
      return new PlumblineError('CONFLICT', message, { details });
    default:
      return new PlumblineError('REFUSED', message, { details });
  }
}

function reasonOf(gates: readonly GateResult[]): string {
  const worst = gates.find(({ verdict }) => verdict !== 'pass') ?? gates[0];
  return worst === undefined ? 'evaluated beside the champion' : `${worst.gate}: ${worst.reason}`;
}
