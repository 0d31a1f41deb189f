import type { EventBatch, OutcomeBatch } from '@plumbline/sdk/event';
import type { ModelSettings } from '../../config/settings.ts';
import { ArrivalCounter } from '../../monitor/index.ts';
import {
  createProfile,
  foldInferences,
  foldOutcome,
  type Profile,
  type Reference,
  weightOf,
} from '../../profile/index.ts';
import { type VersionKey, versionKey } from '../../store/history.ts';
import { withCosts } from '../costs.ts';
import { JoinColumns, ownOutcomes } from '../join-columns.ts';
import { readJoinKey } from '../join-record.ts';
import type { JoinEffects, ModelBatch } from '../join-run.ts';
import { joinedGroups, partByUnit, segmentColumns, type UnitRows, unitsOf, wholeOf } from '../segments.ts';
import { selectRows } from '../select-rows.ts';
import { windowStart } from '../windows.ts';
import type { ContributionPart, RawLabel } from './contribution.ts';

/** References of versions that have one, as this collector knows them. */
export type KnownReferences = ReadonlyMap<string, Reference>;

/** What this collector has counted of one slice since its last commit. */
export class SliceCounts {
  readonly slice: number;
  readonly inferences: ModelBatch<JoinColumns>[] = [];
  readonly outcomes: ModelBatch<OutcomeBatch>[] = [];
  readonly #rows = new Map<string, WindowCounts>();
  readonly #outcomes = new Map<string, WindowCounts>();
  readonly #batches: ContributionPart[] = [];
  readonly #arrivals = new Map<string, { key: VersionKey; counter: ArrivalCounter }>();
  readonly #labels = new Map<string, { key: VersionKey; labels: RawLabel[] }>();
  readonly #agreements = new Map<string, { key: VersionKey; from: number; agree: number; disagree: number }>();

  constructor(slice: number) {
    this.slice = slice;
  }

  /** Adds a batch that lies at `sequence` of the stream. Returns which of its rows wait for a reference. */
  add(
    settings: ModelSettings,
    came: EventBatch,
    place: { readonly partition: number; readonly sequence: number },
    references: KnownReferences,
  ): UnitRows[] {
    if (came.kind === 'outcome') {
      this.outcomes.push({ settings, batch: ownOutcomes(came), partition: place.partition });
      return [];
    }
    const batch = withCosts(settings, came);
    const segments = segmentColumns(settings, batch);
    this.inferences.push({
      settings,
      batch: new JoinColumns(batch, joinedGroups(batch, segments)),
      partition: place.partition,
    });
    const waiting: UnitRows[] = [];
    for (const unit of partByUnit(settings, batch, segments)) {
      const { key, from, rows } = unit;
      const reference = references.get(versionKey(key));
      if (reference !== undefined) {
        foldInferences(windowOf(this.#rows, key, from, reference), batch, rows);
        continue;
      }
      const contribution = { kind: 'batch' as const, key, from, sequence: place.sequence };
      this.#batches.push({ slice: this.slice, contribution, content: selectRows(batch, rows) });
      waiting.push(unit);
    }
    return waiting;
  }

  /** Where the join of outcomes and inferences leaves what it finds. */
  effects(references: KnownReferences): JoinEffects {
    const arrivalsOf = (key: VersionKey): ArrivalCounter =>
      entryOf(this.#arrivals, versionKey(key), () => ({ key, counter: new ArrivalCounter() })).counter;
    return {
      labelled: async (settings, record, label, joinKey) => {
        const from = windowStart(record.time, settings.window);
        const { inferenceId } = readJoinKey(joinKey);
        for (const key of unitsOf(settings, record)) {
          const reference = references.get(versionKey(key));
          if (reference === undefined) {
            const { labels } = entryOf(this.#labels, versionKey(key), () => ({ key, labels: [] }));
            labels.push({ inferenceId, record, label });
          } else {
            foldOutcome(windowOf(this.#outcomes, key, from, reference), record, label, inferenceId);
            arrivalsOf(key).add(reference.shape, record, label);
          }
        }
      },
      rated: async (settings, record, type, value) => {
        for (const key of unitsOf(settings, record)) arrivalsOf(key).rate(type, value, weightOf(record));
      },
      compared: async (settings, shadow, agree) => {
        const from = windowStart(shadow.time, settings.window);
        for (const key of unitsOf(settings, shadow)) {
          const name = `${versionKey(key)} ${from}`;
          const counts = entryOf(this.#agreements, name, () => ({ key, from, agree: 0, disagree: 0 }));
          if (agree) counts.agree += weightOf(shadow);
          else counts.disagree += weightOf(shadow);
        }
      },
      predictionScale: (settings, shadow) =>
        references.get(versionKey(wholeOf(settings, shadow)))?.shape.residualScale ?? 1,
    };
  }

  parts(): ContributionPart[] {
    const { slice } = this;
    return [
      ...this.#batches,
      ...[...this.#rows.values()].map(({ key, from, profile }) => ({
        slice,
        contribution: { kind: 'rows' as const, key, from },
        content: profile,
      })),
      ...[...this.#outcomes.values()].map(({ key, from, profile }) => ({
        slice,
        contribution: { kind: 'outcomes' as const, key, from },
        content: profile,
      })),
      ...[...this.#arrivals.values()].map(({ key, counter }) => ({
        slice,
        contribution: { kind: 'arrivals' as const, key, arrivals: counter.take() },
      })),
      ...[...this.#labels.values()].map(({ key, labels }) => ({
        slice,
        contribution: { kind: 'labels' as const, key, labels },
      })),
      ...[...this.#agreements.values()].map((counts) => ({
        slice,
        contribution: { kind: 'agreements' as const, ...counts },
      })),
    ];
  }
}

interface WindowCounts {
  readonly key: VersionKey;
  readonly from: number;
  readonly profile: Profile;
}

function windowOf(windows: Map<string, WindowCounts>, key: VersionKey, from: number, reference: Reference): Profile {
  return entryOf(windows, `${versionKey(key)} ${from}`, () => ({ key, from, profile: createProfile(reference.shape) }))
    .profile;
}

function entryOf<Entry>(entries: Map<string, Entry>, name: string, make: () => Entry): Entry {
  let entry = entries.get(name);
  if (entry === undefined) {
    entry = make();
    entries.set(name, entry);
  }
  return entry;
}
