import type { FairnessReport } from '../../http/api.ts';
import { auditSignal } from '../audits.ts';
import { fairnessSignal, gapSignal } from '../detectors/streams.ts';
import { attributeSummary } from '../figures/attributeSummary.ts';
import { attributeStatistics } from '../figures/groupStatistics.ts';
import type { Verdict } from '../finding.ts';
import { aboutOf, isFinal, latestFindings, mergedProfile, type ReportInput } from './reportInput.ts';

/** Rates of each group over all windows together, and their gaps to the reference group. */
export function fairnessReport(input: ReportInput & { readonly watermark?: number }): FairnessReport {
  const { settings, from, to, reference } = input;
  const profile = mergedProfile(input);
  const shape = profile?.shape ?? null;
  const latest = latestFindings(input);
  const audits = input.findings.at(-1)?.findings ?? [];
  const attributes =
    profile === null || shape === null
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
              auditNote: audits.find(({ signal }) => signal === auditSignal(attribute, group))?.sentence ?? null,
              suppressed,
              verdict: worstVerdict(
                latest.get(fairnessSignal(attribute, group))?.verdict,
                latest.get(gapSignal(attribute, group))?.verdict,
              ),
            })),
          };
        });
  return {
    ...aboutOf(input),
    from,
    to,
    // Rates that need labels still change while outcomes that keep the model's delay may come.
    final: input.profiles.every((window) => isFinal(settings, window.to, input.watermark ?? to)),
    favourable: shape?.favourable ?? shape?.positive ?? null,
    attributes,
  };
}

const byGravity: readonly Verdict[] = ['insufficient_data', 'clear', 'watch', 'alarm'];

/** Of the group against its own past, and against the reference group. */
function worstVerdict(...verdicts: readonly (Verdict | undefined)[]): Verdict {
  return byGravity.findLast((verdict) => verdicts.includes(verdict)) ?? 'insufficient_data';
}
