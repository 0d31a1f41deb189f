import type { ModelSettings } from '../config/settings.ts';
import type { Profile } from '../profile/index.ts';
import type { LoadedArtefacts } from './gates/integrity.ts';
import { noMoments } from './gates/meanDifference.ts';
import { addCounts, type CountLimits, type Counts, chosenOf } from './guardCounts.ts';
import type { GuardEvidence } from './guardEvidence.ts';
import type { Rollout } from './state.ts';

/**
 * What the guards of one rollout stage remember between looks: which rows they have counted, and the evidence those
 * gave. Pure: a look takes the windows as they are now and gives the next state and the gates' verdicts.
 */
export interface Guard {
  /** `<rollout id>/<stage>`: a new stage starts anew. */
  readonly stage: string;
  /** End of the latest window after which it looked, event time; `null` before the first look. */
  readonly lookedTo: number | null;
  /** Counted so far, by window: only those whose labels may still come. */
  readonly windows: readonly CountedWindow[];
  /** Counts of the older windows, of the whole stage and of its present step. */
  readonly settled: ArmCounts;
  readonly settledStep: ArmCounts & { readonly stepFrom: number };
  readonly limits: CountLimits;
  readonly evidence: GuardEvidence;
  /** Facts that decide which gates apply; once true they stay true. */
  readonly heardInstances: boolean;
  readonly measuredLatency: boolean;
  readonly measuredScores: boolean;
}

export interface ArmCounts {
  readonly champion: Counts;
  readonly candidate: Counts;
}

export type CountedWindow = ArmCounts & { readonly from: number };

/** A window of both versions as it is now; `null` where a version has none. */
export interface GuardedWindow {
  readonly from: number;
  readonly champion: Profile | null;
  readonly candidate: Profile | null;
}

export interface GuardLook {
  readonly settings: ModelSettings;
  readonly rollout: Rollout;
  /** Windows of the stage from `readFrom` on, oldest first. Labels of older ones do not come any more. */
  readonly windows: readonly GuardedWindow[];
  readonly readFrom: number;
  /** End of the window that has just closed, event time. */
  readonly to: number;
  readonly candidateDigest: string;
  /** What the running instances have loaded. */
  readonly instances: readonly LoadedArtefacts[];
  readonly at: number;
}

/** Everything counted in the stage. */
export function stageCounts({ settled, windows }: Guard): ArmCounts {
  return addArms([settled, ...windows]);
}

export function stepCounts({ settledStep, windows }: Guard, { stepFrom }: Rollout): ArmCounts {
  return addArms([settledStep, ...windows.filter(({ from }) => from >= stepFrom)]);
}

/** Groups of an attribute that both versions have counted. */
export function groupsOf({ champion, candidate }: ArmCounts, attribute: string): string[] {
  const prefix = chosenOf(attribute, '');
  return Object.keys(candidate).flatMap((name) =>
    name.startsWith(prefix) && name in champion ? [name.slice(prefix.length)] : [],
  );
}

export function addArms(all: readonly ArmCounts[]): ArmCounts {
  return {
    champion: addCounts(all.map(({ champion }) => champion)),
    candidate: addCounts(all.map(({ candidate }) => candidate)),
  };
}

/** How much less often than the reference group a group gets the favourable decision. */
export function gapTo(reference: string, group: string, counts: Counts, attribute: string): number {
  const share = (name: string) => {
    const [n, chosen] = counts[chosenOf(attribute, name)] ?? noMoments;
    return n === 0 ? 0 : chosen / n;
  };
  return share(reference) - share(group);
}

/** What the groups of an attribute are compared with unless the settings name one: the largest of the champion. */
export function largestGroup(
  { champion }: ArmCounts,
  attribute: string,
  groups: readonly string[],
): string | undefined {
  const rows = (group: string) => champion[chosenOf(attribute, group)]?.[0] ?? 0;
  return groups.toSorted((a, b) => rows(b) - rows(a) || (a < b ? -1 : 1))[0];
}
