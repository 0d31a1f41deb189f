import type { DriftReport } from '../http/api.ts';
import { findSignal, type ProfileShape, profileTotals } from '../profile/index.ts';
import type { Finding } from './finding.ts';
import { latestFindings, type ReportInput } from './reportInput.ts';

/** How each signal of a version moved away from its reference, window by window; the strongest evidence first. */
export function driftReport(input: ReportInput): DriftReport {
  const { settings, version, reference } = input;
  const shape = reference?.shape ?? null;
  const windows = windowsOf(input);
  const bySignal = new Map<string, Map<number, Finding>>();
  for (const { from, findings } of input.findings) {
    for (const finding of findings) {
      // Before there was a reference, findings named signals that it may not have.
      if (!driftKinds.has(finding.kind) || (shape !== null && findSignal(shape, finding.signal) === undefined))
        continue;
      const history = bySignal.get(finding.signal) ?? new Map<number, Finding>();
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
      evidenceLevel: inWindow.map((finding) => finding?.evidence?.level ?? null),
      populationStabilityIndex: inWindow.map((finding) => psiOf(finding)),
    };
  });
  signals.sort((a, b) => {
    const evidence = highest(b.evidenceLevel) - highest(a.evidenceLevel);
    return evidence !== 0 ? evidence : (psiOf(b.latest) ?? 0) - (psiOf(a.latest) ?? 0);
  });
  return { model: settings.name, version, reference: reference?.id ?? null, windows, signals };
}

const driftKinds: ReadonlySet<Finding['kind']> = new Set(['feature', 'score', 'prediction', 'latency']);

/** Every window that has a profile or findings, oldest first. */
function windowsOf(input: ReportInput): DriftReport['windows'] {
  const windows = new Map<number, DriftReport['windows'][number]>();
  for (const { from, to, findings } of input.findings) {
    windows.set(from, { from, to, rows: Math.max(0, ...findings.map(({ rows }) => rows)) });
  }
  for (const { from, to, profile } of input.profiles)
    windows.set(from, { from, to, rows: profileTotals(profile).rows });
  return [...windows.values()].sort((a, b) => a.from - b.from);
}

function signalType(shape: ProfileShape | null, signal: string): 'number' | 'category' {
  return (shape === null ? undefined : findSignal(shape, signal))?.type ?? 'number';
}

function psiOf(finding: Finding | undefined): number | null {
  return finding?.statistics.populationStabilityIndex?.value ?? null;
}

function highest(levels: readonly (number | null)[]): number {
  return levels.reduce<number>((sofar, level) => Math.max(sofar, level ?? 0), 0);
}
