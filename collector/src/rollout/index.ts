export { type Actor, systemActor } from './actor.ts';
export type { Approval } from './approval.ts';
export { ArtefactStore, digestOf } from './artefacts.ts';
export type { RolloutEvent } from './command.ts';
export type { Evaluation, MetricPair } from './evaluation/evaluate.ts';
export { type GateName, type GateResult, type GateVerdict, gateNames } from './gate.ts';
export type { LoadedArtefacts } from './gates/integrity.ts';
export {
  automaticReasons,
  type GateCode,
  gateCodes,
  type RefusalReason,
  refusalReasons,
} from './reasons.ts';
export { readRouting, readRoutingDocuments, readState } from './records.ts';
export {
  type ActionOutcome,
  type Control,
  type RegisterVersion,
  type RolloutAction,
  RolloutService,
  type RolloutServiceOptions,
} from './service.ts';
export { type RolloutState, trafficWeights, type VersionRecord, type VersionState } from './state.ts';
export type { VersionsView, VersionView } from './versionsView.ts';
export type { ClosedWindow } from './watch.ts';
