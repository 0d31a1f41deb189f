import type { FairnessReport } from '../http/api.ts';
import { attributeSummary } from './attributeSummary.ts';
import { attributeStatistics } from './groupStatistics.ts';
import { latestFindings, mergedProfile, type ReportInput } from './reportInput.ts';
import { fairnessSignal } from './streams.ts';

/** Rates of each group over all windows together, and their gaps to the reference group. */
export function fairnessReport(input: ReportInput): FairnessReport {
  const { settings, version, from, to, reference } = input;
  const profile = mergedProfile(input);
  const shape = profile?.shape ?? null;
  const latest = latestFindings(input);
  const attributes =
    profile === null || shape === null || shape.task === 'regression' || shape.task === 'ranking'
      ? []
      : shape.groups.map(({ attribute }) => {
          const { referenceGroup, groups } = attributeStatistics(
            settings,
            profile,
            reference?.profile ?? profile,
            attribute,
          );
          const summary = attributeSummary(settings, profile, attribute);
          return {
            attribute,
            referenceGroup,
            statistics: { ...summary.statistics },
            ranges: [...summary.ranges],
            worst: [...summary.worst],
            groups: groups.map(({ group, rows, labelledShare, rates, statistics, suppressed, ...more }) => ({
              group,
              rows,
              labelledShare,
              rates: { ...rates },
              statistics: { ...statistics },
              shrunkenRates: { ...summary.shrunken[group] },
              scoreStatistics: { ...more.scores.statistics },
              calibration: [...more.scores.calibration],
              bounds: { ...more.bounds },
              labelNote: more.labelNote,
              suppressed,
              verdict: latest.get(fairnessSignal(attribute, group))?.verdict ?? 'insufficient_data',
            })),
          };
        });
  return {
    model: settings.name,
    version,
    from,
    to,
    favourable: shape?.favourable ?? shape?.positive ?? null,
    attributes,
  };
}
