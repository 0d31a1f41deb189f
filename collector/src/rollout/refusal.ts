import type { Command, DecisionContext, Happening } from './command.ts';
import type { RefusalReason } from './reasons.ts';
import { refusalReasons } from './reasons.ts';
import type { VersionRecord } from './state.ts';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
}

export interface Refused {
  readonly refusal: Refusal;
}

/** What one kind of command leads to. */
export type Outcome = { readonly happenings: readonly Happening[] } | Refused;

export type CommandOf<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

export function refuse(reason: RefusalReason, detail?: string): Refused {
  const sentence = refusalReasons[reason];
  return { refusal: { reason, message: detail === undefined ? sentence : `${sentence} (${detail})` } };
}

export const unknownVersion = (version: string): Refused => refuse('UNKNOWN_VERSION', version);
export const noArtefact = ({ version }: VersionRecord): Refused => refuse('NO_ARTEFACT', `version ${version}`);
export const rolloutActive = (version: string): Refused => refuse('ROLLOUT_ACTIVE', `version ${version}`);
export const wrongState = (record: VersionRecord, purpose: string): Refused =>
  refuse('WRONG_STATE', `version ${record.version} is ${record.state}; wanted: ${purpose}`);

export function gatesOpen(open: readonly string[], context: DecisionContext): Refused {
  const details = open.map((name) => {
    const result = context.gates.find((gate) => gate.gate === name);
    if (result === undefined) return `${name}: not looked at yet`;
    if (result.at < context.gatesFrom) return `${name}: looked at too long ago`;
    return `${name}: ${result.reason}`;
  });
  return refuse('GATES_NOT_PASSED', details.join('; '));
}
