import { expect, it } from 'vitest';
import { Breakers } from './breaker.ts';

/** A clock that is set by hand, and the problems of the moment. */
function start() {
  const problems = new Map<string, string>();
  const state = { now: 0, problems };
  const diagnostics = {
    raise: (code: string, detail: string) => void problems.set(code, detail),
    clear: (...codes: readonly string[]) => codes.forEach((code) => void problems.delete(code)),
  };
  return {
    ...state,
    breakers: new Breakers(diagnostics, () => state.now),
    tick: (ms: number) => {
      state.now += ms;
    },
  };
}

function failTimes(breaker: { failed(reason: string): void }, times: number): void {
  for (let index = 0; index < times; index++) {
    breaker.failed('RangeError');
  }
}

it('functions that fail ten times in a row are left alone for a minute, then tried once at a time', () => {
  const { breakers, problems, tick } = start();
  const breaker = breakers.make('extractor_paused', 'credit');
  failTimes(breaker, 9);
  breaker.worked();
  failTimes(breaker, 9);
  expect([breaker.mayCall, problems.size]).toEqual([true, 0]);
  failTimes(breaker, 1);
  expect([breaker.mayCall, problems.get('extractor_paused')]).toEqual([false, 'credit: RangeError']);
  tick(59_999);
  expect(breaker.mayCall).toBe(false);
  tick(1);
  expect(breaker.mayCall).toBe(true);
  failTimes(breaker, 1);
  expect(breaker.mayCall).toBe(false);
  tick(60_000);
  breaker.worked();
  expect([breaker.mayCall, problems.size]).toEqual([true, 0]);
  failTimes(breaker, 9);
  expect(breaker.mayCall).toBe(true);
});

it('a problem lasts until the last function of its kind works again', () => {
  const { breakers, problems } = start();
  const [one, other] = [breakers.make('extractor_paused', 'credit'), breakers.make('extractor_paused', 'fraud')];
  failTimes(one, 10);
  failTimes(other, 10);
  expect(problems.get('extractor_paused')).toBe('credit: RangeError, fraud: RangeError');
  one.worked();
  expect(problems.has('extractor_paused')).toBe(true);
  other.worked();
  expect(problems.size).toBe(0);
});

it('functions that are slow, and not by chance, are told of until they are quick again or left alone', () => {
  const { breakers, problems } = start();
  const breaker = breakers.make('extractor_paused', 'credit');
  breaker.tookTooLong(50);
  breaker.tookTooLong(50);
  breaker.tookTooLong(1);
  breaker.tookTooLong(50);
  breaker.tookTooLong(50);
  expect(problems.size).toBe(0);
  breaker.tookTooLong(52);
  expect([...problems]).toEqual([['extractor_slow', 'credit: it takes 52 ms']]);
  breaker.tookTooLong(1);
  expect(problems.size).toBe(0);
  for (const ms of [50, 50, 50, ...Array.from({ length: 10 }, () => 101)]) {
    breaker.tookTooLong(ms);
  }
  expect([...problems]).toEqual([['extractor_paused', 'credit: it took 101 ms']]);
});

it('a function is timed now and then, and each time once it was slow', () => {
  const { breakers } = start();
  const breaker = breakers.make('extractor_paused', 'credit');
  const timed = (calls: number) => Array.from({ length: calls }, () => breaker.isTimed).filter(Boolean).length;
  expect(timed(610)).toBe(10);
  expect(breaker.tookTooLong(99)).toBe(false);
  expect(breaker.tookTooLong(101)).toBe(true);
  expect(timed(10)).toBe(10);
  for (let call = 0; call < 9; call++) {
    breaker.tookTooLong(101);
  }
  expect(breaker.mayCall).toBe(false);
});
