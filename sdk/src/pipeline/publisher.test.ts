import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchNumberSpan } from '../event.ts';
import type { StreamMessage } from '../transport.ts';
import { type OutgoingBatch, Publisher, type PublisherOptions } from './publisher.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

function setUp(options: Partial<PublisherOptions> = {}) {
  const sent: number[] = [];
  const stored: number[] = [];
  const refused: number[] = [];
  const delayed: string[] = [];
  const publisher = new Publisher({
    publish: ({ token }: StreamMessage) => sent.push(token),
    clock: Date.now,
    random: () => 0.5,
    window: { batches: 3, bytes: 1_000 },
    answerTimeoutMs: 1_000,
    stored: ({ token }) => stored.push(token),
    refused: ({ token }) => refused.push(token),
    delayed: (reason, _, model) => delayed.push(`${reason} ${model}`),
    ...options,
  });
  return { publisher, sent, stored, refused, delayed };
}

function batch(token: number, changes: Partial<OutgoingBatch> = {}): OutgoingBatch {
  const payload = new Uint8Array(10);
  const identity = { token, number: token, messageId: `p:${token}` };
  const producer = `of ${changes.model ?? 'm'}`;
  return { ...identity, producer, subject: 's', contentType: 't', payload, model: 'm', events: 1, ...changes };
}

const yes = { kind: 'stored', duplicate: false } as const;
const missing = { kind: 'unavailable', code: 'stream_missing', message: '' } as const;

describe('the publisher', () => {
  it('sends nothing before there is a connection, and everything in order once there is', () => {
    const { publisher, sent } = setUp();
    publisher.add(batch(1));
    publisher.add(batch(2));
    expect(sent).toEqual([]);
    publisher.connected();
    expect(sent).toEqual([1, 2]);
  });

  it('keeps no more batches under way than the window allows', () => {
    const { publisher, sent, stored } = setUp();
    publisher.connected();
    for (let token = 1; token <= 5; token++) {
      publisher.add(batch(token));
    }
    expect(sent).toEqual([1, 2, 3]);
    publisher.answered(2, yes);
    expect(sent).toEqual([1, 2, 3, 4]);
    expect(stored).toEqual([2]);
    expect(publisher.batches).toBe(4);
  });

  it('keeps no more bytes under way than the window allows, but always one batch', () => {
    const { publisher, sent } = setUp();
    publisher.connected();
    publisher.add(batch(1, { payload: new Uint8Array(5_000) }));
    publisher.add(batch(2));
    expect(sent).toEqual([1]);
    publisher.answered(1, yes);
    expect(sent).toEqual([1, 2]);
  });

  it('sends everything unanswered again, in order and at once, when the connection is back', () => {
    const { publisher, sent } = setUp();
    publisher.connected();
    for (let token = 1; token <= 4; token++) {
      publisher.add(batch(token));
    }
    publisher.answered(2, yes);
    publisher.disconnected();
    publisher.add(batch(5));
    expect(sent).toEqual([1, 2, 3, 4]);
    publisher.connected();
    expect(sent.slice(4)).toEqual([1, 3, 4]);
    expect(publisher.retries).toBe(3);
  });

  it('repeats a batch that was not answered, with growing pauses', () => {
    const { publisher, sent, delayed } = setUp();
    publisher.connected();
    publisher.add(batch(1));
    // Half of the full-jitter bound each time: 100, 200, 400 ms after the timeout.
    for (const pause of [100, 200, 400]) {
      const before = sent.length;
      vi.advanceTimersByTime(1_000 + pause - 1);
      expect(sent).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(sent).toHaveLength(before + 1);
    }
    expect(delayed).toEqual(Array(3).fill('not_acknowledged m'));
  });

  it('takes a late answer to the first attempt for the batch', () => {
    const { publisher, sent, stored } = setUp();
    publisher.connected();
    publisher.add(batch(1));
    vi.advanceTimersByTime(1_000);
    publisher.answered(1, yes);
    vi.advanceTimersByTime(60_000);
    publisher.answered(1, { kind: 'stored', duplicate: true });
    expect({ sent, stored }).toEqual({ sent: [1], stored: [1] });
  });

  it('pauses everything while the stream is missing, and lets one batch ahead to find out', () => {
    const { publisher, sent, delayed } = setUp();
    publisher.connected();
    for (let token = 1; token <= 4; token++) {
      publisher.add(batch(token));
    }
    publisher.answered(1, missing);
    publisher.answered(2, missing);
    publisher.answered(3, missing);
    expect(sent).toEqual([1, 2, 3]);
    expect(new Set(delayed)).toEqual(new Set(['stream_missing m']));

    vi.advanceTimersByTime(200);
    expect(sent).toEqual([1, 2, 3, 1]);
    publisher.answered(1, yes);
    expect(sent).toEqual([1, 2, 3, 1, 2, 3, 4]);
  });

  it('gives up a batch the broker refuses for good, and goes on', () => {
    const { publisher, sent, refused } = setUp({ window: { batches: 1, bytes: 1_000 } });
    publisher.connected();
    publisher.add(batch(1));
    publisher.add(batch(2));
    publisher.answered(1, { kind: 'refused', message: 'too large' });
    expect({ sent, refused, left: publisher.batches }).toEqual({ sent: [1, 2], refused: [1], left: 1 });
  });

  it('lets a denied subject wait, and the others pass', () => {
    const { publisher, sent, delayed } = setUp({ window: { batches: 2, bytes: 1_000 } });
    publisher.connected();
    publisher.add(batch(1, { subject: 'denied', model: 'x' }));
    publisher.add(batch(2, { subject: 'denied', model: 'x' }));
    publisher.add(batch(3));
    publisher.denied('denied', 'no');
    expect(sent).toEqual([1, 2, 3]);
    expect(delayed).toEqual(['publish_denied x', 'publish_denied x']);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([1, 2, 3, 1]);
  });

  it('sends no batch so far ahead of an unanswered one that a reader could take the older for a repeat', () => {
    const { publisher, sent } = setUp();
    const answerAllBut = (silent: number) => {
      for (let index = 0; index < sent.length; index++) {
        if (sent[index] !== silent) {
          publisher.answered(sent[index] ?? 0, yes);
        }
      }
    };
    publisher.connected();
    for (let token = 1; token <= 2_000; token++) {
      publisher.add(batch(token));
    }
    answerAllBut(1);
    expect(Math.max(...sent) - 1).toBeLessThan(batchNumberSpan);
    expect(publisher.batches).toBeGreaterThan(2_000 - batchNumberSpan);
    publisher.add(batch(3_000, { model: 'another', number: 1 }));
    expect(sent.at(-1)).toBe(3_000);

    publisher.answered(1, yes);
    answerAllBut(0);
    expect(sent).toHaveLength(2_001);
    expect(new Set(sent).size).toBe(2_001);
    expect(publisher.batches).toBe(0);
  });

  it('forgets a batch that is answered late, while it is held back', () => {
    const { publisher, sent } = setUp({ window: { batches: 3, bytes: 1_000_000 } });
    publisher.connected();
    publisher.add(batch(1));
    publisher.add(batch(2, { number: 600 }));
    publisher.disconnected();
    publisher.connected();
    expect(sent).toEqual([1, 1]);
    publisher.answered(2, yes);
    publisher.answered(1, yes);
    expect({ sent, left: publisher.batches }).toEqual({ sent: [1, 1], left: 0 });
  });

  it('survives a transport that throws', () => {
    let fails = true;
    const sent: number[] = [];
    const { publisher } = setUp({
      publish: ({ token }) => {
        if (fails) {
          throw new Error('broken');
        }
        sent.push(token);
      },
    });
    publisher.connected();
    publisher.add(batch(1));
    fails = false;
    vi.advanceTimersByTime(200);
    expect(sent).toEqual([1]);
  });

  it('is idle when everything added before is settled, whatever came after', async () => {
    const { publisher } = setUp();
    publisher.connected();
    await publisher.idle();
    publisher.add(batch(1));
    publisher.add(batch(2));
    let idle = false;
    const waiting = publisher.idle().then(() => {
      idle = true;
    });
    publisher.add(batch(3));
    publisher.answered(2, yes);
    await Promise.resolve();
    expect(idle).toBe(false);
    publisher.answered(1, { kind: 'refused', message: '' });
    await waiting;
    expect(idle).toBe(true);
  });

  it('returns what is left when it is stopped, sends nothing more and lets nobody wait', async () => {
    const { publisher, sent } = setUp();
    publisher.connected();
    publisher.add(batch(1));
    const idle = publisher.idle();
    expect(publisher.stop().map(({ token }) => token)).toEqual([1]);
    await idle;
    publisher.add(batch(2));
    vi.advanceTimersByTime(60_000);
    publisher.connected();
    expect(sent).toEqual([1]);
  });
});
