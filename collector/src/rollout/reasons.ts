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
  FREEZE_WINDOW: 'No version gets traffic in a freeze window; going back is always allowed',
  ALREADY_QUEUED: 'The version waits in the queue already',
  NOT_QUEUED: 'The version does not wait in the queue',
  NOT_QUARANTINED: 'The version is not in quarantine',
  ARTEFACT_MISMATCH: 'An instance loaded something else than the registered artefact: no emergency overrides that',
  BREAK_GLASS_NEEDS_PERSON: 'Only a person with the role approver takes the responsibility alone',
  BREAK_GLASS_OPEN: 'An emergency is open already',
  BREAK_GLASS_TOO_LONG: 'An emergency may not be open for as long as that',
  NO_BREAK_GLASS: 'No emergency is open or waits to be looked at',
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
  TRAFFIC_FLOWS: 'The version had rows lately',
  SPLIT_AS_DESIRED: 'Traffic is split as desired',
  NO_ROWS_LEAKED: 'No held-out row is among the training rows',
  READY: 'Every gate passes at the last step: only people are missing',
  // fail
  WORSE_THAN_ALLOWED: 'Worse than the champion by more than allowed',
  DISAGREES: 'Shadow and champion disagree too often',
  OVER_LIMIT: 'Over the limit',
  DIGEST_MISMATCH: 'An instance loaded something else than the registered artefact',
  SPLIT_MISMATCH: 'Traffic is not split as desired',
  HELD_OUT_LEAKED: 'Held-out rows are among the training rows',
  // inconclusive
  TOO_FEW_ROWS: 'Too few rows to say anything',
  NO_LABELS: 'No outcomes have arrived',
  NOT_SHOWN: 'Neither harm nor its absence is shown yet',
  NO_CHAMPION: 'There is no champion to compare with',
  NOT_LOADED: 'No instance has reported the artefact yet',
  NOT_READY: 'Not every gate passes at the last step',
  NO_TRAFFIC: 'The version had no row lately',
  GROUPS_TOO_SMALL: 'Every group is too small to say anything about',
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
  POST_PROMOTION: 'A guard failed after the promotion',
  SUPERSEDED: 'A newer version took its place',
  ROLL_BACK_WINDOW_OVER: 'It was kept in reserve for as long as the settings say',
} as const;

/** Why a rollout stands still though nobody has ended it. */
export const holdReasons = {
  manual: 'Somebody paused it',
  freeze_window: 'No version gets traffic in a freeze window',
  awaiting_approval: 'People have to approve the promotion',
  awaiting_promotion: 'Every gate passes at the last step: somebody has to promote it',
  concurrent_incident: 'A gate failed and nothing rolls back automatically',
  observed_split_mismatch: 'Traffic is not split as desired',
  provider_error: 'A gate cannot look, or no events come',
  insufficient_data: 'A gate waits for more rows',
  inconclusive: 'A gate cannot say yet',
} as const;

export type HoldReason = keyof typeof holdReasons;

export type AutomaticReason = keyof typeof automaticReasons;
