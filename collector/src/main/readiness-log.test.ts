import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLogger } from './logger.ts';
import { startReadinessLog } from './readiness-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('says once when traffic is taken, once when it is not and why, and nothing between', () => {
  const said: unknown[] = [];
  const note = (fields: object) => void said.push(fields);
  let reasons = ['connecting to NATS'];
  const log = startReadinessLog({
    problems: () => reasons,
    logger: { ...silentLogger, info: note, warn: note },
    everyMs: 1_000,
  });
  vi.advanceTimersByTime(5_000);
  // It has not taken any: who cannot connect says so.
  expect(said).toEqual([]);

  reasons = [];
  log.look();
  expect(said.splice(0)).toEqual([{ event: 'ready' }]);
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([]);

  reasons = ['the disk is full'];
  vi.advanceTimersByTime(5_000);
  expect(said.splice(0)).toEqual([{ event: 'not_ready', reasons: ['the disk is full'] }]);

  reasons = [];
  vi.advanceTimersByTime(1_000);
  expect(said.splice(0)).toEqual([{ event: 'ready' }]);

  log.stop();
  reasons = ['the collector is stopping'];
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([]);
});
