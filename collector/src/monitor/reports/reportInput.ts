import type { ModelSettings } from '../../config/settings.ts';
import {
  createProfile,
  effectiveProfile,
  mergeInto,
  type Profile,
  type ProfileShape,
  type Reference,
} from '../../profile/index.ts';
import type { BriefFinding, Finding } from '../finding.ts';
import { briefFindings } from './briefFindings.ts';

/** What is stored about one version over a stretch of event time: all that the reports are made of. */
export interface ReportInput {
  readonly settings: ModelSettings;
  readonly version: string;
  /** Of which everything below is; absent: the whole. */
  readonly segment?: string;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  readonly reference: Reference | null;
  /** Oldest first. Windows made before there was a reference have another shape; they count rows only. */
  readonly profiles: readonly { readonly from: number; readonly to: number; readonly profile: Profile }[];
  /** Oldest first: of every window, or where there is a history only the newest of each signal. */
  readonly findings: readonly Found<Finding>[];
  /** Oldest first, of every window; absent: `findings` are of every window. */
  readonly history?: readonly Found<BriefFinding>[] | undefined;
}

/** What was found in one window. */
interface Found<One> {
  readonly from: number;
  readonly to: number;
  readonly findings: readonly One[];
}

/** What was found in every window, in brief. */
export function historyOf({ history, findings }: ReportInput): readonly Found<BriefFinding>[] {
  return history ?? findings.map((window) => ({ ...window, findings: briefFindings(window.findings) }));
}

/** Had every outcome that keeps the model's outcome delay the time to arrive? `watermark`: the newest event time seen. */
export function isFinal({ outcomeDelay }: ModelSettings, end: number, watermark: number): boolean {
  return end + outcomeDelay <= watermark;
}

/** What a report is about, as it says itself. */
export function aboutOf({ settings, version, segment }: ReportInput) {
  return { model: settings.name, version, ...(segment === undefined ? {} : { segment }) };
}

/** Everything in the windows together: those with the reference's shape, or without a reference with the newest one. */
export function sumOfWindows(input: ReportInput): Profile | null {
  const shape: ProfileShape | undefined = input.reference?.shape ?? input.profiles.at(-1)?.profile.shape;
  if (shape === undefined) return null;
  const merged = createProfile(shape);
  for (const { profile } of input.profiles) if (profile.shape.id === shape.id) mergeInto(merged, profile);
  return merged;
}

/** `sumOfWindows` as statistics may count it: rows with weights are evidence of fewer than they stand for. */
export function mergedProfile(input: ReportInput): Profile | null {
  const sum = sumOfWindows(input);
  return sum && effectiveProfile(sum);
}

/** The newest finding of each signal. */
export function latestFindings(input: ReportInput): Map<string, Finding> {
  const latest = new Map<string, Finding>();
  for (const { findings } of input.findings) for (const finding of findings) latest.set(finding.signal, finding);
  return latest;
}
