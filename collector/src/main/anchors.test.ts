import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageIdentity } from '../bus/index.ts';
import { type AnchorLog, addAnchor, findResumePoint, noAnchors } from './anchors.ts';

const created = '2026-01-01T00:00:00Z';

function message(sequence: number, life = 'a'): MessageIdentity {
  return { sequence, storedAt: 1_000 + sequence, messageId: `${life}:${sequence}` };
}

function logOf(...sequences: number[]): AnchorLog {
  return sequences.reduce((log, sequence) => addAnchor(log, created, message(sequence)), noAnchors);
}

/** A stream that holds `first..last`; from `changed` on its messages are others. */
function stream(first: number, last: number, changed = Number.POSITIVE_INFINITY) {
  return {
    state: { created, firstSequence: first, lastSequence: last },
    messageAt: async (sequence: number) =>
      sequence < first || sequence > last ? undefined : message(sequence, sequence >= changed ? 'b' : 'a'),
  };
}

describe('where to read on', () => {
  test('is the beginning when nothing was read', async () => {
    const { state, messageAt } = stream(5, 9);
    expect(await findResumePoint(noAnchors, state, messageAt)).toEqual({ after: 0, regressed: false, missed: 0 });
  });

  test('is after the newest anchor that is where it was', async () => {
    const { state, messageAt } = stream(1, 50);
    const point = await findResumePoint(logOf(10, 20, 30), state, messageAt);
    expect(point).toEqual({ after: 30, regressed: false, missed: 0 });
  });

  test('is after an older anchor when the tail was lost, even if the stream has grown past it since', async () => {
    const lost = stream(1, 25);
    expect(await findResumePoint(logOf(10, 20, 30), lost.state, lost.messageAt)).toMatchObject({
      after: 20,
      regressed: true,
    });
    const grown = stream(1, 90, 26);
    expect(await findResumePoint(logOf(10, 20, 30), grown.state, grown.messageAt)).toMatchObject({
      after: 20,
      regressed: true,
    });
  });

  test('is the beginning when no anchor is left or the stream was made anew', async () => {
    const other = stream(1, 90, 1);
    const everything = { after: 0, regressed: true, missed: 0 };
    expect(await findResumePoint(logOf(10, 20), other.state, other.messageAt)).toEqual(everything);
    const anew = { ...other.state, created: '2026-01-02T00:00:00Z' };
    expect(await findResumePoint(logOf(10, 20), anew, stream(1, 90).messageAt)).toEqual(everything);
  });

  test('tells how many messages the broker removed before they were read', async () => {
    const { state, messageAt } = stream(41, 90);
    expect(await findResumePoint(logOf(10, 30), state, messageAt)).toEqual({ after: 30, regressed: false, missed: 10 });
    const emptied = stream(31, 30);
    expect(await findResumePoint(logOf(10, 30), emptied.state, emptied.messageAt)).toEqual({
      after: 30,
      regressed: false,
      missed: 0,
    });
  });

  test('does not mind how a time was rounded', async () => {
    const { state } = stream(1, 50);
    const rounded = async (sequence: number) => ({ ...message(sequence), storedAt: message(sequence).storedAt + 1 });
    expect((await findResumePoint(logOf(10, 20), state, rounded)).after).toBe(20);
  });
});

describe('the anchor log', () => {
  test('stays small and reaches far back, whatever its length (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), (commits) => {
        let log = noAnchors;
        for (let commit = 1; commit <= commits; commit++) log = addAnchor(log, created, message(commit));
        const sequences = log.anchors.map(({ sequence }) => sequence);
        expect(sequences.length).toBeLessThanOrEqual(64);
        expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
        expect(sequences.at(-1)).toBe(commits);
        // The distance from one anchor to the next older is at most a sixteenth of its age, plus one.
        for (let index = 1; index < sequences.length; index++) {
          const age = commits - sequences[index - 1]!;
          expect(sequences[index]! - sequences[index - 1]!).toBeLessThanOrEqual(Math.max(1, age));
        }
        expect(sequences[0]).toBeLessThanOrEqual(Math.max(4_096, commits - 15 * 4_096));
      }),
      { numRuns: 10 },
    );
  });

  test('starts over on another stream', () => {
    const log = addAnchor(logOf(1, 2, 3), 'later', message(1, 'b'));
    expect(log).toEqual({ created: 'later', anchors: [{ ...message(1, 'b'), commit: 1 }] });
  });
});
