import type { ModelSettings } from '../config/settings.ts';
import { groupConfusions, type Profile } from '../profile/index.ts';
import { arrivedIn, type OutcomeArrivals } from './arrivals.ts';
import { decidedRows } from './detectors/streams.ts';
import { cannotAuditSentence } from './sentences/groupSentences.ts';

/**
 * Can each group be audited at all? A group of which hardly anybody comes, or of whom hardly anybody's outcome is ever
 * known, is hidden, and silence about it is no sign that it is treated well. So it is said, once a period has passed.
 */

/** What came of a group in the period under way, and what the last full period fell short of. */
export interface Audit {
  /** Event time, milliseconds since 1970-01-01 UTC. */
  readonly since: number;
  readonly rows: number;
  readonly labelled: number;
  /** Labels of everybody: where none come there is nothing to be short of. */
  readonly labelledOfAll: number;
  readonly short: 'rows' | 'labels' | null;
}

export interface AuditInput {
  readonly settings: Pick<ModelSettings, 'auditPeriod' | 'minimumGroupRows'>;
  readonly profile: Profile;
  readonly arrivals: OutcomeArrivals;
  /** Of the window; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** By `auditSignal`. */
  readonly audits: ReadonlyMap<string, Audit>;
}

export interface AuditedGroup {
  readonly signal: string;
  readonly audit: Audit;
  /** `null`: nothing to say. */
  readonly sentence: string | null;
}

/** One more window, for every known group of every attribute. */
export function auditGroups(input: AuditInput): AuditedGroup[] {
  const { settings, profile, arrivals } = input;
  return profile.shape.groups.flatMap(({ attribute }) =>
    groupConfusions(profile, attribute).flatMap((confusion): AuditedGroup[] => {
      const { group, isOther } = confusion;
      if (group === null || isOther) return [];
      const signal = auditSignal(attribute, group);
      const labels = arrivedIn(arrivals.groups, attribute, group);
      const audit = step(input, input.audits.get(signal), decidedRows(confusion), labels?.labelled ?? 0);
      const { short } = audit;
      const sentence =
        short === null
          ? null
          : cannotAuditSentence({
              attribute,
              group,
              short,
              fewest: settings.minimumGroupRows,
              periodMs: settings.auditPeriod,
            });
      return [{ signal, audit, sentence }];
    }),
  );
}

export function auditSignal(attribute: string, group: string): string {
  return `fairness_audit:${attribute}=${group}`;
}

function step(
  { settings, arrivals, from, to }: AuditInput,
  before: Audit | undefined,
  rows: number,
  labelled: number,
): Audit {
  const { since, short } = before ?? { since: from, short: null };
  const sums = {
    rows: (before?.rows ?? 0) + rows,
    labelled: (before?.labelled ?? 0) + labelled,
    labelledOfAll: (before?.labelledOfAll ?? 0) + arrivals.overall.labelled,
  };
  if (to - since < settings.auditPeriod) return { since, ...sums, short };
  const fewest = settings.minimumGroupRows;
  const isShortOfLabels = sums.labelled < fewest && sums.labelledOfAll >= fewest;
  const fell = sums.rows < fewest ? ('rows' as const) : isShortOfLabels ? ('labels' as const) : null;
  return { since: to, rows: 0, labelled: 0, labelledOfAll: 0, short: fell };
}
