/**
 * Everything that can go wrong after a monitor was made, as code and explanation. Nothing of it reaches the app as an
 * exception: drops are counted, problems are shown by `status()` and warned about once a minute. Codes never change.
 */

/** Why an event was not delivered. */
export const dropReasons = {
  invalid_event: 'The event lacks something it cannot do without, or has it in a form nobody could read',
  not_declared: "The outcome is a text that the model's options do not declare under `outcomes` or `classes`",
  unknown_model: 'The monitor was not told about this model: name it in the options',
  buffer_events: 'The buffer holds as many events as it may: the broker is away, or slower than the app',
  buffer_bytes: 'The buffer holds as many bytes as it may: the broker is away, or slower than the app',
  spool_full: 'The spool holds as many bytes as it may: the broker is away, or slower than the app',
  extractor_failed: 'A function given to wrap() threw while it read the arguments or the result',
  batch_refused: 'The broker refused the batch for good, for example because it is larger than a message may be',
  not_delivered: 'The monitor was shut down, or the process ended, before the broker had acknowledged the event',
  switched_off: 'PLUMBLINE_CAPTURE=off is set: nothing is recorded',
  closed: 'The monitor had been shut down already',
  internal_error: 'A fault of the SDK itself; the warning in the log says more',
} as const;

export type DropReason = keyof typeof dropReasons;

/** What currently keeps a monitor from doing its work. */
export const problemCodes = {
  unreachable: 'No broker answers at the given addresses',
  not_authorized: 'The broker does not accept the credentials',
  stream_missing: 'The stream does not exist: is the collector running, and JetStream enabled?',
  stream_full: 'The stream has no room: the collector is behind, or its limits are too small',
  publish_denied: "The credentials do not allow publishing this model's events",
  inbox_denied: 'The credentials do not allow reading acknowledgements: set `inboxPrefix` to what they allow',
  not_acknowledged: 'The broker takes batches but does not acknowledge them in time',
  batch_refused: 'The broker refused a batch',
  extractor_paused:
    'A function given to wrap() or to an instrumentation failed or was slow ten times in a row: it is tried once a minute',
  extractor_slow:
    'A function given to wrap() or to an instrumentation takes longer than 10 ms: every call of the app waits for it',
  redactor_paused: 'redact() failed or was slow ten times in a row: it is tried once a minute, and metadata leaves',
  spool_failed: 'The spool cannot be read or written: what is recorded meanwhile is lost if the process ends',
  routing_unavailable: 'Routing cannot be read: the last known or compiled-in routing stays in force',
  routing_malformed: 'A routing document was not understood and ignored',
  artefact_mismatch: 'Another artefact is loaded than routing names for the version: that version does not serve here',
  artefact_unreadable: 'A loaded artefact could not be read to compute its digest: the collector does not know of it',
  routing_cache: 'The last routing document could not be kept on disk',
} as const;

export type ProblemCode = keyof typeof problemCodes;

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly since: number;
}
