import type { BriefFinding, Finding } from './finding.ts';

/** What a report over many windows draws of each finding. A finding itself takes twenty times as long to read. */
export function briefFindings(findings: readonly Finding[]): BriefFinding[] {
  return findings.map(({ signal, kind, verdict, rows, evidence, statistics }) => {
    const stabilityIndex = statistics.populationStabilityIndex?.value ?? null;
    const { errorRate } = statistics;
    return {
      ...{ signal, kind, verdict, rows, level: evidence?.level ?? null },
      ...(stabilityIndex === null ? {} : { stabilityIndex }),
      ...(kind === 'performance' && evidence !== null && errorRate !== undefined ? { errorRate } : {}),
    };
  });
}
