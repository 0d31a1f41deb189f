import type { PerformanceReport } from '../../http/api.ts';
import { ratingSignal } from '../detectors/streams.ts';
import { ratingTypes } from '../ratings.ts';
import { historyOf, latestFindings, type ReportInput } from './reportInput.ts';

/**
 * What people (feedback) and evaluators (evaluation) said of a version's answers: the newest finding of each type that
 * came, and its mean in every window of the report.
 */
export function ratingReport(input: ReportInput): NonNullable<PerformanceReport['ratings']> {
  const latest = latestFindings(input);
  const history = new Map(historyOf(input).map(({ from, findings }) => [from, findings]));
  return ratingTypes.flatMap((type) => {
    const signal = ratingSignal(type);
    const newest = latest.get(signal);
    if (newest === undefined) return [];
    const means = input.profiles.map(({ from }) => {
      const found = history.get(from)?.find((finding) => finding.signal === signal);
      return found?.statistics?.meanRating ?? null;
    });
    return [{ type, latest: newest, means }];
  });
}
