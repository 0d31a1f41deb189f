/** What went wrong with a request, in the terms a page needs to choose what to show. */
export type FailureKind =
  /** The collector, or the way to it, does not answer. */
  | 'unreachable'
  /** Grafana or the collector does not let this person do it. */
  | 'forbidden'
  | 'not_found'
  /** Somebody changed the target since it was read. */
  | 'stale'
  /** The state machine refuses; the message says why. */
  | 'refused'
  | 'failed';

/** Every request of the plugin fails with this and nothing else. */
export class RequestFailure extends Error {
  readonly kind: FailureKind;
  /** The collector's stable code, or `HTTP_<status>` when the answer is not the collector's. */
  readonly code: string;
  readonly status: number;

  constructor(kind: FailureKind, code: string, status: number, message: string) {
    super(message);
    this.name = 'RequestFailure';
    this.kind = kind;
    this.code = code;
    this.status = status;
  }
}
