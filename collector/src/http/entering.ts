import type { IncomingHttpHeaders } from 'node:http';

/** A body that brings events: from a request, or from a dead letter that is tried again. */
export interface EnteringBody {
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: unknown;
  readonly bytes: Uint8Array;
  /** Whose batches its events become: the same for the same body of the same sender. */
  readonly producer: string;
}

/** What a door did with a body. */
export type Entered =
  | { readonly kind: 'entered'; readonly accepted: number; readonly batches: number }
  | { readonly kind: 'refusal'; readonly code: string; readonly reason: string };
