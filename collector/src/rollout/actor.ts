import type { Role } from '../config/settings.ts';

/** Who does something: a person behind Grafana, a machine with a token, or the collector itself. */
export interface Actor {
  /** `user:<id>`, `token:<name>`, `local:<name>` or `system:<room>`. What approvals and the audit log compare. */
  readonly subject: string;
  /** For reading only. */
  readonly name: string;
  /** `null`: a machine, which has scopes instead. */
  readonly role: Role | null;
  readonly scopes: readonly string[];
  /** Only people count towards approvals. */
  readonly human: boolean;
}

/** The collector acting by itself: gates, timers, the configuration file. */
export function systemActor(room: string): Actor {
  return { subject: `system:${room}`, name: `Plumbline (${room})`, role: null, scopes: [], human: false };
}
