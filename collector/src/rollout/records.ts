import type { RoutingDocument } from '@plumbline/sdk/routing';
import { compositeKey, jsonCollection, type ReadTransaction, type Stored, type Transaction } from '../store/port.ts';
import type { Approval } from './approval.ts';
import type { Evaluation } from './evaluation/evaluate.ts';
import type { GateResult } from './gate.ts';
import type { Guard } from './guardState.ts';
import { emptyState, type RolloutState } from './state.ts';

/** What version control keeps: one state a model, its routing document, gates, evaluations and approvals. */

/** The latest verdicts of the gates that watch a version. */
export interface StoredGates {
  /** The step in which they were given: `stepOf(rollout)`. */
  readonly step: string;
  readonly results: readonly GateResult[];
}

/** What the guards of a new champion made of it last. */
export interface WatchGates {
  readonly version: string;
  readonly results: readonly GateResult[];
}

const states = jsonCollection<RolloutState>('rollout_states');
const routing = jsonCollection<RoutingDocument>('routing');
const gates = jsonCollection<StoredGates>('rollout_gates');
const guards = jsonCollection<Guard>('rollout_guards');
const watchGates = jsonCollection<WatchGates>('rollout_watch_gates');
const evaluations = jsonCollection<Evaluation>('evaluations');
const approvals = jsonCollection<Approval>('approvals');
/** Approvals of a model, oldest first. */
const approvalsOfModel = jsonCollection<string>('approvals_by_model');

export async function readState(
  transaction: ReadTransaction,
  environment: string,
  model: string,
): Promise<RolloutState> {
  const stored = await transaction.get(states, compositeKey(environment, model));
  // States written before a field existed have what an empty one has there.
  return { ...emptyState(model, environment), ...stored?.value };
}

/** Throws `REVISION_CONFLICT` when somebody else wrote in between. */
export async function writeState(transaction: Transaction, state: RolloutState, before: RolloutState): Promise<void> {
  const key = compositeKey(state.environment, state.model);
  const stored = await transaction.get(states, key);
  if ((stored?.value.revision ?? 0) !== before.revision) {
    throw new Error(`the state of ${state.model} changed from revision ${before.revision} inside its own transaction`);
  }
  await transaction.put(states, key, state, stored?.revision ?? 'absent');
}

export async function writeRouting(transaction: Transaction, document: RoutingDocument): Promise<void> {
  await transaction.put(routing, compositeKey(document.environment, document.model), document);
}

export async function readRouting(
  transaction: ReadTransaction,
  environment: string,
  model: string,
): Promise<RoutingDocument | undefined> {
  return (await transaction.get(routing, compositeKey(environment, model)))?.value;
}

/** Every routing document there is: what is projected to the apps. */
export async function readRoutingDocuments(transaction: ReadTransaction): Promise<RoutingDocument[]> {
  return (await transaction.range(routing, {})).map(({ value }) => value);
}

export interface VersionOfModel {
  readonly environment: string;
  readonly model: string;
  readonly version: string;
}

export async function readGates(
  transaction: ReadTransaction,
  { environment, model, version }: VersionOfModel,
): Promise<StoredGates> {
  const stored = await transaction.get(gates, compositeKey(environment, model, version));
  return stored?.value ?? { step: '', results: [] };
}

export async function writeGates(
  transaction: Transaction,
  { environment, model, version }: VersionOfModel,
  value: StoredGates,
): Promise<void> {
  await transaction.put(gates, compositeKey(environment, model, version), value);
}

export async function readGuard(
  transaction: ReadTransaction,
  environment: string,
  model: string,
): Promise<Guard | undefined> {
  return (await transaction.get(guards, compositeKey(environment, model)))?.value;
}

export async function writeGuard(
  transaction: Transaction,
  environment: string,
  model: string,
  guard: Guard,
): Promise<void> {
  await transaction.put(guards, compositeKey(environment, model), guard);
}

export async function readWatchGates(
  transaction: ReadTransaction,
  environment: string,
  model: string,
): Promise<WatchGates | undefined> {
  return (await transaction.get(watchGates, compositeKey(environment, model)))?.value;
}

export async function writeWatchGates(
  transaction: Transaction,
  environment: string,
  model: string,
  value: WatchGates,
): Promise<void> {
  await transaction.put(watchGates, compositeKey(environment, model), value);
}

export async function readEvaluation(
  transaction: ReadTransaction,
  { environment, model, version }: VersionOfModel,
): Promise<Evaluation | undefined> {
  return (await transaction.get(evaluations, compositeKey(environment, model, version)))?.value;
}

export async function writeEvaluation(
  transaction: Transaction,
  environment: string,
  evaluation: Evaluation,
): Promise<void> {
  await transaction.put(evaluations, compositeKey(environment, evaluation.model, evaluation.version), evaluation);
}

export async function readApproval(transaction: ReadTransaction, id: string): Promise<Stored<Approval> | undefined> {
  return transaction.get(approvals, id);
}

export async function writeApproval(transaction: Transaction, approval: Approval): Promise<void> {
  const { environment, model, requestedAt, id } = approval;
  await transaction.put(approvals, id, approval);
  await transaction.put(approvalsOfModel, compositeKey(environment, model, requestedAt, id), id);
}

/** The latest approvals of a model, newest first. */
export async function readApprovals(
  transaction: ReadTransaction,
  environment: string,
  model: string,
  limit: number,
): Promise<Stored<Approval>[]> {
  const ids = await transaction.range(approvalsOfModel, {
    prefix: `${compositeKey(environment, model)}/`,
    limit,
    reverse: true,
  });
  const found = await transaction.getMany(
    approvals,
    ids.map(({ value }) => value),
  );
  return found.filter((stored) => stored !== undefined);
}
