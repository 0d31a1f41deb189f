import type { EventBatch, InferenceBatch, OutcomeBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../config/settings.ts';
import { createProfile, type Profile, type Reference } from '../profile/index.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type { VersionKey } from '../store/history.ts';
import type { VersionTraffic } from './version-traffic.ts';

/** What was applied since the last commit. */
export class Pending {
  readonly inferences: { readonly settings: ModelSettings; readonly batch: InferenceBatch }[] = [];
  readonly outcomes: { readonly settings: ModelSettings; readonly batch: OutcomeBatch }[] = [];
  /** Counts of windows of versions that have a reference. */
  readonly windows = new Map<VersionTraffic, Map<number, Profile>>();
  /** Rows of all other versions. */
  readonly unplaced: UnplacedRows[] = [];
  readonly deadLetters: DeadLetter[] = [];
  readonly models = new Map<string, { inferences: number; outcomes: number }>();
  unknownModelEvents = 0;
  duplicateBatches = 0;
  streamRegressions = 0;
  missedMessages = 0;
  inferenceRows = 0;
  outcomeRows = 0;
  bytes = 0;

  get isEmpty(): boolean {
    return (
      this.inferences.length === 0 &&
      this.outcomes.length === 0 &&
      this.deadLetters.length === 0 &&
      this.duplicateBatches + this.streamRegressions + this.missedMessages === 0
    );
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
      this.bytes += batch.count * (batch.features.length * 8 + bytesPerRow);
    } else {
      this.outcomeRows += batch.count;
      model.outcomes += batch.count;
      this.bytes += batch.count * bytesPerRow;
    }
  }

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

/** Ids, times and the rest of a row. */
const bytesPerRow = 160;

export interface UnplacedRows {
  readonly settings: ModelSettings;
  readonly key: VersionKey;
  readonly from: number;
  readonly rows: InferenceBatch;
}
