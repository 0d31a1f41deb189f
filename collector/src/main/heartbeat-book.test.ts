import type { Heartbeat } from '@plumbline/sdk/routing';
import { describe, expect, it } from 'vitest';
import { createHeartbeatBook } from './heartbeat-book.ts';

let now = 1_000_000;
const clock = () => now;

function heartbeat(instance: string, change: Partial<Heartbeat> = {}): Heartbeat {
  return {
    schema: 1,
    instance,
    service: 'loans',
    sdkVersion: '0.1.0',
    model: 'credit-risk',
    environment: 'production',
    routingRevision: 3,
    serving: [],
    loaded: [],
    counts: { accepted: 0, acknowledged: 0, dropped: {} },
    time: 0,
    ...change,
  };
}

const names = (heard: readonly { heartbeat: Heartbeat }[]) => heard.map((one) => one.heartbeat.instance);

describe('instances', () => {
  it('are known by their latest heartbeat', () => {
    const book = createHeartbeatBook(clock);
    book.note(heartbeat('a', { routingRevision: 3 }));
    book.note(heartbeat('a', { routingRevision: 4 }));
    const [only, ...others] = book.ofModel('production', 'credit-risk');
    expect(only).toMatchObject({ at: now, heartbeat: { routingRevision: 4 } });
    expect(others).toEqual([]);
  });

  it('belong to one model in one environment, whatever their names hold', () => {
    const book = createHeartbeatBook(clock);
    book.note(heartbeat('a'));
    book.note(heartbeat('b', { environment: 'test' }));
    book.note(heartbeat('c', { model: 'credit-risk/a' }));
    expect(names(book.ofModel('production', 'credit-risk'))).toEqual(['a']);
  });

  it('are forgotten after half a minute of silence', () => {
    const book = createHeartbeatBook(clock);
    book.note(heartbeat('a'));
    now += 20_000;
    book.note(heartbeat('b'));
    now += 10_000;
    expect(names(book.ofModel('production', 'credit-risk'))).toEqual(['b']);
  });

  it('never take more room than ten thousand of them', () => {
    const book = createHeartbeatBook(clock);
    for (let index = 0; index < 10_050; index += 1) {
      book.note(heartbeat(`i${index}`));
    }
    const heard = names(book.ofModel('production', 'credit-risk'));
    expect(heard).toHaveLength(10_000);
    expect(heard.at(-1)).toBe('i10049');
  });
});
