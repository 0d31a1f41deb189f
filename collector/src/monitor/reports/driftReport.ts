import type { DriftReport } from '../../http/api.ts';
import { effectiveProfile, findSignal, type ProfileShape, profileTotals } from '../../profile/index.ts';
import { embeddingDrift } from '../figures/embeddingDrift.ts';
import { compareMateriality, type Materiality, materiality } from '../figures/materiality.ts';
import type { BriefFinding, Finding } from '../finding.ts';
import { coverageOf } from './coverage.ts';
import { aboutOf, historyOf, latestFindings, type ReportInput } from './reportInput.ts';

/**
 * How each signal of a version moved away from its reference, window by window. What alarmed comes first, then what is
 * watched, then the rest: evidence says whether something changed. Within these the larger change comes first, whatever
 * the number of rows that showed it.
 */
export function driftReport(input: ReportInput): DriftReport {
  const { reference } = input;
  const shape = reference?.shape ?? null;
  const found = historyOf(input);
  const windows = windowsOf(input, found);
  const bySignal = new Map<string, Map<number, BriefFinding>>();
  for (const { from, findings } of found) {
    for (const finding of findings) {
      // Before there was a reference, findings named signals that it may not have.
      if (!driftKinds.has(finding.kind) || (shape !== null && findSignal(shape, finding.signal) === undefined))
        continue;
      const history = bySignal.get(finding.signal) ?? new Map<number, BriefFinding>();
      bySignal.set(finding.signal, history.set(from, finding));
    }
  }
  const latest = latestFindings(input);
  const signals = [...bySignal].flatMap(([signal, history]) => {
    const newest = latest.get(signal);
    if (newest === undefined) return [];
    const inWindow = windows.map(({ from }) => history.get(from));
    return {
      signal,
      kind: newest.kind,
      type: signalType(shape, signal),
      latest: newest,
      evidenceLevel: inWindow.map((finding) => finding?.level ?? null),
      populationStabilityIndex: inWindow.map((finding) => finding?.stabilityIndex ?? null),
      materiality: materialityOf(input, newest),
    };
  });
  signals.sort(
    (a, b) =>
      tier(highest(b.evidenceLevel)) - tier(highest(a.evidenceLevel)) ||
      compareMateriality(a.materiality, b.materiality) ||
      highest(b.evidenceLevel) - highest(a.evidenceLevel),
  );
  const alarmed = signals.filter(({ evidenceLevel }) => highest(evidenceLevel) >= 1).map(({ signal }) => signal);
  const embeddings = embeddingsOf(input, new Set(alarmed));
  return {
    ...aboutOf(input),
    reference: reference?.id ?? null,
    windows,
    signals,
    ...(embeddings.length === 0 ? {} : { embeddings }),
  };
}

const driftKinds: ReadonlySet<Finding['kind']> = new Set(['feature', 'score', 'prediction', 'latency']);

/** Every window that has a profile or findings, oldest first. */
function windowsOf(input: ReportInput, found: ReturnType<typeof historyOf>): DriftReport['windows'] {
  const windows = new Map<number, DriftReport['windows'][number]>();
  for (const { from, to, findings } of found) {
    windows.set(from, { from, to, rows: Math.max(0, ...findings.map(({ rows }) => rows)) });
  }
  for (const { from, to, profile } of input.profiles)
    windows.set(from, { from, to, rows: profileTotals(profile).rows, coverage: coverageOf(profile) });
  return [...windows.values()].sort((a, b) => a.from - b.from);
}

/** Of the latest window that was counted in the bins of the reference. */
function embeddingsOf({ reference, profiles }: ReportInput, alarmed: ReadonlySet<string>) {
  const window = profiles.findLast(({ profile }) => profile.shape.id === reference?.shape.id);
  return reference === null || window === undefined ? [] : embeddingDrift(reference, window.profile, alarmed);
}

function signalType(shape: ProfileShape | null, signal: string): 'number' | 'category' {
  return (shape === null ? undefined : findSignal(shape, signal))?.type ?? 'number';
}

function materialityOf({ reference, profiles }: ReportInput, { signal, from }: Finding): Materiality | null {
  const shape = reference === null ? undefined : findSignal(reference.shape, signal);
  const window = profiles.findLast((candidate) => candidate.from === from);
  if (reference === null || shape === undefined || window?.profile.shape.id !== reference.shape.id) return null;
  return materiality(reference, shape, effectiveProfile(window.profile));
}

/** Alarm, watch, neither: finer differences of evidence do not say which change is larger. */
function tier(level: number): number {
  return level >= 1 ? 2 : level >= 0.5 ? 1 : 0;
}

function highest(levels: readonly (number | null)[]): number {
  return levels.reduce<number>((sofar, level) => Math.max(sofar, level ?? 0), 0);
}
