/** Why a batch cannot be read. Codes never change their meaning; the reason is for people. */
export const rejectionCodes = {
  UNSUPPORTED_CONTENT_TYPE: 'The content type names no encoding this version knows',
  UNSUPPORTED_VERSION: 'The frame has a newer version than this reader',
  TOO_LARGE: 'The batch exceeds a limit: bytes, rows, columns or cells',
  BAD_FRAME: 'The bytes are no columnar frame, or are cut off, or have bytes left over',
  BAD_HEADER: 'The header of the frame is not what the format says',
  BAD_COLUMN: 'A column does not hold what the header promises',
  BAD_JSON: 'A line is not JSON',
  BAD_EVENT: 'A field of an event has a wrong type or range, or is missing',
  UNKNOWN_FIELD: 'An event has a field the schema does not name',
  MIXED_BATCH: 'Events of one batch differ in kind or model',
  EMPTY_BATCH: 'The batch holds no event',
  NO_IDENTITY: 'The message names no producer and batch number, so a repeat could not be told from new events',
} as const;

export type RejectionCode = keyof typeof rejectionCodes;

/** A batch that cannot be read. `kind` tells it from a batch. */
export interface Rejection {
  readonly kind: 'rejection';
  readonly code: RejectionCode;
  /** What is wrong and where, for example `line 3: score must be a number or null, got "high"`. */
  readonly reason: string;
}

export function reject(code: RejectionCode, reason: string): Rejection {
  return { kind: 'rejection', code, reason };
}

/** Internal: unwinds out of a reader; the reader's entry turns it into its rejection. */
export class RejectedError extends Error {
  readonly rejection: Rejection;

  constructor(code: RejectionCode, reason: string) {
    super(reason);
    this.name = 'RejectedError';
    this.rejection = reject(code, reason);
  }
}

/** A value for a message to people, short; lists and objects by name only, as they may be huge or deep. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  }
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  }
  return value === undefined ? 'nothing' : String(value);
}
