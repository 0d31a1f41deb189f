import type { VersionDetail, VersionState } from '@plumbline/collector/api';

/** A stretch of time that a version spent in one state. */
export interface VersionSpan {
  readonly version: string;
  readonly state: VersionState;
  readonly from: number;
  readonly to: number;
}

/** What each version was when, from its history; its present state lasts until `until`. Oldest first. */
export function versionSpans(versions: readonly VersionDetail[], until: number): VersionSpan[] {
  return versions.flatMap(({ version, history, registeredAt, state }) => {
    const changes = history.toSorted((left, right) => left.at - right.at);
    const starts =
      changes.length > 0 ? changes.map(({ at, to }) => ({ at, state: to })) : [{ at: registeredAt, state }];
    return starts.map((start, index) => ({
      version,
      state: start.state,
      from: start.at,
      to: starts[index + 1]?.at ?? Math.max(until, start.at),
    }));
  });
}
