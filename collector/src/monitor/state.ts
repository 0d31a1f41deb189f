import { PlumblineError } from '../errors.ts';
import type { Reference } from '../profile/index.ts';
import type { Audit } from './audits.ts';
import type { Pace, PaceName } from './detectors/arrivalPace.ts';
import type { FirstRatings } from './detectors/ratingDetector.ts';
import type { RatingType } from './ratings.ts';

/**
 * What the detectors of one (model, environment, version, reference) remember between windows. Evidence against one
 * reference is never used against another, so a new reference or version starts from `initialMonitorState`.
 */
export interface MonitorState {
  /** Id of the reference the evidence is about. */
  readonly reference: string;
  /** Windows evaluated so far. */
  readonly windows: number;
  /** By stream: the wealth of each bet of its detector. None: it starts from nothing. */
  readonly detectors: ReadonlyMap<string, Float64Array>;
  /** By group: whether enough comes of it to say anything. */
  readonly audits: ReadonlyMap<string, Audit>;
  /** The first ratings of the version, which later ones are compared with. */
  readonly firstRatings: Readonly<Partial<Record<RatingType, FirstRatings>>>;
  /** How many rows came and how late, where that is watched. */
  readonly paces: Readonly<Partial<Record<PaceName, Pace>>>;
  /** By stream with a running estimate: its counts by cell over all windows. */
  readonly counted: ReadonlyMap<string, readonly number[]>;
}

/** Before the first window: no evidence against anything. */
export function initialMonitorState(reference: Reference): MonitorState {
  return {
    reference: reference.id,
    windows: 0,
    detectors: new Map(),
    audits: new Map(),
    firstRatings: {},
    paces: {},
    counted: new Map(),
  };
}

export function encodeMonitorState(state: MonitorState): Uint8Array {
  const streams = [...state.detectors].map(([stream, values]): [string, number] => [stream, values.length]);
  const header = new TextEncoder().encode(
    JSON.stringify({
      format,
      reference: state.reference,
      windows: state.windows,
      streams,
      audits: [...state.audits],
      firstRatings: state.firstRatings,
      paces: state.paces,
      counted: [...state.counted],
    }),
  );
  const numbers = streams.reduce((sum, [, length]) => sum + length, 0);
  const bytes = new Uint8Array(4 + header.length + numbers * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length, true);
  bytes.set(header, 4);
  let at = 4 + header.length;
  for (const values of state.detectors.values()) {
    for (const value of values) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

/** Reads what `encodeMonitorState` wrote. Throws `BAD_DATA` on anything else. */
export function decodeMonitorState(bytes: Uint8Array): MonitorState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const headerLength = view.getUint32(0, true);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + headerLength));
    const header: unknown = JSON.parse(text);
    if (!isHeader(header)) throw new RangeError('its header is not one of this format');
    let at = 4 + headerLength;
    const detectors = new Map<string, Float64Array>();
    for (const [stream, length] of header.streams) {
      const values = new Float64Array(length);
      for (let index = 0; index < length; index += 1, at += 8) values[index] = view.getFloat64(at, true);
      detectors.set(stream, header.format === formatOfLogs ? values.map(Math.exp) : values);
    }
    if (at !== bytes.length) throw new RangeError(`${bytes.length - at} bytes are left over`);
    const { reference, windows, audits, firstRatings = {}, paces = {}, counted } = header;
    return {
      reference,
      windows,
      detectors,
      firstRatings,
      paces,
      audits: new Map(audits),
      counted: new Map(counted),
    };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new PlumblineError('BAD_DATA', `stored monitor state cannot be read: ${problem}`, { cause });
  }
}

/** Raised when the meaning of the numbers changes. */
const format = 2;
/** States in it hold the natural logarithms of wealth. */
const formatOfLogs = 1;

interface Header {
  readonly format: number;
  readonly reference: string;
  readonly windows: number;
  readonly streams: readonly (readonly [string, number])[];
  /** Not in states that were written before there were any. */
  readonly audits?: readonly (readonly [string, Audit])[];
  readonly firstRatings?: MonitorState['firstRatings'];
  readonly paces?: MonitorState['paces'];
  readonly counted?: readonly (readonly [string, readonly number[]])[];
}

function isHeader(header: unknown): header is Header {
  if (typeof header !== 'object' || header === null) return false;
  const candidate = header as Partial<Record<keyof Header, unknown>>;
  return (
    (candidate.format === format || candidate.format === formatOfLogs) &&
    typeof candidate.reference === 'string' &&
    Number.isSafeInteger(candidate.windows) &&
    (candidate.audits === undefined || Array.isArray(candidate.audits)) &&
    (candidate.counted === undefined || Array.isArray(candidate.counted)) &&
    Array.isArray(candidate.streams) &&
    candidate.streams.every(
      (stream: unknown) =>
        Array.isArray(stream) && typeof stream[0] === 'string' && Number.isSafeInteger(stream[1]) && stream[1] >= 0,
    )
  );
}
