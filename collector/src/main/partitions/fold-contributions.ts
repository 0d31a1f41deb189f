import { decodeProfile, foldAgreement, mergeInto, type Profile, shapeIdOf } from '../../profile/index.ts';
import { type VersionKey, versionKey } from '../../store/history.ts';
import type { StretchContext } from '../commit-context.ts';
import { countRows, findTraffic, foldLabel, placeRows } from '../engine-commit.ts';
import type { VersionTraffic } from '../version-traffic.ts';
import { type Contribution, decodeRows, type StoredContribution } from './contribution.ts';
import type { LearnedOutcomes } from './learned-outcomes.ts';

type Part<Kind extends Contribution['kind']> = {
  readonly contribution: Extract<Contribution, { readonly kind: Kind }>;
  readonly bytes: Uint8Array;
};

/**
 * Brings what all collectors counted of one slice to its windows, rows before outcomes: in the order in which a single
 * collector works off a commit, so that it ends the same. Returns how many rows came late.
 */
export async function foldContributions(
  context: StretchContext,
  contributions: readonly StoredContribution[],
  learned: LearnedOutcomes,
): Promise<number> {
  let lateRows = 0;
  const batches = partsOf(contributions, 'batch');
  batches.sort((a, b) => a.contribution.sequence - b.contribution.sequence);
  for (const { contribution, bytes } of batches) {
    const settings = settingsOf(context, contribution.key);
    if (settings === undefined) continue;
    lateRows += await placeRows(context, {
      settings,
      key: contribution.key,
      from: contribution.from,
      rows: decodeRows(bytes),
    });
  }
  for (const { contribution, bytes } of partsOf(contributions, 'rows')) {
    const traffic = await trafficOf(context, contribution.key);
    const counts = traffic && (await profileOf(context, traffic, bytes));
    if (counts !== undefined) lateRows += await countRows(context, traffic!, contribution.from, counts);
  }
  for (const { contribution, bytes } of partsOf(contributions, 'outcomes')) {
    await foldOutcomes(context, contribution, bytes);
  }
  for (const { contribution } of partsOf(contributions, 'arrivals')) {
    const traffic = await trafficOf(context, contribution.key);
    if (traffic === undefined) continue;
    traffic.arrivals.addAll(contribution.arrivals);
    context.touched.add(traffic);
  }
  for (const { contribution } of partsOf(contributions, 'labels')) {
    await foldLabels(context, contribution, learned);
  }
  for (const { contribution } of partsOf(contributions, 'agreements')) {
    const window = await context.windows.find(context.transaction, contribution.key, contribution.from);
    if (window === undefined) continue;
    foldAgreement(window.profile, true, contribution.agree);
    foldAgreement(window.profile, false, contribution.disagree);
    context.windows.change(window);
  }
  return lateRows;
}

async function foldOutcomes(
  context: StretchContext,
  { key, from }: Part<'outcomes'>['contribution'],
  bytes: Uint8Array,
): Promise<void> {
  const window = await context.windows.find(context.transaction, key, from);
  const traffic = window && (await trafficOf(context, key));
  const counts = traffic && (await profileOf(context, traffic, bytes));
  if (window === undefined || counts === undefined) return;
  mergeInto(window.profile, counts);
  context.windows.change(window);
}

/** Labels of versions that had no reference when they were joined: each counts by itself, as in a single collector. */
async function foldLabels(
  context: StretchContext,
  { key, labels }: Part<'labels'>['contribution'],
  learned: LearnedOutcomes,
): Promise<void> {
  const settings = settingsOf(context, key);
  if (settings === undefined) return;
  for (const each of labels) await foldLabel(context, settings, key, each);
  const traffic = context.traffics.get(versionKey(key));
  if (traffic === undefined || traffic.state.learning !== null) await learned.keep(context.transaction, key, labels);
}

function partsOf<Kind extends Contribution['kind']>(
  contributions: readonly StoredContribution[],
  kind: Kind,
): Part<Kind>[] {
  // Told apart by the kind that was asked for.
  return contributions.filter(({ contribution }) => contribution.kind === kind) as unknown as Part<Kind>[];
}

function settingsOf({ options }: StretchContext, { model, environment }: VersionKey) {
  return options.models.find((settings) => settings.name === model && settings.environment === environment);
}

async function trafficOf(context: StretchContext, key: VersionKey): Promise<VersionTraffic | undefined> {
  const settings = settingsOf(context, key);
  return settings && findTraffic(context, settings, key);
}

/** Counts that were folded with the version's reference. */
async function profileOf(
  context: StretchContext,
  traffic: VersionTraffic,
  bytes: Uint8Array,
): Promise<Profile | undefined> {
  const reference = await traffic.reference(context.transaction);
  if (reference !== null && reference.shape.id === shapeIdOf(bytes)) return decodeProfile(bytes, reference.shape);
  // Collectors fold with the reference that the leader has settled on, so this is a bug; stopping would help nobody.
  context.options.logger.error({ ...traffic.key, shape: shapeIdOf(bytes) }, 'counts of an unknown shape left out');
  return undefined;
}
