import type { Finding, Verdict } from '../../monitor/finding.ts';
import { aboutOf, coverageOf, historyOf, latestFindings, type ReportInput } from '../../monitor/index.ts';
import { profileTotals } from '../../profile/index.ts';
import type { DataQualityReport } from '../api.ts';

/** Whether the data of a version comes as it did: findings about the data itself, signal by signal, window by window. */
export function dataQualityReport(input: ReportInput): DataQualityReport {
  const profiles = new Map(input.profiles.map(({ from, profile }) => [from, profile]));
  const found = historyOf(input);
  const windows = found.map(({ from, to }) => {
    const profile = profiles.get(from);
    const known = profile === undefined ? null : { rows: profileTotals(profile).rows, coverage: coverageOf(profile) };
    return { from, to, ...(known ?? { rows: 0 }) };
  });
  const names = new Set(found.flatMap(({ findings }) => findings.filter(isQuality).map(({ signal }) => signal)));
  const newest = latestFindings(input);
  const signals = [...names].flatMap((signal) => {
    const history = found.map(({ findings }) =>
      findings.find((finding) => isQuality(finding) && finding.signal === signal),
    );
    const latest = newest.get(signal);
    if (latest === undefined) return [];
    return {
      signal,
      latest: { ...latest, statistics: { ...latest.statistics } },
      verdicts: history.map((finding) => finding?.verdict ?? null),
      evidenceLevel: history.map((finding) => finding?.level ?? null),
      explains: explainedBy(input, signal),
    };
  });
  signals.sort((a, b) => urgency[a.latest.verdict] - urgency[b.latest.verdict] || (a.signal < b.signal ? -1 : 1));
  return { ...aboutOf(input), windows, signals };
}

const urgency: Readonly<Record<Verdict, number>> = { alarm: 0, watch: 1, clear: 2, insufficient_data: 3 };

function isQuality({ kind }: Pick<Finding, 'kind'>): boolean {
  return kind === 'data_quality';
}

function explainedBy({ findings }: ReportInput, signal: string): string[] {
  const latest = findings.at(-1)?.findings ?? [];
  return latest.filter((finding) => finding.explainedBy === signal).map((finding) => finding.signal);
}
