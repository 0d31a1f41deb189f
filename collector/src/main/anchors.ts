import type { Bus, MessageIdentity, StreamState } from '../bus/index.ts';

/**
 * Anchors tell whether the stream is still the one that was read. A sequence is a place: after a broker lost its tail
 * it gives the same places to other messages, and a reader that trusts the number alone would skip them.
 */
export interface AnchorLog {
  /** When the stream they lie on was made; `null` before the first message. */
  readonly created: string | null;
  /** Oldest first. */
  readonly anchors: readonly Anchor[];
}

export interface Anchor extends MessageIdentity {
  /** Number of the commit that wrote it. */
  readonly commit: number;
}

export const noAnchors: AnchorLog = { created: null, anchors: [] };

/**
 * The log with one more anchor: all of the last 16, then one of 16, of 256, of 4,096 commits, 16 of each. With two
 * commits a second that reaches back nine hours, far past the two minutes a broker may lose when it does not sync.
 */
export function addAnchor(log: AnchorLog, created: string, message: MessageIdentity): AnchorLog {
  const earlier = log.created === created ? log.anchors : [];
  const commit = (earlier.at(-1)?.commit ?? 0) + 1;
  const kept = earlier.filter((anchor) => isKept(anchor.commit, commit));
  const { sequence, storedAt, messageId } = message;
  return { created, anchors: [...kept, { sequence, storedAt, messageId, commit }] };
}

function isKept(commit: number, now: number): boolean {
  for (let spacing = 1; spacing <= 4_096; spacing *= 16) {
    if (commit % spacing === 0 && now - commit < spacing * 16) return true;
  }
  return false;
}

export interface ResumePoint {
  /** Sequence of the last message that needs no reading. */
  readonly after: number;
  /** The stream is not what it was: it was made anew or lost its tail. What is read again is told by its batch number. */
  readonly regressed: boolean;
  /** Messages the broker removed, by age, before they were read. They are lost. */
  readonly missed: number;
}

/** Where to read on: after the newest anchor that still lies where it lay. */
export async function findResumePoint(
  log: AnchorLog,
  stream: StreamState,
  messageAt: Bus['messageAt'],
): Promise<ResumePoint> {
  const newest = log.anchors.at(-1);
  if (newest === undefined) return { after: 0, regressed: false, missed: 0 };
  if (log.created !== stream.created) return { after: 0, regressed: true, missed: 0 };
  for (const anchor of log.anchors.toReversed()) {
    const regressed = anchor !== newest;
    if (anchor.sequence < stream.firstSequence) {
      // It was removed by age, and so was everything before it: nothing older can tell more.
      return { after: anchor.sequence, regressed, missed: stream.firstSequence - anchor.sequence - 1 };
    }
    if (anchor.sequence <= stream.lastSequence && isSame(anchor, await messageAt(anchor.sequence))) {
      return { after: anchor.sequence, regressed, missed: 0 };
    }
  }
  return { after: 0, regressed: true, missed: 0 };
}

function isSame(anchor: MessageIdentity, found: MessageIdentity | undefined): boolean {
  // The two ways to ask for a time may round it differently.
  return found !== undefined && found.messageId === anchor.messageId && Math.abs(found.storedAt - anchor.storedAt) <= 1;
}
