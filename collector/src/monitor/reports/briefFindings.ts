import type { BriefFinding, Finding } from '../finding.ts';

/** What overviews and reports over many windows draw of each finding. A finding itself takes ten times as long to read. */
export function briefFindings(findings: readonly Finding[]): BriefFinding[] {
  return findings.map(({ signal, kind, verdict, rows, evidence, statistics }) => {
    const stabilityIndex = statistics.populationStabilityIndex?.value ?? null;
    return {
      signal,
      kind,
      verdict,
      rows,
      level: evidence?.level ?? null,
      ...(stabilityIndex === null ? {} : { stabilityIndex }),
      ...(kind === 'performance' || kind === 'fairness' ? { statistics } : {}),
    };
  });
}
