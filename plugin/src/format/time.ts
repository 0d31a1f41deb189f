import { dateTimeFormat, dateTimeFormatTimeAgo } from '@grafana/data';
import { t } from '../i18n';
import { withUnit } from './number';

/** A moment in the person's time zone: `2026-11-22 12:00`. */
export function formatTime(atMs: number): string {
  return dateTimeFormat(atMs, { format: 'YYYY-MM-DD HH:mm' });
}

/** A moment within a day: `12:00`. */
export function formatClock(atMs: number): string {
  return dateTimeFormat(atMs, { format: 'HH:mm' });
}

/** A stretch of time: `2026-11-22 12:00 to 13:00`; the second date only when it differs. */
export function formatRange(fromMs: number, toMs: number): string {
  const from = formatTime(fromMs);
  const to = formatTime(toMs);
  return t('format.range', '{{from}} to {{to}}', {
    from,
    to: from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to,
  });
}

/** How long ago by the wall clock: `2 hours ago`. Only for wall-clock times; event time may run at another speed. */
export function formatAgo(atMs: number): string {
  return dateTimeFormatTimeAgo(atMs);
}

/** A length of time in its largest fitting unit: `90 s`, `15 min`, `6 h`, `3 d`. */
export function formatDuration(durationMs: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ];
  const [unitMs, unit] = units.find(([size]) => durationMs >= 2 * size || durationMs === size) ?? [1_000, 's'];
  return withUnit((durationMs / unitMs).toLocaleString('en-US', { maximumFractionDigits: 1 }), unit);
}
