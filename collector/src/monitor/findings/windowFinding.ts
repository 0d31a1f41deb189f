import type { BudgetSettings, ModelSettings } from '../../config/settings.ts';
import type { Profile, Reference } from '../../profile/index.ts';
import type { OutcomeArrivals } from '../arrivals.ts';
import type { StreamCounts } from '../budget.ts';
import { type Evidence, type Finding, type Verdict, watchLevel } from '../finding.ts';
import type { MonitorState } from '../state.ts';
import type { FindingContent } from './findingContent.ts';

/** One closed window of one version, or of a segment of it, and what it is judged by. */
export interface WindowInput {
  readonly settings: ModelSettings;
  readonly budget: BudgetSettings;
  /** Everything that shares the budget: `countStreams` over all models and versions. */
  readonly streams: StreamCounts;
  readonly version: string;
  /** `channel=web`: only these rows; absent for the whole. */
  readonly segment?: string | undefined;
  readonly reference: Reference | null;
  /** The window, together with rows that came late for earlier ones: detectors count by arrival. */
  readonly profile: Profile;
  readonly arrivals: OutcomeArrivals;
  /**
   * Windows whose outcomes became due with this one, added up, with the outcomes that came for them; only of the reference's
   * shape, and none of its rows. Absent or `null`: there are none, or no rate of labels is declared.
   */
  readonly due?: Profile | null;
  /** As the last window left it; `null` before the first. */
  readonly state: MonitorState | null;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** A finding about a window, with what all of its findings have in common. */
export function windowFinding(
  input: WindowInput,
  signal: string,
  content: FindingContent,
  evidence: Evidence | null,
): Finding {
  const { settings, version, segment, reference, from, to } = input;
  return {
    model: settings.name,
    environment: settings.environment,
    version,
    ...(segment === undefined ? {} : { segment }),
    reference: reference?.id ?? null,
    signal,
    kind: content.kind,
    from,
    to,
    rows: content.rows,
    statistics: content.statistics,
    evidence,
    verdict: verdictOf(content, evidence),
    sentence: segment === undefined ? content.sentence : `${segment}: ${content.sentence}`,
  };
}

function verdictOf({ rows }: FindingContent, evidence: Evidence | null): Verdict {
  if (evidence?.alarm === true) return 'alarm';
  if (rows === 0 || evidence === null) return 'insufficient_data';
  return evidence.level >= watchLevel ? 'watch' : 'clear';
}
