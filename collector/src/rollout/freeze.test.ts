import { describe, expect, test } from 'vitest';
import { freezeSettings } from '../config/settings.ts';
import { frozenBecause } from './freeze.ts';

const frozen = (window: Record<string, unknown>, time: string) =>
  frozenBecause([freezeSettings.parse(window)], Date.parse(time));

describe('a freeze window', () => {
  test('lasts from its first moment to the one before its end, and says why', () => {
    const holidays = { from: '2026-12-20T00:00:00Z', to: '2027-01-04T08:00:00Z', reason: 'holidays' };
    expect(frozen(holidays, '2026-12-19T23:59:59Z')).toBeNull();
    expect(frozen(holidays, '2026-12-20T00:00:00Z')).toBe('holidays: 2026-12-20T00:00:00Z to 2027-01-04T08:00:00Z');
    expect(frozen(holidays, '2027-01-04T08:00:00Z')).toBeNull();
  });

  test('comes every week on its days, in UTC', () => {
    const weekend = { days: ['sat', 'sun'] };
    expect(frozen(weekend, '2026-11-20T23:59:00Z')).toBeNull();
    expect(frozen(weekend, '2026-11-21T00:00:00Z')).toBe('sat, sun 00:00 to 24:00 UTC');
    expect(frozen(weekend, '2026-11-22T23:59:59Z')).not.toBeNull();
    expect(frozen(weekend, '2026-11-23T00:00:00Z')).toBeNull();
  });

  test('goes over midnight where it ends before it begins', () => {
    const night = { days: ['fri'], from: '18:00', to: '06:00' };
    expect(frozen(night, '2026-11-20T17:59:00Z')).toBeNull();
    expect(frozen(night, '2026-11-20T18:00:00Z')).not.toBeNull();
    expect(frozen(night, '2026-11-21T05:59:00Z')).not.toBeNull();
    expect(frozen(night, '2026-11-21T06:00:00Z')).toBeNull();
    expect(frozen(night, '2026-11-20T05:00:00Z')).toBeNull();
  });

  test('is none where none is declared', () => {
    expect(frozenBecause([], 0)).toBeNull();
  });
});
