import type { EventBatch, InferenceBatch, OutcomeBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../config/settings.ts';
import { createProfile, type Profile, type Reference } from '../profile/index.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type { VersionKey } from '../store/history.ts';
import type { StretchContext } from './commit-context.ts';
import type { JoinColumns } from './join-columns.ts';
import type { ModelBatch } from './join-run.ts';
import type { VersionTraffic } from './version-traffic.ts';

/**
 * Batches that came one after the other without a window coming to its end between them. A commit works them off one by
 * one, so windows close between the same batches however often somebody commits.
 */
export class Stretch {
  readonly inferences: ModelBatch<JoinColumns>[] = [];
  readonly outcomes: ModelBatch<OutcomeBatch>[] = [];
  /** Counts of windows of versions that have a reference. */
  readonly windows = new Map<VersionTraffic, Map<number, Profile>>();
  /** Rows of all other versions. */
  readonly unplaced: UnplacedRows[] = [];
  /** Counts of other collectors, which know how they come to their windows. Returns how many rows came late. */
  readonly elsewhere: ((context: StretchContext) => Promise<number>)[] = [];

  window(traffic: VersionTraffic, from: number, reference: Reference): Profile {
    let windows = this.windows.get(traffic);
    if (windows === undefined) {
      windows = new Map();
      this.windows.set(traffic, windows);
    }
    let profile = windows.get(from);
    if (profile === undefined) {
      profile = createProfile(reference.shape);
      windows.set(from, profile);
    }
    return profile;
  }
}

/** What was applied since the last commit. */
export class Pending {
  readonly stretches: Stretch[] = [new Stretch()];
  readonly deadLetters: DeadLetter[] = [];
  readonly models = new Map<string, { inferences: number; outcomes: number }>();
  unknownModelEvents = 0;
  duplicateBatches = 0;
  streamRegressions = 0;
  missedMessages = 0;
  clampedEvents = 0;
  inferenceRows = 0;
  outcomeRows = 0;
  bytes = 0;
  /** Rows of a version were set aside because it is not known whether there is a reference: a commit will know. */
  needsLookUp = false;

  get isEmpty(): boolean {
    const others = this.duplicateBatches + this.streamRegressions + this.missedMessages;
    return this.inferenceRows + this.outcomeRows + this.deadLetters.length + others === 0;
  }

  /** The stretch that batches go to now. */
  get stretch(): Stretch {
    return this.stretches.at(-1)!;
  }

  /** A window may have come to its end: what comes now comes after it. */
  cut(): void {
    this.stretches.push(new Stretch());
  }

  count(settings: ModelSettings, batch: EventBatch, isNew: boolean): void {
    if (!isNew) {
      this.duplicateBatches++;
      return;
    }
    let model = this.models.get(settings.name);
    if (model === undefined) {
      model = { inferences: 0, outcomes: 0 };
      this.models.set(settings.name, model);
    }
    if (batch.kind === 'inference') {
      this.inferenceRows += batch.count;
      model.inferences += batch.count;
      this.bytes += batch.count * (batch.uuids === undefined ? bytesPerRow : bytesPerUuidRow);
    } else {
      this.outcomeRows += batch.count;
      model.outcomes += batch.count;
      this.bytes += batch.count * bytesPerRow;
    }
  }

  /** Rows of an inference batch wait as they came, for want of a reference. */
  setAside(batch: InferenceBatch, rows: number): void {
    this.bytes += rows * (batch.features.length * 8 + bytesPerRow);
  }
}

/** Id, time and the rest of a row; of an inference what outcomes will need. */
const bytesPerRow = 160;
const bytesPerUuidRow = 64;

export interface UnplacedRows {
  readonly settings: ModelSettings;
  readonly key: VersionKey;
  readonly from: number;
  readonly rows: InferenceBatch;
}
