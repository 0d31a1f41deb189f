import type { BriefFinding, Finding } from '../monitor/finding.ts';
import {
  decodeProfile,
  decodeReference,
  encodeProfile,
  encodeReference,
  type Profile,
  type ProfileShape,
  profileTotals,
  type Reference,
  shapeIdOf,
} from '../profile/index.ts';
import { packed } from './packed.ts';
import {
  type Collection,
  compositeKey,
  jsonCollection,
  type KeyRange,
  type ReadTransaction,
  sortableNumber,
  type Transaction,
} from './port.ts';
import { RecentlyUsed } from './recently-used.ts';

/** What is remembered of a model's traffic: profiles and findings by window, references, versions seen. */

export interface VersionKey {
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  /** `channel=web`; absent: the whole of the version's traffic. A segment has everything of its own that a version has. */
  readonly segment?: string | undefined;
}

/** Windows whose `from` lies in `[from, to)`, oldest first; with `reverse` the newest come first. */
export interface WindowRange extends VersionKey {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
}

export interface WindowProfile {
  readonly version: string;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Id of the reference whose shape the profile has; `null` while the version has none (then only totals count). */
  readonly reference: string | null;
  /** Later rows still count here, but its findings are made. */
  readonly closed: boolean;
  readonly profile: Profile;
  readonly revision: number;
}

/** Rows of one window by what their version was at the time; read without its profile, which is a thousand times as large. */
export interface WindowRows {
  readonly from: number;
  readonly to: number;
  readonly champion: number;
  readonly canary: number;
  readonly shadow: number;
}

export interface WindowFindings {
  readonly version: string;
  readonly from: number;
  readonly to: number;
  readonly findings: readonly Finding[];
}

/** Findings of a window as much as reports over many windows draw of them. */
export interface WindowBriefs {
  readonly from: number;
  readonly to: number;
  readonly findings: readonly BriefFinding[];
}

/** What the findings of a window say, without the findings: for overviews of many models. */
export interface WindowVerdicts {
  readonly from: number;
  readonly to: number;
  /** Each kind with each verdict that occurs, once. */
  readonly verdicts: readonly Pick<Finding, 'kind' | 'verdict'>[];
}

export interface VersionSeen extends VersionKey {
  /** Wall-clock time of its first event. */
  readonly firstSeenAt: number;
  /** First and last event time. */
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  readonly rows: number;
}

export async function readProfiles(transaction: ReadTransaction, range: WindowRange): Promise<WindowProfile[]> {
  const stored = await transaction.range(profiles, windowKeys(range));
  const windows: WindowProfile[] = [];
  for (const { value, revision } of stored) {
    windows.push(await decodeWindow(transaction, range.version, value, revision));
  }
  return windows;
}

export async function readProfile(
  transaction: ReadTransaction,
  version: VersionKey,
  from: number,
): Promise<WindowProfile | undefined> {
  const stored = await transaction.get(profiles, windowKey(version, from));
  return stored && decodeWindow(transaction, version.version, stored.value, stored.revision);
}

export async function putProfile(
  transaction: Transaction,
  key: VersionKey,
  window: Omit<WindowProfile, 'revision' | 'version'>,
): Promise<void> {
  await putShape(transaction, window.profile.shape);
  const { from, to, reference, closed } = window;
  const value = { header: { from, to, reference, closed }, bytes: encodeProfile(window.profile) };
  const { champion, canary, shadow } = profileTotals(window.profile);
  await transaction.put(profiles, windowKey(key, from), value);
  await transaction.put(windowRows, windowKey(key, from), { from, to, champion, canary, shadow });
}

/** Rows by window, oldest first: what an overview of many models needs. */
export async function readWindowRows(transaction: ReadTransaction, range: WindowRange): Promise<WindowRows[]> {
  return (await transaction.range(windowRows, windowKeys(range))).map(({ value }) => value);
}

/** Removes findings of windows before a time, at most so many. Returns how many. */
export async function deleteFindings(
  transaction: Transaction,
  version: VersionKey,
  before: number,
  limit: number,
): Promise<number> {
  const range = windowKeys({ ...version, to: before, limit });
  await transaction.deleteRange(windowVerdicts, range);
  await transaction.deleteRange(windowBriefs, range);
  return transaction.deleteRange(findings, range);
}

/** Removes all windows of a version or segment and what they were compared with, at most so many of each kind; returns how many. */
export async function forgetWindows(transaction: Transaction, key: VersionKey, limit: number): Promise<number> {
  const range = windowKeys({ ...key, limit });
  let removed = 0;
  for (const windows of [profiles, windowRows, findings, windowBriefs, windowVerdicts] as Collection<unknown>[]) {
    removed += await transaction.deleteRange(windows, range);
  }
  await transaction.delete(references, versionKey(key));
  await transaction.delete(referenceIds, versionKey(key));
  return removed;
}

/** Findings of closed windows, in the order of their windows. */
export async function readFindings(transaction: ReadTransaction, range: WindowRange): Promise<WindowFindings[]> {
  const stored = await transaction.range(findings, windowKeys(range));
  return stored.map(({ value }) => value);
}

/** Findings of closed windows in brief; `null` when some of them were stored by a collector that kept no brief ones. */
export async function readBriefs(transaction: ReadTransaction, range: WindowRange): Promise<WindowBriefs[] | null> {
  const briefs = await transaction.range(windowBriefs, windowKeys(range));
  const verdicts = await transaction.range(windowVerdicts, windowKeys(range));
  return briefs.length < verdicts.length ? null : briefs.map(({ value }) => value);
}

/** `brief`: the same findings in brief. `segments`: what was found in segments of the same window, for the verdicts of the whole. */
export async function putFindings(
  transaction: Transaction,
  key: VersionKey,
  window: Omit<WindowFindings, 'version'>,
  brief: readonly BriefFinding[],
  segments: readonly Finding[] = [],
): Promise<void> {
  const { from, to } = window;
  await transaction.put(windowBriefs, windowKey(key, from), { from, to, findings: brief });
  const verdicts = verdictsOf([...window.findings, ...segments]);
  await transaction.put(findings, windowKey(key, from), { ...window, version: key.version });
  await transaction.put(windowVerdicts, windowKey(key, from), { from, to, verdicts });
}

/** Verdicts of the latest closed window that has any. Their revision is one more whenever its findings are stored again. */
export async function readLatestVerdicts(
  transaction: ReadTransaction,
  key: VersionKey,
): Promise<(WindowVerdicts & { readonly revision: number }) | undefined> {
  const [latest] = await transaction.range(windowVerdicts, windowKeys({ ...key, limit: 1, reverse: true }));
  return latest && { ...latest.value, revision: latest.revision };
}

function verdictsOf(found: readonly Finding[]): WindowVerdicts['verdicts'] {
  const each = new Map(found.map(({ kind, verdict }) => [`${kind} ${verdict}`, { kind, verdict }]));
  return [...each.values()];
}

export async function readReference(transaction: ReadTransaction, key: VersionKey): Promise<Reference | undefined> {
  const id = (await transaction.get(referenceIds, versionKey(key)))?.value;
  const known = id === undefined ? undefined : knownReferences.get(id);
  if (known !== undefined) return known;
  const reference = (await transaction.get(references, versionKey(key)))?.value;
  if (reference === undefined) return undefined;
  knownReferences.set(reference.id, reference);
  return reference;
}

/**
 * By id, which is the hash of their content: every page of a model asks for its own, and who takes partitions over for those
 * of two hundred versions, which it has in memory anyway. Reading one takes 7 to 50 ms.
 */
const knownReferences = new RecentlyUsed<Reference>(256);

/** Sets what a version is compared with. A version that serves already keeps the profiles it has. */
export async function putReference(transaction: Transaction, key: VersionKey, reference: Reference): Promise<void> {
  await putShape(transaction, reference.shape);
  await transaction.put(references, versionKey(key), reference);
  await transaction.put(referenceIds, versionKey(key), reference.id);
}

/** Id of each version's reference, by `versionKey`: a reference itself takes a thousand times as long to read. */
export async function readReferenceIds(transaction: ReadTransaction): Promise<ReadonlyMap<string, string>> {
  return new Map((await transaction.range(referenceIds, {})).map(({ key, value }) => [key, value]));
}

/** How many streams shared the false-alarm budget when windows last closed; `undefined` before the first did. */
export async function readStreamCount(transaction: ReadTransaction): Promise<number | undefined> {
  return (await transaction.get(streamCounts, 'all'))?.value;
}

export async function putStreamCount(transaction: Transaction, streams: number): Promise<void> {
  await transaction.put(streamCounts, 'all', streams);
}

/** Versions that have sent events: all, of an environment and model, in the order of their names. */
export async function listVersionsSeen(
  transaction: ReadTransaction,
  filter?: { readonly model: string; readonly environment: string },
): Promise<VersionSeen[]> {
  const prefix = filter && `${compositeKey(filter.environment, filter.model)}/`;
  return (await transaction.range(versionsSeen, { prefix })).map(({ value }) => value);
}

export async function putVersionSeen(transaction: Transaction, seen: VersionSeen): Promise<void> {
  await transaction.put(versionsSeen, versionKey(seen), seen);
}

/** Key of everything that belongs to one version of one model, or to a segment of it. */
export function versionKey({ model, environment, version, segment }: VersionKey): string {
  const whole = compositeKey(environment, model, version);
  // No part of a composite key holds an @: ranges of the whole and of its segments never overlap.
  return segment === undefined ? whole : `${whole}@${compositeKey(segment)}`;
}

/** Event times that have a key, milliseconds since 1970-01-01 UTC: from 29,719 BC to 128,723 AD. */
export const earliestTime = -1e15;
export const latestTime = 4e15;

/** A time as a key part that sorts like the time, also before 1970. */
export function timeKey(time: number): string {
  return sortableNumber(time - earliestTime);
}

export interface WindowHeader {
  readonly from: number;
  readonly to: number;
  readonly reference: string | null;
  readonly closed: boolean;
}

/** Profiles by version and start of their window. */
export const profiles = packed<WindowHeader>('profiles');
const windowRows = jsonCollection<WindowRows>('window_rows');
const findings = jsonCollection<WindowFindings>('findings');
const windowBriefs = jsonCollection<WindowBriefs>('window_briefs');
const windowVerdicts = jsonCollection<WindowVerdicts>('window_verdicts');
const versionsSeen = jsonCollection<VersionSeen>('versions_seen');
const streamCounts = jsonCollection<number>('stream_counts');
const shapes = jsonCollection<ProfileShape>('shapes');
const referenceIds = jsonCollection<string>('reference_ids');
const references: Collection<Reference> = {
  name: 'references',
  encode: (reference) => new TextEncoder().encode(encodeReference(reference)),
  decode: (bytes) => decodeReference(new TextDecoder().decode(bytes)),
};

function windowKey(key: VersionKey, from: number): string {
  return `${versionKey(key)}/${timeKey(from)}`;
}

export function windowKeys(range: WindowRange): KeyRange {
  const prefix = `${versionKey(range)}/`;
  return {
    prefix,
    from: range.from === undefined ? undefined : prefix + timeKey(Math.max(range.from, earliestTime)),
    before: range.to === undefined ? undefined : prefix + timeKey(Math.min(range.to, latestTime)),
    limit: range.limit,
    reverse: range.reverse,
  };
}

export async function decodeWindow(
  transaction: ReadTransaction,
  version: string,
  { header, bytes }: { header: WindowHeader; bytes: Uint8Array },
  revision: number,
): Promise<WindowProfile> {
  const shape = await readShape(transaction, shapeIdOf(bytes));
  return { version, ...header, profile: decodeProfile(bytes, shape), revision };
}

/** Shapes by id. An id is the hash of its content, so what is known stays true; few are in use at a time. */
const knownShapes = new RecentlyUsed<ProfileShape>(1_000);

async function readShape(transaction: ReadTransaction, id: string): Promise<ProfileShape> {
  const known = knownShapes.get(id);
  if (known !== undefined) return known;
  const stored = await transaction.get(shapes, id);
  if (stored === undefined) throw new Error(`the shape ${id} of a stored profile is not in the store`);
  knownShapes.set(id, stored.value);
  return stored.value;
}

export async function putShape(transaction: Transaction, shape: ProfileShape): Promise<void> {
  if ((await transaction.get(shapes, shape.id)) === undefined) await transaction.put(shapes, shape.id, shape);
}
