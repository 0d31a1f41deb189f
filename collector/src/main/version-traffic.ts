import { declaredSegmentsOf } from '../config/segments.ts';
import type { ModelSettings } from '../config/settings.ts';
import {
  ArrivalCounter,
  decodeMonitorState,
  encodeMonitorState,
  type MonitorState,
  type OutcomeArrivals,
} from '../monitor/index.ts';
import { decodeProfile, encodeProfile, type Profile, type Reference } from '../profile/index.ts';
import { earliestTime, putVersionSeen, readReference, type VersionKey, versionKey } from '../store/history.ts';
import { type Collection, jsonCollection, type ReadTransaction, type Transaction } from '../store/port.ts';
import { LearningRows } from './learning-rows.ts';

/** What is known of one version's traffic between two windows. */
export interface TrafficState {
  firstSeenAt: number;
  firstEventAt: number;
  lastEventAt: number;
  rows: number;
  /** Start of the earliest window that may still close; everything before is closed. */
  closedBefore: number;
  /** Starts of windows with rows that have not closed, ascending. */
  openWindows: number[];
  /** Rows are being gathered for a reference; `null` once there is one. */
  learning: Learning | null;
  /** Windows that start before this gave the reference its rows: detectors leave them out. */
  judgedFrom: number;
  /** Windows that end before this had their outcomes judged when they were due. Not there: none had. */
  dueUntil?: number;
  referenceId: string | null;
}

export interface Learning {
  /** Rows kept so far, in how many pieces. */
  rows: number;
  pieces: number;
  /** End of the last window of the rows that make the reference; `null` while there are too few. */
  until: number | null;
}

/** A segment that nothing is counted in any more. */
export interface UndeclaredSegment {
  readonly key: VersionKey;
  readonly settings: ModelSettings;
  readonly lastEventAt: number;
}

/** One version of one model, or a segment of it, as the engine knows it. Heavy parts are read when they are first needed. */
export class VersionTraffic {
  readonly key: VersionKey;
  readonly settings: ModelSettings;
  readonly state: TrafficState;
  /** Outcomes that arrived and have not been judged. */
  readonly arrivals = new ArrivalCounter();
  readonly learningRows: LearningRows;
  #reference: Reference | null | undefined;
  #late: Profile | null | undefined;
  #monitor: MonitorState | null | undefined;
  #lateChanged = false;
  #monitorChanged = false;

  private constructor(settings: ModelSettings, key: VersionKey, state: TrafficState) {
    this.key = key;
    this.settings = settings;
    this.state = state;
    this.learningRows = new LearningRows(key);
  }

  /** A version, or a segment, that was never heard of: its windows close from `closedBefore` on. */
  static start(settings: ModelSettings, key: VersionKey, at: number, closedBefore = earliestTime): VersionTraffic {
    const traffic = new VersionTraffic(settings, key, {
      firstSeenAt: at,
      firstEventAt: Number.POSITIVE_INFINITY,
      lastEventAt: Number.NEGATIVE_INFINITY,
      rows: 0,
      closedBefore,
      openWindows: [],
      learning: { rows: 0, pieces: 0, until: null },
      judgedFrom: earliestTime,
      referenceId: null,
    });
    traffic.#reference = null;
    traffic.#late = null;
    traffic.#monitor = null;
    return traffic;
  }

  /** Every version of the configured models, and the segments that are declared of them now. */
  static async readAll(
    transaction: ReadTransaction,
    settingsOf: (model: string, environment: string) => ModelSettings | undefined,
  ): Promise<VersionTraffic[]> {
    const stored = await transaction.range(traffics, {});
    return stored.flatMap(({ value: { key, state, arrivals } }) => {
      const settings = settingsOf(key.model, key.environment);
      if (settings === undefined || !isDeclared(settings, key)) return [];
      const traffic = new VersionTraffic(settings, key, state);
      traffic.arrivals.addAll(arrivals);
      return [traffic];
    });
  }

  /** Segments that are stored of these versions and declared no longer. */
  static async readUndeclared(
    transaction: ReadTransaction,
    declared: ReadonlyMap<string, VersionTraffic>,
  ): Promise<UndeclaredSegment[]> {
    const stored = await transaction.range(traffics, {});
    return stored.flatMap(({ value: { key, state } }) => {
      const whole = declared.get(versionKey({ ...key, segment: undefined }));
      if (whole === undefined || isDeclared(whole.settings, key)) return [];
      return [{ key, settings: whole.settings, lastEventAt: state.lastEventAt }];
    });
  }

  /** Removes what is stored of the traffic itself; not its windows. */
  static async forget(transaction: Transaction, key: VersionKey): Promise<void> {
    const name = versionKey(key);
    await new LearningRows(key).forget(transaction);
    await transaction.delete(lateRows, name);
    await transaction.delete(monitorStates, name);
    await transaction.delete(traffics, name);
  }

  /** The reference as far as it is in memory: `undefined` when it has not been read yet. */
  get knownReference(): Reference | null | undefined {
    return this.#reference;
  }

  async reference(transaction: ReadTransaction): Promise<Reference | null> {
    if (this.#reference === undefined) {
      const stored = this.state.referenceId === null ? undefined : await readReference(transaction, this.key);
      this.#reference = stored ?? null;
    }
    return this.#reference;
  }

  adopt(reference: Reference): void {
    this.#reference = reference;
    this.state.referenceId = reference.id;
    this.state.learning = null;
    this.setMonitor(null);
  }

  /** Rows that came after their window had closed and have not been judged. */
  async late(transaction: ReadTransaction): Promise<Profile | null> {
    if (this.#late === undefined) {
      const reference = await this.reference(transaction);
      const stored = await transaction.get(lateRows, versionKey(this.key));
      this.#late = stored === undefined || reference === null ? null : decodeProfile(stored.value, reference.shape);
    }
    return this.#late;
  }

  setLate(rows: Profile | null): void {
    this.#late = rows;
    this.#lateChanged = true;
  }

  async monitor(transaction: ReadTransaction): Promise<MonitorState | null> {
    if (this.#monitor === undefined) {
      this.#monitor = (await transaction.get(monitorStates, versionKey(this.key)))?.value ?? null;
    }
    return this.#monitor;
  }

  setMonitor(state: MonitorState | null): void {
    this.#monitor = state;
    this.#monitorChanged = true;
  }

  /** Have outcomes arrived that were not judged? */
  hasArrivals(): boolean {
    const { overall, ratings } = this.#arrivalsSoFar();
    return overall.labelled > 0 || ratings !== undefined;
  }

  async write(transaction: Transaction): Promise<void> {
    const name = versionKey(this.key);
    const { firstSeenAt, firstEventAt, lastEventAt, rows } = this.state;
    await this.learningRows.write(transaction);
    if (this.key.segment === undefined) {
      await putVersionSeen(transaction, { ...this.key, firstSeenAt, firstEventAt, lastEventAt, rows });
    }
    await transaction.put(traffics, name, { key: this.key, state: this.state, arrivals: this.#arrivalsSoFar() });
    if (this.#lateChanged) {
      if (this.#late) await transaction.put(lateRows, name, encodeProfile(this.#late));
      else await transaction.delete(lateRows, name);
      this.#lateChanged = false;
    }
    if (this.#monitorChanged) {
      if (this.#monitor) await transaction.put(monitorStates, name, this.#monitor);
      else await transaction.delete(monitorStates, name);
      this.#monitorChanged = false;
    }
  }

  #arrivalsSoFar(): OutcomeArrivals {
    const arrivals = this.arrivals.take();
    this.arrivals.addAll(arrivals);
    return arrivals;
  }
}

function isDeclared(settings: ModelSettings, { segment }: VersionKey): boolean {
  return segment === undefined || declaredSegmentsOf(settings).some((declared) => declared.segment === segment);
}

/** What a version is compared with, once that is settled; `undefined` while it is not. */
export async function readAdoptedReference(
  transaction: ReadTransaction,
  key: VersionKey,
): Promise<Reference | undefined> {
  const adopted = (await transaction.get(traffics, versionKey(key)))?.value.state.referenceId ?? null;
  if (adopted === null) return undefined;
  const reference = await readReference(transaction, key);
  return reference?.id === adopted ? reference : undefined;
}

interface StoredTraffic {
  readonly key: VersionKey;
  readonly state: TrafficState;
  readonly arrivals: OutcomeArrivals;
}

const traffics = jsonCollection<StoredTraffic>('traffic');
const lateRows: Collection<Uint8Array> = { name: 'late_rows', encode: (bytes) => bytes, decode: (bytes) => bytes };
const monitorStates: Collection<MonitorState> = {
  name: 'monitor_states',
  encode: encodeMonitorState,
  decode: decodeMonitorState,
};
