/**
 * The closed vocabulary of version control: why a command was refused, and why a gate gave its verdict. One code, one
 * meaning, shared by API, UI, logs, audit and tests. Codes never change their meaning; sentences may.
 */

/** Why the state machine refuses a command. */
export const refusalReasons = {
  STALE_REVISION: 'The model changed since it was read: read it again and decide again',
  UNKNOWN_VERSION: 'No such version is registered',
  VERSION_EXISTS: 'This version is registered already, with another artefact',
  NO_ARTEFACT: 'The version was only seen in events: register its artefact before routing traffic to it',
  WRONG_STATE: 'The version is in a state that does not allow this',
  NOT_EVALUATED: 'The version has no passed evaluation beside the champion',
  EVALUATION_OUTDATED: 'The version was evaluated beside another champion: evaluate it again',
  NO_GATES: 'No gate would watch this canary: nothing may take traffic unwatched',
  ROLLOUT_ACTIVE: 'Another rollout is active on this model',
  NO_ROLLOUT: 'No rollout is active on this model',
  ALREADY_PAUSED: 'The rollout is paused already',
  NOT_PAUSED: 'The rollout is not paused',
  ROLLOUT_PAUSED: 'The rollout is paused: resume it first',
  WEIGHT_NOT_LARGER: 'A canary only grows; to shrink it, roll it back',
  NO_CHAMPION: 'No version is champion yet',
  NOT_AT_LAST_STEP: 'The version has not been through every canary step',
  GATES_NOT_PASSED: 'Not every gate passes: no data is never a pass',
  PROMOTION_PENDING: 'A promotion of this version is waiting for approval already',
  NO_PROMOTION: 'No promotion is waiting for approval',
  APPROVAL_EXPIRED: 'The approval has expired: request the promotion again',
  APPROVAL_VOID: 'What was to be approved has changed: request the promotion again',
  APPROVER_NOT_HUMAN: 'Only people approve',
  APPROVER_IS_REQUESTER: 'The person who requested it counts already: somebody else has to approve',
  ALREADY_APPROVED: 'This person approved already',
  NO_ROLL_BACK_TARGET: 'There is no earlier champion to go back to',
  BAD_ROLL_BACK_TARGET: 'The version to go back to was never champion, or is out of service',
  TARGET_UNHEALTHY: 'The version to go back to is not healthy: traffic stays where it is',
  VERSION_SERVES: 'The version takes traffic: roll it back first',
} as const;

export type RefusalReason = keyof typeof refusalReasons;

/** Why a gate passed, failed, or could not say. */
export const gateCodes = {
  // pass
  NOT_WORSE: 'Shown not to be worse than allowed',
  NO_HARM_SEEN: 'Enough rows, and no sign of harm',
  AGREES: 'Shadow and champion agree often enough',
  WITHIN_LIMIT: 'Within the limit',
  DIGESTS_MATCH: 'Every instance loaded the registered artefact',
  READY: 'Every gate passes at the last step: only people are missing',
  // fail
  WORSE_THAN_ALLOWED: 'Worse than the champion by more than allowed',
  DISAGREES: 'Shadow and champion disagree too often',
  OVER_LIMIT: 'Over the limit',
  DIGEST_MISMATCH: 'An instance loaded something else than the registered artefact',
  // inconclusive
  TOO_FEW_ROWS: 'Too few rows to say anything',
  NO_LABELS: 'No outcomes have arrived',
  NOT_SHOWN: 'Neither harm nor its absence is shown yet',
  NO_CHAMPION: 'There is no champion to compare with',
  NOT_LOADED: 'No instance has reported the artefact yet',
  NOT_READY: 'Not every gate passes at the last step',
  // error
  MISSING_DATA: 'What the gate reads is missing',
  CANNOT_EVALUATE: 'The versions cannot be run on the held-out rows',
} as const;

export type GateCode = keyof typeof gateCodes;

/** Why a rollout ended, or a version left its place, without a person asking. */
export const automaticReasons = {
  GATE_FAILED: 'A gate failed',
  EVALUATION_FAILED: 'The evaluation beside the champion failed',
  DIGEST_MISMATCH: 'The artefact is not the registered one',
} as const;

export type AutomaticReason = keyof typeof automaticReasons;
